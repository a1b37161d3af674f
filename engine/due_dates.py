"""Moving the deadline of an open task: both dates are kept, and why; its rungs follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, effects, incidents, instances, policies
from engine.bpmn import dialect
from engine.calendars import Due
from engine.entries import Kind
from engine.instances import Act, Case
from engine.models import DueChange, TaskCandidate, UserTask
from engine.people import Actor
from engine.policies import Place
from engine.scene import NEVER

_TASK: Final = UserTask.__table__


class Why(StrEnum):
    """Why a deadline was moved."""

    EXTENSION = "extension"
    CALENDAR = "calendar"
    CHANGE = "change"
    FOUND = "found"


@dataclass(frozen=True, slots=True)
class Open:
    """An open task as far as its deadline goes."""

    id: int
    token: str
    element_id: str
    seat: int
    name: str
    due_at: datetime | None
    opened_at: datetime
    assignee_id: int | None
    candidates: str

    def place(self, instance_id: int) -> Place:
        """Where its jobs stand."""
        return Place(instance_id, self.token, self.element_id, self.seat)


COLUMNS: Final = tuple(_TASK.c[name] for name in Open.__dataclass_fields__)


def find(
    db: Session,
    instance_id: int,
    *,
    task_id: int | None = None,
    token: str | None = None,
    seat: int | None = None,
) -> Open | None:
    """An open task of a locked case, by its number or by its place."""
    asked = select(*COLUMNS).where(
        _TASK.c.instance_id == instance_id, _TASK.c.status.in_(effects.OPEN)
    )
    if task_id is not None:
        asked = asked.where(_TASK.c.id == task_id)
    else:
        asked = asked.where(_TASK.c.token == token, _TASK.c.seat == seat)
    row = db.execute(asked).one_or_none()
    return Open(*row) if row is not None else None


def move(  # noqa: PLR0913  (both dates, and everything a later reader asks)
    db: Session,
    case: Case,
    task: Open,
    due: Due,
    *,
    why: Why,
    by: Actor,
    comment: str = "",
    allowed_in: int | None = None,
) -> None:
    """Move the deadline of an open task of a locked case; `allowed_in` is the case that allowed it.

    What is recorded says both dates. The caller has checked who may.
    """
    at, now = due.at, clock.now()
    first = func.coalesce(_TASK.c.due_first, task.due_at)
    db.execute(update(_TASK).where(_TASK.c.id == task.id).values(due_at=at, due_first=first))
    inbox = TaskCandidate.__table__
    db.execute(update(inbox).where(inbox.c.task_id == task.id).values(sort_at=at or NEVER))
    change = {
        "task_id": task.id,
        "due_before": task.due_at,
        "due_after": at,
        "why": why.value,
        "changed_by": by.id,
        "changed_at": now,
        "allowed_in": allowed_in,
    }
    db.execute(insert(DueChange), change)
    policy = case.version.process.elements[task.element_id].properties.get(dialect.ESCALATION)
    for job_id in policies.moved(db, task.place(case.id), policy, at):
        incidents.close_for(db, by_id=by.id, job_id=job_id)
    known: dict[str, Any] = {"before": _iso(task.due_at), "after": _iso(at)}
    if due.calendar:
        known |= due.words()
    asked: dict[str, Any] = {
        "task": task.id,
        "token": task.token,
        "element": task.element_id,
        "seat": task.seat,
        "why": why.value,
    }
    if allowed_in is not None:
        asked["allowed_in"] = allowed_in
    content = {"comment": comment} if comment else {}
    act = Act(Kind.DUE_CHANGED, asked=asked, known=known, content=content)
    instances.perform(db, case, act, by=by)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
