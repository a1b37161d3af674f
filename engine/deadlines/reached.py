"""How the people whom a rung reaches are told of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine import notifications
from engine.notifications import Notice


def tell(
    db: Session, user_ids: Sequence[int], event: str, *, instance_id: int, task_id: int, **data: Any
) -> None:
    """Tell these people of a rung, each once for each event."""
    notifications.tell(
        db,
        user_ids,
        Notice.DEADLINE,
        event,
        instance_id=instance_id,
        task_id=task_id,
        data=data,
    )
