"""What a person was told: the list, and how much of it is unread.

What asks for work counts as read as soon as the work is done, whoever did it (`_waits`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from engine import effects
from engine.models import Notification, ProcessInstance, User, UserTask
from engine.notices import ASKING

PAGE: Final = 50
_TABLE: Final = Notification.__table__
_CASE, _TASK, _DOER = ProcessInstance.__table__, UserTask.__table__, User.__table__


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a person was told. `values` fill the sentence of its `kind`.

    `done_by` did the task it asks for; 0 while that is open, or was done by nobody.
    """

    id: int
    user_id: int
    kind: str
    event: str
    instance_id: int | None
    task_id: int | None
    task_status: str | None
    values: Mapping[str, Any]
    made_at: datetime
    read_at: datetime | None
    done_by: int = 0
    doer: str = ""

    @property
    def is_news(self) -> bool:
        """Whether it is unread, and what it asks for is not done."""
        return self.read_at is None and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether it asks for work that is not to be done any more."""
        asks = self.kind in ASKING and self.task_status is not None
        return asks and self.task_status not in effects.OPEN


def _waits(kind: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a notice asks for no work, or for work that is still to be done."""
    return or_(kind.not_in(ASKING), _TASK.c.id.is_(None), _TASK.c.status.in_(effects.OPEN))


def listed(
    db: Session,
    user_id: int,
    *,
    before: int | None = None,
    but: Collection[str] = (),
    unread_only: bool = False,
    limit: int = PAGE,
) -> tuple[Sequence[Told], int | None]:
    """What a person was told, the newest first, and where the next page begins."""
    wanted = wide().where(_TABLE.c.user_id == user_id)
    if before is not None:
        wanted = wanted.where(_TABLE.c.id < before)
    if but:
        wanted = wanted.where(_TABLE.c.kind.not_in(but))
    if unread_only:
        wanted = wanted.where(_TABLE.c.read_at.is_(None), _waits(_TABLE.c.kind))
    found = rows(db, wanted.order_by(_TABLE.c.id.desc()).limit(limit + 1))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def one(db: Session, user_id: int, notice_id: int) -> Told | None:
    """One thing this person was told."""
    wanted = wide().where(_TABLE.c.id == notice_id, _TABLE.c.user_id == user_id)
    return next(iter(rows(db, wanted)), None)


def wide() -> Select[Any]:
    """Notices with the names their sentences need."""
    return (
        select(
            _TABLE.c.id,
            _TABLE.c.user_id,
            _TABLE.c.kind,
            _TABLE.c.event,
            _TABLE.c.instance_id,
            _TABLE.c.task_id,
            _TABLE.c.data,
            _TABLE.c.made_at,
            _TABLE.c.read_at,
            _CASE.c.title,
            _TASK.c.name.label("step"),
            _TASK.c.status.label("task_status"),
            _TASK.c.completed_by,
            _DOER.c.name.label("doer"),
        )
        .outerjoin(_CASE, _CASE.c.id == _TABLE.c.instance_id)
        .outerjoin(_TASK, _TASK.c.id == _TABLE.c.task_id)
        .outerjoin(_DOER, _DOER.c.id == _TASK.c.completed_by)
    )


def rows(db: Session, wanted: Select[Any]) -> list[Told]:
    """Rows of `wide` as they are read."""
    return [
        Told(
            row.id,
            row.user_id,
            row.kind,
            row.event,
            row.instance_id,
            row.task_id,
            row.task_status,
            {
                **{name: told for name, told in (("title", row.title), ("step", row.step)) if told},
                **orjson.loads(row.data),
            },
            row.made_at,
            row.read_at,
            row.completed_by or 0,
            row.doer or "",
        )
        for row in db.execute(wanted)
    ]
