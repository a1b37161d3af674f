"""Where cases of a list stand: the steps that wait, and who holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import TaskStatus, User, UserTask


@dataclass(frozen=True, slots=True)
class Place:
    """A step that waits; `holder` is "" while nobody has taken it."""

    step: str
    holder: str
    holder_id: int | None
    due_at: datetime | None


def of(db: Session, instance_ids: Iterable[int]) -> dict[int, tuple[Place, ...]]:
    """The open steps of these cases, oldest first, in one statement."""
    task = UserTask.__table__
    open_ = (TaskStatus.READY, TaskStatus.CLAIMED)
    rows = db.execute(
        select(
            task.c.instance_id,
            task.c.name,
            User.name.label("holder"),
            task.c.assignee_id,
            task.c.due_at,
        )
        .join(User, User.id == task.c.assignee_id, isouter=True)
        .where(task.c.instance_id.in_(list(instance_ids)), task.c.status.in_(open_))
        .order_by(task.c.id)
    )
    found: dict[int, tuple[Place, ...]] = {}
    for row in rows:
        place = Place(row.name, row.holder or "", row.assignee_id, row.due_at)
        found[row.instance_id] = (*found.get(row.instance_id, ()), place)
    return found
