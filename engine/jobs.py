"""Work for later, from one table: leased with a fence, done once, retried, then an incident.

A worker leases what is due in one short statement. Each job then runs in a transaction of its own
that first proves the lease is still the worker's: one that slept through its lease writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, eventlog, handlers, hotpath, incidents, instances, permissions
from engine.bpmn.commands import Complete, FireTimer
from engine.db import begin_writing, fault
from engine.entries import Kind
from engine.errors import IncidentNotOpen, LeaseLost, NotFound
from engine.forms import texts
from engine.handlers import ServiceCall
from engine.instances import Act
from engine.models import Incident, IncidentStatus, Job, JobKind, JobStatus, ProcessInstance
from engine.people import SYSTEM, Actor
from engine.permissions import Action

LEASE: Final = timedelta(seconds=30)
LONGEST_LEASE: Final = 10 * LEASE
"""A lease that ends later than this was given before the clock was set back; it counts no more."""

ATTEMPTS: Final = 3
BACK_OFF: Final = (timedelta(seconds=5), timedelta(seconds=30))
AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Leased:
    """A job in this worker's hands. `fence` is the number of the lease.

    `instance_id` is 0 for background work, which belongs to no case.
    """

    id: int
    kind: str
    instance_id: int
    token: str
    element_id: str
    topic: str
    reference: str
    due_at: datetime
    attempts: int
    fence: int


def acquire(db: Session, worker: str, limit: int = AT_ONCE) -> list[Leased]:
    """Lease jobs that are due, oldest first, in one statement; PostgreSQL's workers skip theirs."""
    now = clock.now()
    table = Job.__table__
    due = (
        select(table.c.id)
        .where(
            table.c.status == JobStatus.WAITING,
            table.c.due_at <= now,
            or_(
                table.c.locked_until.is_(None),
                table.c.locked_until < now,
                table.c.locked_until > now + LONGEST_LEASE,
            ),
        )
        .order_by(table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    leased = (
        update(table)
        .where(table.c.id.in_(select(due.c.id)))
        .values(locked_by=worker, locked_until=now + LEASE, fence=table.c.fence + 1)
        .returning(
            table.c.id,
            table.c.kind,
            func.coalesce(table.c.instance_id, 0),
            table.c.token,
            table.c.element_id,
            table.c.topic,
            table.c.reference,
            table.c.due_at,
            table.c.attempts,
            table.c.fence,
        )
    )
    found = [Leased(*row) for row in db.execute(leased)]
    return sorted(found, key=lambda job: (job.due_at, job.id))


def run_due(sessions: sessionmaker[Session], worker: str, *, limit: int = AT_ONCE) -> int:
    """Lease and run what is due. Returns how many jobs were taken; each commits on its own."""
    with sessions() as db:
        leased = acquire(begin_writing(db), worker, limit)
        db.commit()
    for job in leased:
        _run(sessions, job)
    return len(leased)


def _run(sessions: sessionmaker[Session], job: Leased) -> None:
    try:
        if job.topic in handlers.OUTSIDE:
            _do_outside(sessions, job)
        with sessions() as db:
            begin_writing(db)
            JOBS[JobKind(job.kind)](db, job)
            db.commit()
    except LeaseLost:
        return
    except Exception as problem:  # noqa: BLE001  (whatever a handler does must not stop the worker)
        with sessions() as db:
            _failed(begin_writing(db), job, problem)
            db.commit()


def _finish(db: Session, job: Leased) -> None:
    """Mark the job done, if the lease is still this one. Raises `LeaseLost`."""
    table = Job.__table__
    mine = (
        (table.c.id == job.id)
        & (table.c.fence == job.fence)
        & (table.c.status == JobStatus.WAITING)
    )
    done = (
        update(table)
        .where(mine)
        .values(status=JobStatus.DONE, done_at=clock.now(), locked_until=None)
    )
    if db.execute(done.returning(table.c.id)).scalar_one_or_none() is None:
        raise LeaseLost


def _fire_timer(db: Session, job: Leased) -> None:
    case = instances.lock(db, job.instance_id)
    _finish(db, job)
    late = max(0, int((clock.now() - job.due_at).total_seconds()))
    act = Act(
        Kind.TIMER_FIRED,
        FireTimer(job.token),
        token=job.token,
        asked={"element": job.element_id, "due": job.due_at.isoformat()},
        known={"late_seconds": late},
    )
    instances.perform(db, case, act, by=SYSTEM)


def _run_service(db: Session, job: Leased) -> None:
    case = instances.lock(db, job.instance_id)
    _finish(db, job)
    values = instances.values(db, case.content_id)
    call = ServiceCall(
        case.id, job.element_id, case.subject, case.variables, values, f"job:{job.id}"
    )
    data = orjson.loads(eventlog.as_json(handlers.get(job.topic)(db, call)))
    act = Act(
        Kind.JOB_COMPLETED,
        Complete(job.token, data),
        token=job.token,
        asked={"element": job.element_id, "topic": job.topic},
        content={"data": data} if data else {},
    )
    instances.perform(db, case, act, by=SYSTEM)


def _do_outside(sessions: sessionmaker[Session], job: Leased) -> None:
    """Prepare in a transaction of its own, then act with none open: an outside may be slow."""
    with sessions() as db:
        deed = handlers.OUTSIDE[job.topic](begin_writing(db), job.reference)
        db.commit()
    if deed is not None:
        deed()


def _run_background(db: Session, job: Leased) -> None:
    _finish(db, job)
    if job.topic in handlers.OUTSIDE:
        return
    if handlers.BACKGROUND[job.topic](db, job.reference):
        enqueue(db, job.topic, job.reference)


def enqueue(db: Session, topic: str, reference: str, *, at: datetime | None = None) -> None:
    """Have background work done as soon as a worker is free, but not before `at`."""
    row = {
        "kind": JobKind.BACKGROUND,
        "topic": topic,
        "reference": reference,
        "status": JobStatus.WAITING,
        "due_at": at or clock.now(),
        "created_at": clock.now(),
    }
    db.execute(insert(Job), row)


JOBS: Final[dict[JobKind, Callable[[Session, Leased], None]]] = {
    JobKind.TIMER: _fire_timer,
    JobKind.SERVICE: _run_service,
    JobKind.BACKGROUND: _run_background,
}


def _failed(db: Session, job: Leased, problem: Exception) -> None:
    if job.instance_id:
        hotpath.lock_case(db, job.instance_id)  # before the job, as every act on a case does
    table = Job.__table__
    said = _said(problem)
    attempts = job.attempts + 1
    is_last = attempts >= ATTEMPTS
    again = clock.now() + BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    values = {
        "attempts": attempts,
        "last_error": said[:2000],
        "locked_until": None,
        "status": JobStatus.FAILED if is_last else JobStatus.WAITING,
        "due_at": job.due_at if is_last else again,
    }
    mine = (
        (table.c.id == job.id)
        & (table.c.fence == job.fence)
        & (table.c.status == JobStatus.WAITING)
    )
    changed = db.execute(
        update(table).where(mine).values(values).returning(table.c.id)
    ).scalar_one_or_none()
    if changed is not None and is_last:
        sentence = "自动步骤试了 {attempts} 次都没有成功：{error}"
        shown = {"attempts": attempts, "error": said[:300]}
        incidents.raise_for(
            db,
            job.instance_id or None,
            sentence=sentence,
            values=shown,
            token=job.token,
            element_id=job.element_id,
            job_id=job.id,
        )


def _said(problem: Exception) -> str:
    """An error in words that can be stored, whatever was in it."""
    return texts.clean(fault(problem).encode(errors="replace").decode())


def retry(db: Session, incident_id: int, *, by: Actor) -> None:
    """Try again what an open incident stopped: the job, or the token that got stuck."""
    permissions.require(by, Action.INCIDENT_RESOLVE)
    table = Incident.__table__
    mine = select(table).where(table.c.id == incident_id)
    found = db.execute(mine).one_or_none()
    if found is None:
        raise NotFound
    if found.instance_id is not None:
        hotpath.lock_case(db, found.instance_id)  # before the incident, as every act on a case does
    row = db.execute(mine.with_for_update()).one()
    if row.status != IncidentStatus.OPEN:
        raise IncidentNotOpen
    if row.job_id is None:
        instances.retry(db, row.instance_id, row.token, row.element_id, by=by)
        return
    jobs = Job.__table__
    again = {
        "status": JobStatus.WAITING,
        "attempts": 0,
        "due_at": clock.now(),
        "locked_until": None,
    }
    db.execute(
        update(jobs).where(jobs.c.id == row.job_id, jobs.c.status == JobStatus.FAILED).values(again)
    )
    incidents.close_for(db, by_id=by.id, job_id=row.job_id)


def waiting(db: Session, *, due_only: bool, limit: int, after: int = 0) -> list[dict[str, object]]:
    """Jobs that wait, by number, for operators and checks from outside."""
    table, case = Job.__table__, ProcessInstance.__table__
    wanted = (
        select(
            table.c.id,
            table.c.kind,
            table.c.instance_id,
            table.c.element_id,
            table.c.status,
            table.c.due_at,
            table.c.attempts,
            case.c.title,
        )
        .join(case, case.c.id == table.c.instance_id, isouter=True)
        .where(table.c.status == JobStatus.WAITING, table.c.id > after)
        .order_by(table.c.id)
        .limit(limit)
    )
    if due_only:
        wanted = wanted.where(table.c.due_at <= clock.now())
    return [dict(row) for row in db.execute(wanted).mappings()]
