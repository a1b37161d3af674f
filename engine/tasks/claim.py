"""Taking a task from the group, and putting it back."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import effects, instances, people
from engine.entries import Kind
from engine.errors import AlreadyClaimed
from engine.instances import Act
from engine.models import TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.tasks import lending
from engine.tasks.held import hold


def claim(db: Session, task_id: int, *, by: Actor) -> None:
    """Take a task that is offered to a group. Claiming one's own task again changes nothing."""
    held = hold(db, task_id, Action.TASK_VIEW, by=by)
    if held.assignee_id is not None and held.assignee_id == by.id:
        return
    if held.assignee_id is not None:
        raise AlreadyClaimed(who=people.names(db, [held.assignee_id]).get(held.assignee_id, "…"))
    held = hold(db, task_id, Action.TASK_CLAIM, by=by)
    _give(db, task_id, by.id, TaskStatus.CLAIMED)
    effects.take_out(db, task_id)
    effects.offer(db, task_id, (people.user_key(by.id or 0),), held.due_at, returned=held.returned)
    act = Act(Kind.TASK_CLAIMED, asked=held.asked(by, token=held.token))
    instances.perform(db, held.case, act, by=by)


def release(db: Session, task_id: int, *, by: Actor) -> None:
    """Put a claimed task back for the others it was offered to."""
    held = hold(db, task_id, Action.TASK_RELEASE, by=by)
    lending.require_not_lent(db, held)
    _give(db, task_id, None, TaskStatus.READY)
    effects.take_out(db, task_id)
    effects.offer(
        db, task_id, tuple(sorted(held.candidate_keys)), held.due_at, returned=held.returned
    )
    act = Act(Kind.TASK_RELEASED, asked=held.asked(by, token=held.token))
    instances.perform(db, held.case, act, by=by)


def _give(db: Session, task_id: int, user_id: int | None, status: TaskStatus) -> None:
    table = UserTask.__table__
    db.execute(
        update(table).where(table.c.id == task_id).values(assignee_id=user_id, status=status)
    )
