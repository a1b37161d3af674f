"""Who signs a step that several sign: each seat, whose turn it is, who was added by whom.

How somebody voted is not told here: opinions may be hidden until all are in.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import Role, TaskPart, TaskStatus, User, UserTask
from engine.people import Actor
from engine.queries.cases import OPEN
from engine.queries.task_page import Task

MOST = 200


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


def of(db: Session, person: Actor, task: Task) -> tuple[Seat, ...]:
    """The seats of the round a task belongs to, in order; none for a plain step."""
    table = UserTask.__table__
    rows = db.execute(
        select(
            table.c.id,
            table.c.assignee_id,
            User.name,
            table.c.status,
            table.c.part,
            table.c.weight,
            table.c.added_by,
        )
        .join(User, User.id == table.c.assignee_id, isouter=True)
        .where(table.c.instance_id == task.instance_id, table.c.token == task.token)
        .order_by(table.c.turn, table.c.seat)
        .limit(MOST)
    ).all()
    if task.seat == 0 and len(rows) < 2:  # noqa: PLR2004  (one row alone is no round)
        return ()
    is_admin = Role.PROCESS_ADMIN in person.roles
    return tuple(
        Seat(
            row.id,
            row.assignee_id,
            row.name or "",
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
