"""Whom a rung reaches: the people behind the keys of a task, and how they are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine import notifications
from engine.holders import Looker
from engine.notifications import Notice


def behind(db: Session, keys: Iterable[str]) -> tuple[int, ...]:
    """The people whose inbox shows what stands under these keys, as of today."""
    looker, found = Looker(db), list[int]()
    for key in keys:
        kind, _colon, rest = key.partition(":")
        name, _colon, more = rest.partition(":")
        if kind == "u":
            found += looker.active([int(name)])
        elif kind == "r":
            found += looker.role(name)
        elif kind == "p":
            found += looker.post(name, int(more) if more else None)
        elif kind == "c":
            found += looker.committee(name, more)
    return tuple(dict.fromkeys(found))


def tell(db: Session, user_ids: Sequence[int], event: str, **data: Any) -> None:
    """Tell these people of a rung, each once for each event."""
    instance_id, task_id = data.pop("instance_id"), data.pop("task_id")
    notifications.tell(
        db,
        user_ids,
        Notice.DEADLINE,
        event,
        instance_id=instance_id,
        task_id=task_id,
        data=data,
    )
