"""Standing still and going on: one case with those it called, or a flow with all its cases.

A suspended case refuses every act but resuming and cancelling. Resuming moves what is due by the
time it stood.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, handlers, instances, later, permissions
from engine.entries import Kind
from engine.errors import InstanceNotSuspended, InstanceSuspended, ReasonRequired, UnknownDefinition
from engine.forms import texts
from engine.instances import MAX_COMMENT, Act
from engine.models import (
    ClockStop,
    InstanceStatus,
    Job,
    JobStatus,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    TaskCandidate,
    TaskStatus,
    UserTask,
)
from engine.people import SYSTEM, Actor
from engine.permissions import Action

SUSPENDED: Final = "suspended"
CHUNK: Final = 50
ALL: Final = "engine.suspend_flow"

_JOB, _TASK, _CASE = Job.__table__, UserTask.__table__, ProcessInstance.__table__
_STOP, _OFFER = ClockStop.__table__, TaskCandidate.__table__
_OPEN: Final = (TaskStatus.READY, TaskStatus.CLAIMED, TaskStatus.WAITING)


def suspend(db: Session, instance_id: int, *, by: Actor, reason: str) -> None:
    """Let a case and those it called stand still. Raises `InstanceSuspended`, `ReasonRequired`."""
    permissions.require(by, Action.INSTANCE_SUSPEND)
    reason = _reason(reason)
    _suspend(db, instance_id, by=by, reason=reason)


def _suspend(db: Session, instance_id: int, *, by: Actor, reason: str) -> None:
    case = instances.lock(db, instance_id)
    if case.status == InstanceStatus.SUSPENDED:
        raise InstanceSuspended
    act = Act(Kind.INSTANCE_SUSPENDED, content={"comment": reason}, status=InstanceStatus.SUSPENDED)
    instances.perform(db, case, act, by=by)
    mine = (_JOB.c.instance_id == case.id) & (_JOB.c.status == JobStatus.WAITING)
    db.execute(update(_JOB).where(mine).values(status=JobStatus.PAUSED, locked_until=None))
    stop = {"instance_id": case.id, "why": SUSPENDED, "began_at": clock.now()}
    db.execute(insert(_STOP), stop)
    for child in _called(db, case.id, InstanceStatus.RUNNING):
        _suspend(db, child, by=by, reason=reason)


def resume(db: Session, instance_id: int, *, by: Actor) -> timedelta:
    """Let a case and those it called go on. Returns how long it stood; due times move by that."""
    permissions.require(by, Action.INSTANCE_SUSPEND)
    return _resume(db, instance_id, by=by)


def _resume(db: Session, instance_id: int, *, by: Actor) -> timedelta:
    case = instances.lock(db, instance_id)
    if case.status != InstanceStatus.SUSPENDED:
        raise InstanceNotSuspended
    now = clock.now()
    open_ = (_STOP.c.instance_id == case.id) & (_STOP.c.why == SUSPENDED)
    open_ &= _STOP.c.ended_at.is_(None)
    began = db.execute(select(_STOP.c.began_at).where(open_)).scalars().first()
    db.execute(update(_STOP).where(open_).values(ended_at=now))
    stood = max(now - began, timedelta()) if began is not None else timedelta()
    act = Act(
        Kind.INSTANCE_RESUMED,
        known={
            "stood_seconds": int(stood.total_seconds()),
            "stood_microseconds": stood // timedelta(microseconds=1),
        },
        is_on_hold=True,
        status=InstanceStatus.RUNNING,
    )
    instances.perform(db, case, act, by=by)
    _move(db, case.id, stood)
    for child in _called(db, case.id, InstanceStatus.SUSPENDED):
        _resume(db, child, by=by)
    return stood


def _move(db: Session, instance_id: int, stood: timedelta) -> None:
    """Move what was to come by the time the case stood; what was due before stays due."""
    paused = (_JOB.c.instance_id == instance_id) & (_JOB.c.status == JobStatus.PAUSED)
    now = clock.now()
    columns = select(_JOB.c.id, _JOB.c.due_at, _JOB.c.created_at)
    for row in db.execute(columns.where(paused)).all():
        own = min(stood, max(now - row.created_at, timedelta()))  # some came while the case stood
        values = {"status": JobStatus.WAITING, "due_at": row.due_at + own}
        db.execute(update(_JOB).where(_JOB.c.id == row.id).values(values))
    mine = (_TASK.c.instance_id == instance_id) & _TASK.c.status.in_(_OPEN)
    dated = select(_TASK.c.id, _TASK.c.due_at, _TASK.c.due_first)
    for task in db.execute(dated.where(mine, _TASK.c.due_at.is_not(None))).all():
        due, first = task.due_at + stood, task.due_first or task.due_at
        moved = update(_TASK).where(_TASK.c.id == task.id)
        db.execute(moved.values(due_at=due, due_first=first))
        db.execute(update(_OFFER).where(_OFFER.c.task_id == task.id).values(sort_at=due))


def _called(db: Session, instance_id: int, status: InstanceStatus) -> list[int]:
    mine = (_CASE.c.parent_id == instance_id) & (_CASE.c.status == status)
    return list(db.execute(select(_CASE.c.id).where(mine).order_by(_CASE.c.id)).scalars())


def suspend_flow(
    db: Session, key: str, *, by: Actor, reason: str, with_cases: bool = False
) -> None:
    """Let nobody begin new cases of a flow; with its running cases, those stand still too."""
    permissions.require(by, Action.INSTANCE_SUSPEND)
    reason = _reason(reason)
    definition_id = _flow(db, key)
    _set(db, definition_id, suspended=True)
    asked = {"key": key, "with_cases": with_cases}
    private = {"comment": reason}
    eventlog.record(db, Kind.DEFINITION_SUSPENDED, by=by.mark, asked=asked, private=private)
    if with_cases:
        kept, _hashed = eventlog.keep(db, None, private)
        later.enqueue(db, ALL, f"{InstanceStatus.SUSPENDED}:{definition_id}:{kept}")


def resume_flow(db: Session, key: str, *, by: Actor, with_cases: bool = False) -> None:
    """Let people begin cases of a flow again; with its suspended cases, those go on too."""
    permissions.require(by, Action.INSTANCE_SUSPEND)
    definition_id = _flow(db, key)
    _set(db, definition_id, suspended=False)
    asked = {"key": key, "with_cases": with_cases}
    eventlog.record(db, Kind.DEFINITION_RESUMED, by=by.mark, asked=asked)
    if with_cases:
        later.enqueue(db, ALL, f"{InstanceStatus.RUNNING}:{definition_id}:0")


def is_suspended(db: Session, key: str) -> bool:
    """Whether new cases of a flow are refused for now."""
    since = select(ProcessDefinition.suspended_at).where(ProcessDefinition.key == key)
    return db.execute(since).scalar_one_or_none() is not None


def _set(db: Session, definition_id: int, *, suspended: bool) -> None:
    values = {"suspended_at": clock.now() if suspended else None}
    flow = update(ProcessDefinition).where(ProcessDefinition.id == definition_id)
    db.execute(flow.values(values))


def _flow(db: Session, key: str) -> int:
    found = select(ProcessDefinition.id).where(ProcessDefinition.key == key).with_for_update()
    definition_id = db.execute(found).scalar_one_or_none()
    if definition_id is None:
        raise UnknownDefinition(key=key)
    return definition_id


def _reason(text: str) -> str:
    reason = texts.kept(text, MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    return reason


@handlers.background(ALL)
def some(db: Session, reference: str) -> bool:
    """Suspend or resume the next cases of a flow, the outermost first. Whether more are left."""
    status, definition_id, kept = reference.split(":")
    reason = eventlog.contents(db, int(kept) or None).get("comment", "")
    before = (
        InstanceStatus.RUNNING if status == InstanceStatus.SUSPENDED else InstanceStatus.SUSPENDED
    )
    version = ProcessVersion.__table__
    mine = select(_CASE.c.id).join(version, version.c.id == _CASE.c.version_id)
    mine = mine.where(version.c.definition_id == int(definition_id), _CASE.c.status == before)
    found = list(db.execute(mine.order_by(_CASE.c.id).limit(CHUNK)).scalars())
    for number in found:
        if instances.lock(db, number).status != before:
            continue  # with the case that called it, or by itself a moment ago
        if status == InstanceStatus.SUSPENDED:
            _suspend(db, number, by=SYSTEM, reason=reason)
        else:
            _resume(db, number, by=SYSTEM)
    return len(found) == CHUNK
