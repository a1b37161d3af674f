"""Work for later, from one table: leased with a fence, done once, retried, then an incident.

A worker leases what is due in one short statement. Each job then runs in a transaction of its own
that first proves the lease is still the worker's: one that slept through its lease writes nothing.
All of a lease are done on one connection, by a session that forgets after each what it knew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, func, literal_column, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from engine import (
    calls,
    clock,
    deadlines,
    eventlog,
    handlers,
    hotpath,
    incidents,
    instances,
    later,
    messages,
    permissions,
    schedules,
    suspending,
)
from engine.bpmn import dialect, state
from engine.bpmn.commands import Complete, Fail, FireTimer, Retry
from engine.bpmn.dialect import Retries
from engine.db import fault, is_passing, writing
from engine.entries import Kind
from engine.errors import (
    IncidentNotOpen,
    InstanceNotRunning,
    InstanceSuspended,
    LeaseLost,
    NotFound,
    Refused,
)
from engine.forms import texts
from engine.handlers import BpmnError, ServiceCall
from engine.instances import Act, Case
from engine.later import Leased
from engine.models import (
    Incident,
    IncidentStatus,
    InstanceStatus,
    Job,
    JobKind,
    JobStatus,
    ProcessInstance,
)
from engine.people import SYSTEM, Actor
from engine.permissions import Action
from engine.tasks import finding

LEASE: Final = timedelta(seconds=30)
LONGEST_LEASE: Final = 10 * LEASE
"""A lease that ends later than this was given before the clock was set back; it counts no more."""

ATTEMPTS: Final = dialect.RETRIES_USUAL.attempts
BACK_OFF: Final = dialect.RETRIES_USUAL.pauses
AT_ONCE: Final = 50
PASSING: Final = timedelta(seconds=5)
LONGEST_PASSING: Final = timedelta(minutes=5)
"""How soon a job comes again that met a database away or busy: that is no attempt of its own."""

MAX_CODE: Final = 200
MAX_SAID: Final = 2_000

PLUGGED: Final = (messages, suspending)
"""What does its background work under a name, and has to be there before the name is called."""

enqueue = later.enqueue


_TABLE: Final = Job.__table__
_DUE: Final = (
    select(_TABLE.c.id)
    .where(
        _TABLE.c.status == literal_column("'waiting'"),  # said in the text: the index is partial
        _TABLE.c.due_at <= bindparam("now"),
        or_(
            _TABLE.c.locked_until.is_(None),
            _TABLE.c.locked_until < bindparam("now"),
            _TABLE.c.locked_until > bindparam("longest"),
        ),
    )
    .order_by(_TABLE.c.due_at, _TABLE.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_LEASE: Final = (
    update(_TABLE)
    .where(_TABLE.c.id.in_(select(_DUE.c.id)))
    .values(
        locked_by=bindparam("worker"),
        locked_until=bindparam("until"),
        fence=_TABLE.c.fence + 1,
    )
    .returning(
        _TABLE.c.id,
        _TABLE.c.kind,
        func.coalesce(_TABLE.c.instance_id, 0),
        _TABLE.c.token,
        _TABLE.c.element_id,
        _TABLE.c.topic,
        _TABLE.c.reference,
        _TABLE.c.due_at,
        _TABLE.c.attempts,
        _TABLE.c.fence,
    )
)


def acquire(db: Session, worker: str, limit: int = AT_ONCE) -> list[Leased]:
    """Lease jobs that are due, oldest first, in one statement; PostgreSQL's workers skip theirs."""
    now = clock.now()
    asked = {
        "now": now,
        "until": now + LEASE,
        "longest": now + LONGEST_LEASE,
        "worker": worker,
        "most": limit,
    }
    found = [Leased(*row) for row in db.execute(_LEASE, asked)]
    return sorted(found, key=lambda job: (job.due_at, job.id))


def run_due(sessions: sessionmaker[Session], worker: str, *, limit: int = AT_ONCE) -> int:
    """Lease and run what is due. Returns how many jobs were taken; each commits on its own."""
    with writing(sessions) as db:
        with db:
            leased = acquire(db, worker, limit)
            db.commit()
        until = clock.now() + LEASE
        for job in leased:
            _run(db, job, until)
    return len(leased)


def _run(db: Session, job: Leased, until: datetime) -> None:
    if clock.now() > until:
        return  # the jobs before it took so long that somebody else may have it by now
    try:
        _done(db, job)
    except LeaseLost:
        return
    except Exception as problem:  # noqa: BLE001  (whatever a handler does must not stop the worker)
        with db:
            _failed(db, job, problem)
            db.commit()


def _done(db: Session, job: Leased) -> None:
    if job.topic in handlers.OUTSIDE:
        _do_outside(db, job)
    try:
        with db:
            JOBS[JobKind(job.kind)](db, job)
            db.commit()
    except BpmnError as thrown:
        with db:
            _throw(db, job, thrown)
            db.commit()


def _fire_timer(db: Session, job: Leased) -> None:
    case = _lock(db, job)
    act = Act(
        Kind.TIMER_FIRED,
        FireTimer(job.token),
        token=job.token,
        job=job.id,
        asked={"element": job.element_id, "due": job.due_at.isoformat()},
        known={"late_seconds": job.late_seconds},
    )
    instances.perform(db, case, act, by=SYSTEM)


def _lock(db: Session, job: Leased) -> Case:
    """Lock the case of a job and the job, if the lease is still this one.

    Raises `LeaseLost`, and `NotFound` for a job without a case.
    """
    row = hotpath.lock_job(db, job.id, job.fence)
    if row is None:
        instances.lock(db, job.instance_id)
        raise LeaseLost
    return instances.case_of(db, row)


def _run_service(db: Session, job: Leased) -> None:
    case = _lock(db, job)
    values = instances.values(db, case.content_id)
    variables = {**case.variables, **state.local(state.load(case.state), job.token)}
    call = ServiceCall(case.id, job.element_id, case.subject, variables, values, f"job:{job.id}")
    data = orjson.loads(eventlog.as_json(handlers.get(job.topic)(db, call)))
    act = Act(
        Kind.JOB_COMPLETED,
        Complete(job.token, data),
        token=job.token,
        job=job.id,
        asked={"element": job.element_id, "topic": job.topic},
        content={"data": data} if data else {},
    )
    instances.perform(db, case, act, by=SYSTEM)


def _throw(db: Session, job: Leased, thrown: BpmnError) -> None:
    """The work came to an end that the diagram may have drawn: an error event goes on from here."""
    case = _lock(db, job)
    said = texts.clean(thrown.said)[:MAX_SAID]
    act = Act(
        Kind.JOB_COMPLETED,
        Fail(job.token, thrown.code[:MAX_CODE]),
        token=job.token,
        job=job.id,
        asked={"element": job.element_id, "topic": job.topic},
        content={"error": said} if said else {},
    )
    instances.perform(db, case, act, by=SYSTEM)


def _do_outside(db: Session, job: Leased) -> None:
    """Prepare in a transaction of its own, then act with none open: an outside may be slow."""
    with db:
        deed = handlers.OUTSIDE[job.topic](db, job.reference)
        db.commit()
    if deed is not None:
        deed()


def _run_background(db: Session, job: Leased) -> None:
    later.finish(db, job)
    if job.topic in handlers.OUTSIDE:
        return
    if handlers.BACKGROUND[job.topic](db, job.reference):
        enqueue(db, job.topic, job.reference)


JOBS: Final[dict[JobKind, Callable[[Session, Leased], None]]] = {
    JobKind.TIMER: _fire_timer,
    JobKind.SERVICE: _run_service,
    JobKind.BACKGROUND: _run_background,
    JobKind.CALL: calls.run,
    JobKind.DEADLINE: deadlines.run,
    JobKind.SCHEDULE: schedules.run,
}


def _failed(db: Session, job: Leased, problem: Exception) -> None:
    """Decide what becomes of a job that did not succeed."""
    row = hotpath.lock_case(db, job.instance_id) if job.instance_id else None
    case = instances.case_of(db, row) if row is not None else None
    if isinstance(problem, InstanceSuspended):
        paused = case is not None and case.status == InstanceStatus.SUSPENDED
        _put_back(db, job, status=JobStatus.PAUSED if paused else JobStatus.WAITING)
    elif isinstance(problem, InstanceNotRunning):
        _put_back(db, job, status=JobStatus.CANCELLED, done_at=clock.now())
    elif is_passing(problem):
        pause = PASSING * 2 ** min(max(job.fence - job.attempts - 1, 0), 10)
        again = clock.now() + min(pause, LONGEST_PASSING)
        _put_back(db, job, due_at=again, last_error=_said(problem)[:MAX_SAID])
    else:
        _count(db, job, problem, _retries(case, job))


def _retries(case: Case | None, job: Leased) -> Retries:
    """How often this job is tried: as drawn, where its step says so."""
    element = case.version.process.elements.get(job.element_id) if case is not None else None
    written = element.attributes.get(dialect.RETRIES, "") if element is not None else ""
    return dialect.retries(written) if written else dialect.RETRIES_USUAL


def _count(db: Session, job: Leased, problem: Exception, retries: Retries) -> None:
    said, attempts = _said(problem), job.attempts + 1
    shown = {"attempts": attempts, "last_error": said[:MAX_SAID]}
    if attempts < retries.attempts:
        _put_back(db, job, due_at=clock.now() + retries.pause(attempts), **shown)
    elif _put_back(db, job, status=JobStatus.FAILED, **shown):
        sentence = "自动步骤试了 {attempts} 次都没有成功：{error}"
        incidents.raise_for(
            db,
            job.instance_id or None,
            sentence=sentence,
            values={"attempts": attempts, "error": said[:300]},
            token=job.token,
            element_id=job.element_id,
            job_id=job.id,
        )


def _put_back(db: Session, job: Leased, **values: Any) -> bool:
    """Let go of a job and change it, if it is still in these hands."""
    changed = update(Job.__table__).where(later.mine(job)).values(locked_until=None, **values)
    return db.execute(changed.returning(Job.__table__.c.id)).first() is not None


def _said(problem: Exception) -> str:
    """An error in words that can be stored, whatever was in it; a refusal has its own."""
    said = str(problem) if isinstance(problem, Refused) else fault(problem)
    return texts.clean(said.encode(errors="replace").decode())


def retry(db: Session, incident_id: int, *, by: Actor) -> None:
    """Try again what an open incident stopped: the job, or the token that got stuck."""
    permissions.require(by, Action.INCIDENT_RESOLVE)
    table = Incident.__table__
    mine = select(table).where(table.c.id == incident_id)
    found = db.execute(mine).one_or_none()
    if found is None:
        raise NotFound
    if found.instance_id is not None:  # locked before the incident, as every act on a case does
        case = hotpath.lock_case(db, found.instance_id)
        if case is not None and case["status"] == InstanceStatus.SUSPENDED:
            raise InstanceSuspended
    row = db.execute(mine.with_for_update()).one()
    if row.status != IncidentStatus.OPEN:
        raise IncidentNotOpen
    if row.job_id is None:
        if not finding.find_again(db, row.instance_id, row.token, by=by):
            act = Act(Kind.INCIDENT_RETRIED, Retry(row.token), asked={"element": row.element_id})
            instances.perform(db, instances.lock(db, row.instance_id), act, by=by)
        return
    jobs = Job.__table__
    again = {
        "status": JobStatus.WAITING,
        "attempts": 0,
        "due_at": clock.now(),
        "locked_until": None,
    }
    stopped = jobs.c.status.in_((JobStatus.FAILED, JobStatus.WAITING))
    db.execute(update(jobs).where(jobs.c.id == row.job_id, stopped).values(again))
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
