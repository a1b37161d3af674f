"""What a person follows without having to do it: cases they began, and copies they got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from engine.models import Copy, ProcessInstance, ProcessVersion, User
from engine.people import Actor
from engine.queries import cases
from engine.queries.cases import OpenTask
from engine.queries.inbox import MOST, PAGE


@dataclass(frozen=True, slots=True)
class Started:
    """One line of 我发起的: the case, and where it stands now.

    `holders` are those who hold its steps, or else those they are offered to, in words.
    """

    instance_id: int
    title: str
    flow: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    steps: tuple[str, ...]
    holders: tuple[str, ...]
    due_at: datetime | None
    waits_since: datetime | None


def started(
    db: Session, actor: Actor, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> tuple[tuple[Started, ...], tuple[datetime, int] | None]:
    """Cases this person began, the newest first, and where the next page begins."""
    case, version = ProcessInstance.__table__, ProcessVersion.__table__
    limit = min(limit, MOST)
    mine = (
        select(
            case.c.id,
            case.c.title,
            version.c.name,
            case.c.status,
            case.c.started_at,
            case.c.ended_at,
        )
        .join(version, version.c.id == case.c.version_id)
        .where(case.c.started_by == actor.id)
        .order_by(case.c.started_at.desc(), case.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        mine = mine.where(tuple_(case.c.started_at, case.c.id) < tuple_(*after))
    rows = db.execute(mine).all()
    waiting = cases.waiting_in(db, [row.id for row in rows[:limit]])
    lines = tuple(_started(row, waiting.get(row.id, ())) for row in rows[:limit])
    return lines, (rows[limit - 1].started_at, rows[limit - 1].id) if len(rows) > limit else None


def _started(row: Any, waiting: tuple[OpenTask, ...]) -> Started:
    dues = [one.due_at for one in waiting if one.due_at is not None]
    return Started(
        instance_id=row.id,
        title=row.title,
        flow=row.name,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        steps=tuple(one.name for one in waiting),
        holders=tuple(dict.fromkeys(who for one in waiting for who in one.who)),
        due_at=min(dues, default=None),
        waits_since=min((one.opened_at for one in waiting), default=None),
    )


@dataclass(frozen=True, slots=True)
class Copied:
    """One line of 抄送我: the case, who sent the copy and when, and when it was read."""

    id: int
    instance_id: int
    title: str
    flow: str
    status: str
    initiator: str
    sender: str
    sent_at: datetime
    read_at: datetime | None


def copied(
    db: Session, actor: Actor, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> tuple[tuple[Copied, ...], tuple[datetime, int] | None]:
    """Copies this person got, the newest first, and where the next page begins."""
    copy, case, version = Copy.__table__, ProcessInstance.__table__, ProcessVersion.__table__
    sender, starter = aliased(User), aliased(User)
    limit = min(limit, MOST)
    mine = (
        select(
            copy.c.id,
            copy.c.instance_id,
            case.c.title,
            version.c.name,
            case.c.status,
            func.coalesce(starter.name, ""),
            func.coalesce(sender.name, ""),
            copy.c.sent_at,
            copy.c.read_at,
        )
        .join(case, case.c.id == copy.c.instance_id)
        .join(version, version.c.id == case.c.version_id)
        .join(starter, starter.id == case.c.started_by, isouter=True)
        .join(sender, sender.id == copy.c.sent_by, isouter=True)
        .where(copy.c.user_id == actor.id)
        .order_by(copy.c.sent_at.desc(), copy.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        mine = mine.where(tuple_(copy.c.sent_at, copy.c.id) < tuple_(*after))
    rows = [Copied(*row) for row in db.execute(mine)]
    following = (rows[limit - 1].sent_at, rows[limit - 1].id) if len(rows) > limit else None
    return tuple(rows[:limit]), following


def unread(db: Session, actor: Actor) -> int:
    """How many copies this person has not read."""
    copy = Copy.__table__
    mine = select(func.count()).where(copy.c.user_id == actor.id, copy.c.read_at.is_(None))
    return int(db.execute(mine).scalar_one())


def copies_of(db: Session, instance_id: int) -> tuple[tuple[str, datetime | None], ...]:
    """Who got copies of a case, and when each read it: the newest first."""
    copy = Copy.__table__
    rows = db.execute(
        select(User.name, copy.c.read_at)
        .join(User, User.id == copy.c.user_id)
        .where(copy.c.instance_id == instance_id)
        .order_by(copy.c.id.desc())
        .limit(PAGE)
    )
    return tuple((row.name, row.read_at) for row in rows)
