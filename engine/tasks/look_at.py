"""Noting that somebody a task is for has opened it: from then on it cannot be taken back."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, permissions
from engine.models import UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.tasks.held import glance


def is_unseen(db: Session, task_id: int, *, by: Actor) -> bool:
    """Whether this would be the first look at the task of somebody who can do it."""
    table = UserTask.__table__
    fresh = select(table.c.id).where(table.c.id == task_id, table.c.seen_at.is_(None))
    if by.seen_by is not None or db.execute(fresh).first() is None:
        return False
    return permissions.may(by, Action.TASK_COMPLETE, glance(db, task_id))


def seen(db: Session, task_id: int, *, by: Actor) -> None:
    """Note the first look at a task of somebody it is for; whoever else looks leaves no trace."""
    if not is_unseen(db, task_id, by=by):
        return
    table = UserTask.__table__
    first = update(table).where(table.c.id == task_id, table.c.seen_at.is_(None))
    db.execute(first.values(seen_at=clock.now()))
