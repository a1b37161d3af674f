"""Who signs a step that several sign: each seat, whose turn it is, who was added by whom.

How somebody voted is not told here: opinions may be hidden until all are in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine.models import Role, TaskPart, TaskStatus, User, UserTask
from engine.people import Actor
from engine.queries.cases import OPEN
from engine.queries.task_page import Task

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Seat:
    """One who signs, signed, or need not any more; `is_here` is the task looked at."""

    task_id: int
    user_id: int | None
    name: str
    status: str
    part: str
    weight: int
    is_here: bool
    may_remove: bool

    @property
    def is_open(self) -> bool:
        """Whether it is this seat's turn."""
        return self.status in OPEN


_TABLE, _WHO = UserTask.__table__, User.__table__
_ROUND: Final = (
    select(
        _TABLE.c.id,
        _TABLE.c.assignee_id,
        _WHO.c.name.label("holder"),
        _TABLE.c.status,
        _TABLE.c.part,
        _TABLE.c.weight,
        _TABLE.c.added_by,
    )
    .join(_WHO, _WHO.c.id == _TABLE.c.assignee_id, isouter=True)
    .where(_TABLE.c.instance_id == bindparam("case"), _TABLE.c.token == bindparam("place"))
    .order_by(_TABLE.c.turn, _TABLE.c.seat)
    .limit(MOST)
)


def of(db: Session, person: Actor, task: Task) -> tuple[Seat, ...]:
    """The seats of the round a task belongs to, in order; none for a plain step."""
    rows = db.execute(_ROUND, {"case": task.instance_id, "place": task.token}).all()
    return among(person, task, rows)


def among(person: Actor, task: Task, rows: Sequence[Any]) -> tuple[Seat, ...]:
    """The same from the rows of the task's place, in their order."""
    if task.seat == 0 and len(rows) < 2:  # noqa: PLR2004  (one row alone is no round)
        return ()
    is_admin = Role.PROCESS_ADMIN in person.roles
    return tuple(
        Seat(
            row.id,
            row.assignee_id,
            row.holder or "",
            row.status,
            row.part,
            row.weight,
            row.id == task.id,
            row.part == TaskPart.ADDED
            and row.status in (*OPEN, TaskStatus.WAITING)
            and (is_admin or row.added_by == person.id),
        )
        for row in rows
    )
