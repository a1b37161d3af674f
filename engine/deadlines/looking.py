"""Open tasks with deadlines, and timers of the school's time: many at a time, by their numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from engine import calendars, effects, versions
from engine.bpmn import dialect
from engine.bpmn.timers import TimerError
from engine.calendars import state
from engine.models import (
    Content,
    DueChange,
    InstanceStatus,
    Job,
    JobKind,
    JobStatus,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    UserTask,
)

AT_ONCE: Final = 500
_TASK, _CASE = UserTask.__table__, ProcessInstance.__table__
_VERSION, _DEFINITION = ProcessVersion.__table__, ProcessDefinition.__table__
_JOB = Job.__table__
_RUNS: Final = (
    _JOB.c.kind == JobKind.TIMER,
    _JOB.c.status == JobStatus.WAITING,
    _CASE.c.status == InstanceStatus.RUNNING,
)


@dataclass(frozen=True, slots=True)
class Row:
    """An open task, as lists of deadlines show it and computing needs it; or a timer that runs.

    Of a timer, `id` is the number of its job.
    """

    id: int
    instance_id: int
    element_id: str
    name: str
    due_at: datetime | None
    opened_at: datetime
    title: str
    subject: str | None
    started_by: int | None
    content_id: int | None
    variables: str
    version_id: int


_OF_CASE: Final = (
    _CASE.c.title,
    _CASE.c.subject,
    _CASE.c.started_by,
    _CASE.c.content_id,
    _CASE.c.variables,
    _CASE.c.version_id,
)
_COLUMNS: Final = (
    _TASK.c.id,
    _TASK.c.instance_id,
    _TASK.c.element_id,
    _TASK.c.name,
    _TASK.c.due_at,
    _TASK.c.opened_at,
    *_OF_CASE,
)


def steps(db: Session) -> dict[tuple[int, str], str]:
    """The due rule of every step, of any version, that has open tasks and a rule."""
    asked = (
        select(_CASE.c.version_id, _TASK.c.element_id)
        .join(_CASE, _CASE.c.id == _TASK.c.instance_id)
        .where(_TASK.c.status.in_(effects.OPEN), _CASE.c.status == InstanceStatus.RUNNING)
        .distinct()
    )
    found: dict[tuple[int, str], str] = {}
    for version_id, element_id in db.execute(asked).all():
        element = versions.of_case(db, version_id).process.elements.get(element_id)
        if element is None:
            continue
        rule = element.properties.get(dialect.DUE) or element.attributes.get(dialect.DUE_DATE)
        if rule:
            found[version_id, element_id] = rule
    return found


def by_calendar(rules: Mapping[tuple[int, str], str]) -> dict[tuple[int, str], str]:
    """Those of the rules that a calendar, a term, the year or a form decides."""
    return {step: rule for step, rule in rules.items() if _needs_calendar(rule)}


def _needs_calendar(text: str) -> bool:
    try:
        return dialect.due(text).needs_calendar
    except TimerError:
        return False


def tasks(
    db: Session,
    of: Collection[tuple[int, str]],
    *,
    after: int = 0,
    where: Sequence[ColumnElement[bool]] = (),
    limit: int = AT_ONCE,
) -> list[Row]:
    """Open tasks of these steps past a number, at most so many."""
    if not of:
        return []
    asked = (
        select(*_COLUMNS)
        .join(_CASE, _CASE.c.id == _TASK.c.instance_id)
        .where(
            _TASK.c.status.in_(effects.OPEN),
            _CASE.c.status == InstanceStatus.RUNNING,
            tuple_(_CASE.c.version_id, _TASK.c.element_id).in_(list(of)),
            _TASK.c.id > after,
            *where,
        )
        .order_by(_TASK.c.id)
        .limit(limit)
    )
    return [Row(**row) for row in db.execute(asked).mappings()]


def chunks(
    db: Session,
    of: Collection[tuple[int, str]],
    where: Sequence[ColumnElement[bool]] = (),
) -> Iterator[list[Row]]:
    """All open tasks of these steps, so many at a time."""
    after = 0
    while found := tasks(db, of, after=after, where=where):
        yield found
        after = found[-1].id


def timers(db: Session) -> dict[tuple[int, str], str]:
    """The rule of every timer, of any version, that runs and follows the school's calendar."""
    asked = (
        select(_CASE.c.version_id, _JOB.c.element_id)
        .join(_CASE, _CASE.c.id == _JOB.c.instance_id)
        .where(*_RUNS)
        .distinct()
    )
    found: dict[tuple[int, str], str] = {}
    for version_id, element_id in db.execute(asked).all():
        element = versions.of_case(db, version_id).process.elements.get(element_id)
        if element is not None and dialect.is_school_time(element.event_text):
            found[version_id, element_id] = element.event_text
    return found


def running(
    db: Session, of: Collection[tuple[int, str]], *, after: int = 0, limit: int = AT_ONCE
) -> list[Row]:
    """Running timers of these elements past a number of their job, at most so many."""
    if not of:
        return []
    asked = (
        select(
            _JOB.c.id,
            _JOB.c.instance_id,
            _JOB.c.element_id,
            _JOB.c.element_id.label("name"),
            _JOB.c.due_at,
            _JOB.c.created_at.label("opened_at"),
            *_OF_CASE,
        )
        .join(_CASE, _CASE.c.id == _JOB.c.instance_id)
        .where(
            *_RUNS,
            tuple_(_CASE.c.version_id, _JOB.c.element_id).in_(list(of)),
            _JOB.c.id > after,
        )
        .order_by(_JOB.c.id)
        .limit(limit)
    )
    return [_named(db, Row(**row)) for row in db.execute(asked).mappings()]


def _named(db: Session, row: Row) -> Row:
    label = versions.of_case(db, row.version_id).process.label(row.element_id)
    return replace(row, name=label)


def decided(db: Session, task_ids: Sequence[int]) -> set[int]:
    """Tasks whose deadline somebody set by hand: an extension, a change with a reason."""
    table = DueChange.__table__
    asked = select(table.c.task_id).where(
        table.c.task_id.in_(task_ids), table.c.why.in_(("extension", "change"))
    )
    return set(db.execute(asked).scalars())


def values(db: Session, rows: Sequence[Row]) -> dict[int, Mapping[str, Any]]:
    """The form values of the cases of these tasks, by the key of the content."""
    table = Content.__table__
    keys = {row.content_id for row in rows if row.content_id is not None}
    asked = select(table.c.id, table.c.data).where(table.c.id.in_(keys))
    return {row.id: orjson.loads(row.data).get("values", {}) for row in db.execute(asked)}


def is_flow(db: Session, key: str) -> bool:
    """Whether there is a flow of this key."""
    return db.execute(select(_DEFINITION.c.id).where(_DEFINITION.c.key == key)).first() is not None


def in_definition(key: str) -> ColumnElement[bool]:
    """The condition that a task belongs to a case of this flow."""
    mine = (
        select(_VERSION.c.id)
        .join(_DEFINITION, _DEFINITION.c.id == _VERSION.c.definition_id)
        .where(_DEFINITION.c.key == key)
    )
    return _CASE.c.version_id.in_(mine)


def is_provisional(db: Session, task_id: int, due_at: datetime | None) -> bool:
    """Whether a deadline may still change because the State has not announced its year yet."""
    if due_at is None or state.year(calendars.local(due_at).year).is_announced:
        return False
    asked = (
        select(_CASE.c.version_id, _TASK.c.element_id, _TASK.c.opened_at)
        .join(_CASE, _CASE.c.id == _TASK.c.instance_id)
        .where(_TASK.c.id == task_id)
    )
    row = db.execute(asked).one_or_none()
    if row is None or decided(db, [task_id]):
        return False
    element = versions.of_case(db, row.version_id).process.elements.get(row.element_id)
    if element is None:
        return False
    written = element.properties.get(dialect.DUE) or element.attributes.get(dialect.DUE_DATE) or ""
    try:
        return dialect.due(written).days != 0
    except TimerError:
        return False
