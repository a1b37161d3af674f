"""The inbox: what waits for a person, what they did, what they began.

A person sees an open task because one of their keys stands in `task_candidate`. For each key the
index gives the first rows in order, so a page costs the same however many tasks there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_, union_all
from sqlalchemy.orm import Session

from engine import clock
from engine.models import (
    Draft,
    ProcessInstance,
    ProcessVersion,
    TaskCandidate,
    User,
    UserTask,
)
from engine.people import Actor
from engine.queries import cases
from engine.queries.cases import OpenTask

PAGE: Final = 50
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a task list: business words first, never a token."""

    task_id: int
    instance_id: int
    title: str
    step: str
    element_id: str
    number: int
    status: str
    initiator: str
    flow: str
    subject: str | None
    due_at: datetime | None
    opened_at: datetime
    returned: bool
    assignee_id: int | None
    completed_at: datetime | None
    outcome: str | None
    has_draft: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where the next page begins (None: this was the last)."""

    rows: tuple[Row, ...]
    next: tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits, counted in the database; `today` ends at midnight of the school's day."""

    todo: int
    overdue: int
    today: int
    week: int
    returned: int


@dataclass(frozen=True, slots=True)
class Day:
    """The bounds that the chips count by: now, the end of today and of the week, in UTC."""

    now: datetime
    tonight: datetime
    week: datetime


def school_day(zone: Any) -> Day:
    """Today in the school's time zone."""
    now = clock.now()
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    tonight = (midnight + timedelta(days=1)).astimezone(now.tzinfo)
    return Day(now, tonight, tonight + timedelta(days=6 - midnight.weekday()))


def _chip(day: Day, name: str) -> ColumnElement[bool] | None:
    table = TaskCandidate.__table__
    return {
        "overdue": table.c.sort_at < day.now,
        "today": and_(table.c.sort_at >= day.now, table.c.sort_at < day.tonight),
        "week": and_(table.c.sort_at >= day.now, table.c.sort_at < day.week),
        "returned": table.c.returned.is_(True),
    }.get(name)


def todo(
    db: Session,
    actor: Actor,
    day: Day,
    *,
    chip: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> Page:
    """Open tasks of this person, by deadline: one page."""
    limit = min(limit, MOST)
    picked = _first(sorted(actor.keys), _chip(day, chip), after, limit + 1).subquery()
    rows = db.execute(_rows(picked).order_by(picked.c.sort_at, picked.c.task_id)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        tuple(_row(one) for one in rows[:limit]), (last.sort_at, last.task_id) if last else None
    )


def _first(
    keys: Sequence[str],
    chip: ColumnElement[bool] | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> Select[Any]:
    table = TaskCandidate.__table__
    parts = []
    for key in keys:
        part = select(table.c.task_id, table.c.sort_at).where(table.c.key == key)
        if chip is not None:
            part = part.where(chip)
        if after is not None:
            part = part.where(tuple_(table.c.sort_at, table.c.task_id) > tuple_(*after))
        parts.append(
            select(part.order_by(table.c.sort_at, table.c.task_id).limit(limit).subquery())
        )
    every = union_all(*parts).subquery()
    return (
        select(every.c.task_id, every.c.sort_at)
        .distinct()
        .order_by(every.c.sort_at, every.c.task_id)
        .limit(limit)
    )


def _rows(picked: Any) -> Select[Any]:
    """The columns of `Row` for the tasks of a subquery with task_id and sort_at."""
    task, case, version = UserTask.__table__, ProcessInstance.__table__, ProcessVersion.__table__
    return (
        select(*_columns(), picked.c.sort_at)
        .select_from(picked)
        .join(task, task.c.id == picked.c.task_id)
        .join(case, case.c.id == task.c.instance_id)
        .join(version, version.c.id == case.c.version_id)
        .join(User, User.id == case.c.started_by, isouter=True)
        .join(Draft, Draft.task_id == task.c.id, isouter=True)
    )


def _columns() -> tuple[ColumnElement[Any], ...]:
    task, case = UserTask.__table__, ProcessInstance.__table__
    return (
        task.c.id.label("task_id"),
        task.c.instance_id,
        case.c.title,
        task.c.name.label("step"),
        task.c.element_id,
        task.c.number,
        task.c.status,
        func.coalesce(User.name, "").label("initiator"),
        ProcessVersion.__table__.c.name.label("flow"),
        case.c.subject,
        task.c.due_at,
        task.c.opened_at,
        task.c.returned,
        task.c.assignee_id,
        task.c.completed_at,
        task.c.outcome,
        Draft.revision.is_not(None).label("has_draft"),
    )


def _row(found: Any) -> Row:
    return Row(*(getattr(found, name) for name in Row.__slots__))


def counts(db: Session, actor: Actor, day: Day) -> Counts:
    """The numbers on the chips, in one statement."""
    table = TaskCandidate.__table__
    mine = (
        select(table.c.task_id, table.c.sort_at, table.c.returned)
        .where(table.c.key.in_(sorted(actor.keys)))
        .distinct()
        .subquery()
    )
    late = mine.c.sort_at < day.now
    row = db.execute(
        select(
            func.count(),
            func.count().filter(late),
            func.count().filter(~late, mine.c.sort_at < day.tonight),
            func.count().filter(~late, mine.c.sort_at < day.week),
            func.count().filter(mine.c.returned.is_(True)),
        ).select_from(mine)
    ).one()
    return Counts(*row)


def done(
    db: Session, actor: Actor, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> Page:
    """Tasks this person finished, the newest first."""
    task = UserTask.__table__
    mine = select(task.c.id.label("task_id"), task.c.completed_at.label("sort_at")).where(
        task.c.completed_by == actor.id
    )
    return _newest(db, mine, task.c.completed_at, task.c.id, after, limit)


def drafts(
    db: Session, actor: Actor, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> Page:
    """Open tasks with something typed and not handed in by this person, the newest first."""
    table = Draft.__table__
    mine = select(table.c.task_id, table.c.saved_at.label("sort_at")).where(
        table.c.saved_by == actor.id
    )
    return _newest(db, mine, table.c.saved_at, table.c.task_id, after, limit)


def _newest(
    db: Session,
    mine: Select[Any],
    at: ColumnElement[Any],
    number: ColumnElement[Any],
    after: tuple[datetime, int] | None,
    limit: int,
) -> Page:
    limit = min(limit, MOST)
    if after is not None:
        mine = mine.where(tuple_(at, number) < tuple_(*after))
    picked = mine.order_by(at.desc(), number.desc()).limit(limit + 1).subquery()
    rows = db.execute(
        _rows(picked).order_by(picked.c.sort_at.desc(), picked.c.task_id.desc())
    ).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        tuple(_row(one) for one in rows[:limit]), (last.sort_at, last.task_id) if last else None
    )


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
