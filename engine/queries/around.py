"""What is around a task in its case: what waits, was done, was typed, who signs; one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine import hotpath, hotpath_page
from engine.models import TaskStatus
from engine.people import Actor
from engine.queries import cases, seats
from engine.queries.cases import OPEN, OpenTask
from engine.queries.seats import Seat
from engine.queries.task_page import Task


@dataclass(frozen=True, slots=True)
class Around:
    """The work that waits, the elements done in their order, the seats of the task's round.

    `typed` is the row of the task's draft, if it was asked for and there is one.
    """

    waiting: tuple[OpenTask, ...]
    done: tuple[str, ...]
    seats: tuple[Seat, ...]
    typed: tuple[Any, ...] | None


def of(db: Session, person: Actor, task: Task, *, typed: bool = False) -> Around:
    """What is around a task; nothing waits where it is closed itself."""
    rows = hotpath.beside(db, task.instance_id, task.token, task.id if typed else None)
    open_ones = [row for row in rows if row.status in OPEN] if task.is_open else []
    here = sorted(
        (row for row in rows if row.token == task.token), key=lambda row: (row.turn, row.seat)
    )
    return Around(
        cases.open_tasks(db, open_ones, task.people),
        tuple(row.element_id for row in rows if row.status == TaskStatus.COMPLETED),
        seats.among(person, task, here[: seats.MOST]),
        next((row[hotpath_page.DRAFT :] for row in rows if row.draft is not None), None),
    )
