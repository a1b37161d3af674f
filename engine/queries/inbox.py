"""The inbox: what waits for a person, what they did, what they began.

A person sees an open task because one of their keys stands in `task_candidate`. For each key the
index gives the first rows in order, so a page costs the same however many tasks there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from engine import clock, predicates
from engine.models import (
    Draft,
    InstanceStatus,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    SigningRound,
    TaskCandidate,
    User,
    UserTask,
)
from engine.people import Actor, Principal

PAGE: Final = 50
MOST: Final = 200
_GOING: Final = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
_LENDER, _PRINCIPAL = aliased(User), aliased(User)


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
    lent_by: str = ""
    done_for: str = ""
    deputy_of: str = ""
    """Whose work it is, where the reader sees it as their deputy (代理)."""


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
    picked = _first(_offers(actor), _chip(day, chip), after, limit + 1).subquery()
    rows = db.execute(_rows(picked).order_by(picked.c.sort_at, picked.c.task_id)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        tuple(_row(one, actor) for one in rows[:limit]),
        (last.sort_at, last.task_id) if last else None,
    )


def _offers(actor: Actor) -> list[ColumnElement[bool]]:
    """A condition for each key under which work stands that this person may do.

    A deputy sees what waits for the principal, in the flows it goes for.
    """
    table = TaskCandidate.__table__
    found = [table.c.key == key for key in sorted(actor.keys)]
    for one in actor.deputy_for:
        covered = _covered(one, actor)
        found += [and_(table.c.key == key, covered) for key in sorted(one.keys - actor.keys)]
    return found


def _covered(principal: Principal, deputy: Actor) -> ColumnElement[bool]:
    """The condition that a deputy may do a task: in these flows, in a case of somebody else."""
    task, case, version = UserTask.__table__, ProcessInstance.__table__, ProcessVersion.__table__
    began = func.coalesce(case.c.successor_id, case.c.started_by)
    found = (
        select(task.c.id)
        .join(case, case.c.id == task.c.instance_id)
        .where(
            task.c.id == TaskCandidate.__table__.c.task_id,
            began.is_distinct_from(deputy.id),
        )
    )
    if principal.definitions is not None:
        found = (
            found.join(version, version.c.id == case.c.version_id)
            .join(ProcessDefinition, ProcessDefinition.id == version.c.definition_id)
            .where(ProcessDefinition.key.in_(sorted(principal.definitions)))
        )
    return exists(found)


def _first(
    offers: Sequence[ColumnElement[bool]],
    chip: ColumnElement[bool] | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> Select[Any]:
    table = TaskCandidate.__table__
    parts = []
    for offer in offers:
        part = select(table.c.task_id, table.c.sort_at).where(offer)
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
        .join(ProcessDefinition, ProcessDefinition.id == version.c.definition_id)
        .join(User, User.id == case.c.started_by, isouter=True)
        .join(_LENDER, _LENDER.id == task.c.lent_by, isouter=True)
        .join(_PRINCIPAL, _PRINCIPAL.id == task.c.done_for, isouter=True)
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
        func.coalesce(_LENDER.name, "").label("lent_by"),
        func.coalesce(_PRINCIPAL.name, "").label("done_for"),
        task.c.candidates,
        ProcessDefinition.key.label("definition"),
    )


def _row(found: Any, actor: Actor) -> Row:
    told = {name: getattr(found, name) for name in Row.__slots__ if name != "deputy_of"}
    return Row(**told, deputy_of=_deputy_of(found, actor))


@dataclass(frozen=True, slots=True)
class _Work:
    """A row as the policy asks about it."""

    assignee_id: int | None
    candidate_keys: frozenset[str]
    definition: str
    started_by: int | None = None
    completed_by: int | None = None


def _deputy_of(found: Any, actor: Actor) -> str:
    if not actor.deputy_for:
        return ""
    work = _Work(found.assignee_id, frozenset(orjson.loads(found.candidates)), found.definition)
    principal = predicates.in_place_of(actor, work)
    return next((one.name for one in actor.deputy_for if one.id == principal), "")


def counts(db: Session, actor: Actor, day: Day) -> Counts:
    """The numbers on the chips, in one statement."""
    table = TaskCandidate.__table__
    mine = (
        select(table.c.task_id, table.c.sort_at, table.c.returned)
        .where(_any_of(actor))
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


def waiting_for(actor: Actor) -> Select[Any]:
    """How much waits for a person, with what waits for those they stand in for."""
    mine = _any_of(actor)
    return select(func.count(TaskCandidate.__table__.c.task_id.distinct())).where(mine)


def _any_of(actor: Actor) -> ColumnElement[bool]:
    table = TaskCandidate.__table__
    parts: list[ColumnElement[bool]] = [table.c.key.in_(sorted(actor.keys))]
    parts += [
        and_(table.c.key.in_(sorted(one.keys)), _covered(one, actor)) for one in actor.deputy_for
    ]
    return or_(*parts)


def done(
    db: Session, actor: Actor, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> Page:
    """Tasks this person finished, the newest first."""
    task = UserTask.__table__
    mine = select(task.c.id.label("task_id"), task.c.completed_at.label("sort_at")).where(
        task.c.completed_by == actor.id
    )
    page = _newest(db, actor, mine, (task.c.completed_at, task.c.id), after, limit)
    return page if actor.seen_by is None else _without_secrets(db, page)


def _without_secrets(db: Session, page: Page) -> Page:
    """A page as whoever tries a person's eyes on may read it: no vote before the decision."""
    task, case = UserTask.__table__, ProcessInstance.__table__
    here = SigningRound.__table__
    rows = db.execute(
        select(task.c.id)
        .join(case, case.c.id == task.c.instance_id)
        .join(here, (here.c.instance_id == case.c.id) & (here.c.token == task.c.token))
        .where(task.c.id.in_([row.task_id for row in page.rows]), here.c.hidden)
        .where(here.c.outcome.is_(None), case.c.status.in_(_GOING))
    )
    secret = frozenset(rows.scalars())
    told = (replace(one, outcome=None) if one.task_id in secret else one for one in page.rows)
    return replace(page, rows=tuple(told))


def drafts(
    db: Session, actor: Actor, *, after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> Page:
    """Open tasks with something typed and not handed in by this person, the newest first."""
    table = Draft.__table__
    mine = select(table.c.task_id, table.c.saved_at.label("sort_at")).where(
        table.c.saved_by == actor.id
    )
    return _newest(db, actor, mine, (table.c.saved_at, table.c.task_id), after, limit)


def _newest(
    db: Session,
    actor: Actor,
    mine: Select[Any],
    order: tuple[ColumnElement[Any], ColumnElement[Any]],
    after: tuple[datetime, int] | None,
    limit: int,
) -> Page:
    limit = min(limit, MOST)
    at, number = order
    if after is not None:
        mine = mine.where(tuple_(at, number) < tuple_(*after))
    picked = mine.order_by(at.desc(), number.desc()).limit(limit + 1).subquery()
    rows = db.execute(
        _rows(picked).order_by(picked.c.sort_at.desc(), picked.c.task_id.desc())
    ).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        tuple(_row(one, actor) for one in rows[:limit]),
        (last.sort_at, last.task_id) if last else None,
    )
