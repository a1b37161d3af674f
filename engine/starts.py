"""How a flow begins by itself: rows for its start events that wait for a time, a message, a signal.

Publishing a version lays them down anew; those of the version before are taken back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine import calendars, clock, incidents, later, people
from engine.bpmn import dialect, timers
from engine.bpmn.process import Element, Process
from engine.errors import NotFound
from engine.models import (
    Job,
    JobKind,
    JobStatus,
    ProcessDefinition,
    ProcessVersion,
    Subscription,
    User,
)
from engine.people import Actor

MOST_SKIPPED: Final = 100_000


def lay(db: Session, definition_id: int, process: Process, *, by: Actor) -> None:
    """Wait for what this version begins with, and for nothing an older one did."""
    take_up(db, definition_id, by=by)
    for element in process.start_events:
        if element.event == "timer":
            due = first(db, element, clock.now())
            if due is not None:
                put(db, definition_id, element.id, due, 1)
        elif element.event in ("message", "signal"):
            row = {
                "kind": element.event,
                "name": element.event_text,
                "definition_id": definition_id,
                "element_id": element.id,
            }
            db.execute(insert(Subscription), row)


def take_up(db: Session, definition_id: int, *, by: Actor) -> None:
    """Take back what a definition waits for, and what was wrong with it."""
    table = Job.__table__
    mine = (table.c.kind == JobKind.SCHEDULE) & (table.c.topic == str(definition_id))
    open_ = table.c.status.in_((JobStatus.WAITING, JobStatus.PAUSED, JobStatus.FAILED))
    values = {"status": JobStatus.CANCELLED, "done_at": clock.now()}
    gone = update(table).where(mine, open_).values(values).returning(table.c.id)
    for job_id in db.execute(gone).scalars().all():
        incidents.close_for(db, by_id=by.id, job_id=job_id)
    db.execute(delete(Subscription).where(Subscription.definition_id == definition_id))


def put(db: Session, definition_id: int, element_id: str, due: datetime, turn: int) -> None:
    """Put down the `turn`-th start of a schedule."""
    topic = str(definition_id)
    later.put(
        db, JobKind.SCHEDULE, due=due, element_id=element_id, topic=topic, reference=str(turn)
    )


def first(db: Session, element: Element, now: datetime) -> datetime | None:
    """When a start event is first due; None for a moment that is past, or that nobody can tell."""
    if dialect.is_school_time(element.event_text):
        asked = calendars.Asked(0)
        due = calendars.due(db, element.event_text, now, asked).at
    else:
        due = timers.read(element.event_form, element.event_text).due(now)
    return due if due is not None and due >= now else None


def following(
    element: Element, due: datetime, turn: int, now: datetime
) -> tuple[datetime, int] | None:
    """The next moment of a cycle after now, and which turn it is; None where it is over.

    Turns missed while no server ran are not made up for: the one that is late stands for all.
    """
    if dialect.is_school_time(element.event_text):
        return None
    timer = timers.read(element.event_form, element.event_text)
    for _skipped in range(MOST_SKIPPED):
        turn += 1
        if turn > timer.repeat:
            return None
        due = timer.due(due)
        if due > now:
            return due, turn
    return None


def next_runs(db: Session, definition_id: int) -> list[datetime]:
    """When a flow begins by itself next, the soonest first; a suspended one does not."""
    table = Job.__table__
    if _suspended(db, [definition_id]):
        return []
    mine = (table.c.kind == JobKind.SCHEDULE) & (table.c.topic == str(definition_id))
    waiting = table.c.status == JobStatus.WAITING
    found = select(table.c.due_at).where(mine, waiting).order_by(table.c.due_at).limit(20)
    return list(db.execute(found).scalars())


def soonest(db: Session) -> dict[int, datetime]:
    """When each flow that begins by itself does so next, by the flow's number."""
    table = Job.__table__
    waits = table.c.instance_id.is_(None) & (table.c.status == JobStatus.WAITING)
    found = (
        select(table.c.topic, func.min(table.c.due_at))
        .where(waits, table.c.kind == JobKind.SCHEDULE)
        .group_by(table.c.topic)
    )
    due = {int(topic): at for topic, at in db.execute(found)}
    suspended = _suspended(db, due)
    return {one: at for one, at in due.items() if one not in suspended}


def _suspended(db: Session, definition_ids: Iterable[int]) -> frozenset[int]:
    table = ProcessDefinition.__table__
    stands = table.c.id.in_(list(definition_ids)) & table.c.suspended_at.is_not(None)
    return frozenset(db.execute(select(table.c.id).where(stands)).scalars())


def has_failed(db: Session, definition_id: int) -> bool:
    """Whether a flow did not begin by itself when it should have, as an incident says."""
    table = Job.__table__
    mine = (table.c.kind == JobKind.SCHEDULE) & (table.c.topic == str(definition_id))
    failed = select(table.c.id).where(mine, table.c.status == JobStatus.FAILED).limit(1)
    return db.execute(failed).first() is not None


def starter(db: Session, element: Element, version_id: int) -> Actor:
    """In whose name a start event begins a case: as drawn, else whoever published the version.

    Raises `NotFound` where that person has left.
    """
    named = element.properties.get(dialect.START_AS, "").strip()
    if named:
        user_id = db.execute(select(User.id).where(User.username == named)).scalar_one_or_none()
    else:
        version = select(ProcessVersion.published_by).where(ProcessVersion.id == version_id)
        user_id = db.execute(version).scalar_one_or_none()
        if user_id is None:
            return people.SYSTEM
    if user_id is None:
        raise NotFound
    return people.actor(db, user_id)
