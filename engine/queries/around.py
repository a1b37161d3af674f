"""What is around a task in its case: what waits, what was done, who signs, in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine import hotpath
from engine.models import TaskStatus
from engine.people import Actor
from engine.queries import cases, seats
from engine.queries.cases import OPEN, OpenTask
from engine.queries.seats import Seat
from engine.queries.task_page import Task


@dataclass(frozen=True, slots=True)
class Around:
    """The work that waits, the elements done in their order, the seats of the task's round."""

    waiting: tuple[OpenTask, ...]
    done: tuple[str, ...]
    seats: tuple[Seat, ...]


def of(db: Session, person: Actor, task: Task) -> Around:
    """What is around a task; nothing waits where it is closed itself."""
    rows = hotpath.beside(db, task.instance_id, task.token)
    open_ones = [row for row in rows if row.status in OPEN] if task.is_open else []
    here = sorted(
        (row for row in rows if row.token == task.token), key=lambda row: (row.turn, row.seat)
    )
    return Around(
        cases.open_tasks(db, open_ones, task.people),
        tuple(row.element_id for row in rows if row.status == TaskStatus.COMPLETED),
        seats.among(person, task, here[: seats.MOST]),
    )
