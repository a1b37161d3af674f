"""Copies of cases for people to read (抄送): who got one, and when they read it (已阅)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from engine import assignment, notifications
from engine.bpmn import dialect
from engine.bpmn.dialect import Who
from engine.bpmn.process import Element
from engine.models import Copy
from engine.notifications import Notice
from engine.scene import Scene


def send(
    db: Session,
    instance_id: int,
    user_ids: Iterable[int],
    *,
    sent_by: int | None,
    at: datetime,
    task_id: int | None = None,
) -> None:
    """Put a copy of a case into the box 抄送我 of each of these people."""
    rows = [
        {
            "instance_id": instance_id,
            "task_id": task_id,
            "user_id": one,
            "sent_by": sent_by,
            "sent_at": at,
        }
        for one in dict.fromkeys(user_ids)
    ]
    if rows:
        db.execute(insert(Copy.__table__), rows)


def count(db: Session, instance_id: int) -> int:
    """How many people have a copy of the case."""
    table = Copy.__table__
    wanted = select(func.count(table.c.user_id.distinct()))
    return int(db.execute(wanted.where(table.c.instance_id == instance_id)).scalar_one())


def read(db: Session, instance_id: int, user_id: int, *, at: datetime) -> int:
    """Note that this person has read the case. Returns how many copies were unread until now."""
    table = Copy.__table__
    mine = (table.c.instance_id == instance_id) & (table.c.user_id == user_id)
    unread = update(table).where(mine, table.c.read_at.is_(None)).values(read_at=at)
    return len(db.execute(unread.returning(table.c.id)).all())


def is_unread(db: Session, instance_id: int, user_id: int) -> bool:
    """Whether this person has a copy of the case that they have not read."""
    table = Copy.__table__
    mine = select(table.c.id).where(
        table.c.instance_id == instance_id,
        table.c.user_id == user_id,
        table.c.read_at.is_(None),
    )
    return db.execute(mine.limit(1)).first() is not None


def on_completion(scene: Scene, element: Element, token: str) -> None:
    """Send the copies that a step asks for (`copy_to`) when it is done; noted as known."""
    written = element.properties.get(dialect.COPY_TO, "")
    if not written.strip():
        return
    who = Who(None, dialect.assignment(written))
    found = assignment.resolve(scene.db, who, scene.about)
    people = () if found.fallback else found.people
    scene.known[f"copied {token}"] = list(people)
    send(scene.db, scene.instance_id, people, sent_by=None, at=scene.now)
    notifications.tell(
        scene.db,
        people,
        Notice.COPIED,
        f"copied:{scene.instance_id}:{token}",
        instance_id=scene.instance_id,
        data={"who": scene.by.name, "step": element.label},
    )
