"""Deadlines and timers computed anew because the calendar changed: looked at, then in portions.

What somebody set by hand (an extension, a change with a reason) stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import (
    calendars,
    clock,
    due_dates,
    incidents,
    instances,
    later,
    people,
    permissions,
)
from engine.calendars import Due
from engine.deadlines import looking
from engine.deadlines.looking import Row
from engine.due_dates import Why
from engine.entries import Kind
from engine.errors import NotFound
from engine.instances import Act, Case
from engine.models import Incident, IncidentStatus, Job, JobKind, JobStatus
from engine.people import SYSTEM, Actor
from engine.permissions import Action
from engine.policies import COMPUTE, TIMER

TOPIC: Final = "engine.recalculate"
SHOWN: Final = 200
PORTION: Final = 50
RETURNED: Final = "returned"
TIMERS: Final = "t"
"""Stands in a reference before the number of a timer's job."""
ANNOUNCED: Final = (
    "国家公布了 {years} 年的放假和调休。请到“期限调整”看哪些期限会变，在那里重算；"
    "在这里再试一次，就按新的安排重算。"
)
CHANGED: Final = (
    "国家的放假和调休与以前登记的不同。请到“期限调整”看哪些期限会变，在那里重算；"
    "在这里再试一次，就按新的安排重算。"
)


@dataclass(frozen=True, slots=True)
class Change:
    """An open task whose deadline the calendar puts elsewhere now; without a task, a timer."""

    task_id: int | None
    instance_id: int
    title: str
    step: str
    before: datetime | None
    due: Due
    job_id: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recalculation would do: the first changes, how many in all, and what it leaves."""

    changes: tuple[Change, ...]
    count: int
    later: int
    earlier: int
    decided: int
    looked_at: int


def preview(db: Session) -> Preview:
    """Compute every open deadline of the school's time anew, and change none."""
    shown: list[Change] = []
    count = later_count = earlier = decided = looked_at = 0
    for rows, found, kept in _computed(db):
        looked_at += len(rows)
        decided += kept
        for change in found:
            count += 1
            if change.before is not None and change.due.at is not None:
                later_count += change.due.at > change.before
                earlier += change.due.at < change.before
            if len(shown) < SHOWN:
                shown.append(change)
    return Preview(tuple(shown), count, later_count, earlier, decided, looked_at)


def _computed(db: Session) -> Iterator[tuple[list[Row], list[Change], int]]:
    rules = looking.by_calendar(looking.steps(db))
    known = calendars.Known(calendars.school(db))
    for rows in looking.chunks(db, rules):
        kept = looking.decided(db, [row.id for row in rows])
        free = [row for row in rows if row.id not in kept]
        yield rows, _changes(db, rules, free, known), len(kept)
    rules, after = looking.timers(db), 0
    while rows := looking.running(db, rules, after=after):
        yield rows, _of_timers(_changes(db, rules, rows, known)), 0
        after = rows[-1].id


def _of_timers(changes: Iterable[Change]) -> list[Change]:
    return [replace(one, task_id=None, job_id=one.task_id or 0) for one in changes]


def _changes(
    db: Session,
    rules: Mapping[tuple[int, str], str],
    rows: Sequence[Row],
    known: calendars.Known,
) -> list[Change]:
    known.spans = calendars.spans(db, list({row.instance_id for row in rows}))
    written: dict[int, Mapping[str, Any]] = {}
    if any(rules[row.version_id, row.element_id].startswith("field") for row in rows):
        written = looking.values(db, rows)
    found = []
    for row in rows:
        due = _due(db, rules[row.version_id, row.element_id], row, known, written)
        if due.at is not None and due.at != row.due_at:
            found.append(Change(row.id, row.instance_id, row.title, row.name, row.due_at, due))
    return found


def _due(
    db: Session,
    rule: str,
    row: Row,
    known: calendars.Known,
    written: Mapping[int, Mapping[str, Any]],
) -> Due:
    """The deadline as of when the step opened, later by every suspension since."""

    def variables() -> Mapping[str, Any]:
        return {**orjson.loads(row.variables), **written.get(row.content_id or 0, {})}

    asked = calendars.Asked(row.instance_id, row.subject, row.started_by, variables, known)
    due = calendars.due(db, rule, row.opened_at, asked)
    stops = [one for one in known.spans.get(row.instance_id, ()) if one.why != RETURNED]
    stood = calendars.stood_still(stops, clock.now(), row.opened_at)
    if due.at is None or not stood:
        return due
    return Due(due.at + stood, due.calendar, due.is_provisional)


def apply(db: Session, *, by: Actor) -> None:
    """Put every deadline where the calendar has it now, in portions, as background work."""
    permissions.require(by, Action.CALENDAR_EDIT)
    later.enqueue(db, TOPIC, f"{by.id or 0}:0")


def work(db: Session, reference: str) -> bool:
    """A portion of a recalculation; what is left is put down for the next."""
    user, _colon, after = reference.partition(":")
    by = actor(db, int(user))
    if after.startswith(TIMERS):
        _timers(db, user, int(after.removeprefix(TIMERS)), by)
        return False
    rules = looking.by_calendar(looking.steps(db))
    known = calendars.Known(calendars.school(db))
    rows = looking.tasks(db, rules, after=int(after), limit=PORTION)
    kept = looking.decided(db, [row.id for row in rows])
    free = [row for row in rows if row.id not in kept]
    for change in sorted(_changes(db, rules, free, known), key=lambda one: one.instance_id):
        case = instances.lock(db, change.instance_id)
        task = due_dates.find(db, case.id, task_id=change.task_id)
        if task is not None and task.due_at == change.before:
            due_dates.move(db, case, task, change.due, why=Why.CALENDAR, by=by)
    more = rows[-1].id if len(rows) == PORTION else f"{TIMERS}0"
    later.enqueue(db, TOPIC, f"{user}:{more}")
    return False


def _timers(db: Session, user: str, after: int, by: Actor) -> None:
    """A portion of the timers that run, after the tasks."""
    rules, known = looking.timers(db), calendars.Known(calendars.school(db))
    rows = looking.running(db, rules, after=after, limit=PORTION)
    changes = _of_timers(_changes(db, rules, rows, known))
    for change in sorted(changes, key=lambda one: one.instance_id):
        _move_timer(db, instances.lock(db, change.instance_id), change, by)
    if len(rows) == PORTION:
        later.enqueue(db, TOPIC, f"{user}:{TIMERS}{rows[-1].id}")


def _move_timer(db: Session, case: Case, change: Change, by: Actor) -> None:
    """Set a timer anew, unless it fired or stands still meanwhile."""
    table, before = Job.__table__, change.before
    mine = (table.c.id == change.job_id) & (table.c.status == JobStatus.WAITING)
    moved = update(table).where(mine, table.c.due_at == before).values(due_at=change.due.at)
    row = db.execute(moved.returning(table.c.token, table.c.element_id)).one_or_none()
    if row is None or before is None or change.due.at is None:
        return
    asked = {"token": row.token, "element": row.element_id, "why": Why.CALENDAR.value}
    known = {"before": before.isoformat(), "after": change.due.at.isoformat()}
    act = Act(Kind.DUE_CHANGED, asked=asked, known={**known, **change.due.words()})
    instances.perform(db, case, act, by=by)


def actor(db: Session, user_id: int) -> Actor:
    """Who ordered the work; the system for one who left."""
    try:
        return people.actor(db, user_id) if user_id else SYSTEM
    except NotFound:
        return SYSTEM


def notice(db: Session) -> bool:
    """Look whether the State's days are known otherwise than before, and say so to administrators.

    Trying the incident again recomputes the deadlines; looking at them first is the better way.
    """
    years = calendars.notice(db, by=SYSTEM)
    if years is None:
        return False
    job_id = later.put(
        db, JobKind.BACKGROUND, topic=TOPIC, reference="0:0", status=JobStatus.FAILED
    )
    sentence = CHANGED if not years else ANNOUNCED
    values = {"years": "、".join(map(str, years))}
    incidents.raise_for(db, None, sentence=sentence, values=values, job_id=job_id)
    return True


def fill(db: Session, instance_id: int | None = None) -> None:
    """Try again deadlines and timers that nobody could tell: of a case, or all.

    Called when a calendar, a term, a year or a form was filled in.
    """
    jobs, told = Job.__table__, Incident.__table__
    mine = (
        (jobs.c.kind == JobKind.DEADLINE)
        & jobs.c.topic.in_((COMPUTE, TIMER))
        & (jobs.c.status == JobStatus.FAILED)
    )
    if instance_id is not None:
        mine &= jobs.c.instance_id == instance_id
    now = clock.now()
    solved = {"status": IncidentStatus.RESOLVED, "resolved_at": now}
    open_ = told.c.status == IncidentStatus.OPEN
    about = told.c.job_id.in_(select(jobs.c.id).where(mine))
    db.execute(update(told).where(open_, about).values(solved))
    again = {"status": JobStatus.WAITING, "attempts": 0, "due_at": now, "locked_until": None}
    db.execute(update(jobs).where(mine).values(again))


def fill_case(db: Session, reference: str) -> bool:
    """The background work that tries again what a case waits for."""
    fill(db, int(reference))
    return False
