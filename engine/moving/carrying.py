"""One case goes to another version, or back: its entry, and the rows that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import orjson
from sqlalchemy import Table, case, delete, select, update
from sqlalchemy.orm import Session

from engine import eventlog, incidents, instances, permissions
from engine.bpmn import state
from engine.bpmn.commands import Move
from engine.bpmn.state import State
from engine.entries import Kind
from engine.errors import CannotMove, ReasonRequired
from engine.forms import texts
from engine.instances import MAX_COMMENT, Act, Case
from engine.models import (
    Incident,
    IncidentStatus,
    Job,
    JobStatus,
    LogEntry,
    ProcessInstance,
    Subscription,
    TaskStatus,
    UserTask,
)
from engine.moving import planning
from engine.moving.planning import Reason
from engine.people import Actor
from engine.permissions import Action
from engine.scene import Scene
from engine.versions import Version

OTHER_VERSION: Final = "它已经不在第 {number} 版上。"
OPEN_TASKS: Final = (TaskStatus.READY, TaskStatus.CLAIMED, TaskStatus.WAITING)
OPEN_JOBS: Final = (JobStatus.WAITING, JobStatus.PAUSED, JobStatus.FAILED)


def move(
    db: Session,
    instance_id: int,
    versions_: tuple[Version, Version],
    places: Mapping[str, str] | None = None,
    *,
    by: Actor,
    reason: str,
) -> int:
    """Move one case from a version to another. Returns the number of its entry.

    Raises `CannotMove` with the first reason, `InstanceNotRunning`, `ReasonRequired`.
    """
    permissions.require(by, Action.INSTANCE_MOVE)
    reason = texts.kept(reason, MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    return _carry(db, instance_id, versions_, places, Kind.INSTANCE_MOVED, by, reason)


def move_back(
    db: Session, instance_id: int, versions_: tuple[Version, Version], seq: int, *, by: Actor
) -> int:
    """Undo the move that entry `seq` tells of, from where the case stands now.

    `versions_` are those it goes from and to now. Raises `CannotMove` where what was done since
    has led to a place that the version before does not have.
    """
    permissions.require(by, Action.INSTANCE_MOVE)
    chain = eventlog.case_chain(instance_id)
    body = db.execute(
        select(LogEntry.body).where(LogEntry.chain == chain, LogEntry.seq == seq)
    ).scalar_one()
    told = orjson.loads(body)["asked"]["command"]["places"]
    back = _reversed(told, *versions_)
    return _carry(db, instance_id, versions_, back, Kind.INSTANCE_MOVED_BACK, by, "")


def _reversed(places: Mapping[str, str], here: Version, there: Version) -> dict[str, str]:
    """What became what, the other way round; events that the move brought along are given up."""
    back = {to: one for one, to in places.items() if to}
    for element in here.process.elements.values():
        is_new = element.id not in back and element.id not in there.process.elements
        if is_new and planning.listens(here.process, element):
            back[element.id] = ""
    return back


def _carry(
    db: Session,
    instance_id: int,
    versions_: tuple[Version, Version],
    places: Mapping[str, str] | None,
    kind: Kind,
    by: Actor,
    reason: str,
) -> int:
    here, there = versions_
    found = instances.lock(db, instance_id)
    if found.version.id != here.id:
        raise CannotMove(why=OTHER_VERSION.format(number=here.number))
    data = _read_from_now(db, found, there)
    stands = state.load(found.state)
    command, reasons = planning.judge(here.process, there.process, stands, places, data)
    if reasons:
        raise CannotMove(why=_said(reasons[0]), reason=reasons[0])
    content: dict[str, Any] = {"comment": reason} if reason else {}
    act = Act(
        kind,
        command,
        asked={"from": here.number, "to": there.number},
        content=content | ({"data": data} if data else {}),
        rows=partial(_follow, command=command, there=there, given_up=_given_up(stands, command)),
        is_on_hold=True,
    )
    instances.perform(db, replace(found, version=there), act, by=by)
    return found.head.seq + 1


def _given_up(stands: State, command: Move) -> tuple[str, ...]:
    """The tokens of events that the other version does not have."""
    return tuple(
        str(token.id)
        for token in stands.tokens
        if not command.places.get(token.element, token.element)
    )


def _said(reason: Reason) -> str:
    return f"{reason.label}: {reason.sentence.format(**reason.values)}"


def _read_from_now(db: Session, found: Case, there: Version) -> dict[str, Any]:
    """Variables that the other version reads, as far as the case has them."""
    wanted = there.process.reads - found.version.process.reads
    held = {**found.variables, **instances.values(db, found.content_id)} if wanted else {}
    return {name: held[name] for name in sorted(wanted) if name in held}


def _follow(scene: Scene, *, command: Move, there: Version, given_up: tuple[str, ...]) -> None:
    """The rows of the case go along: its version, open tasks, jobs, subscriptions, incidents."""
    db, instance_id = scene.db, scene.instance_id
    if given_up:
        _give_up(scene, given_up)
    table = ProcessInstance.__table__
    mine = update(table).where(table.c.id == instance_id)
    db.execute(mine.values(version_id=there.id))
    moved = {one: to for one, to in command.places.items() if to and to in there.process.elements}
    tasks = UserTask.__table__
    _rename_tasks(db, instance_id, moved, there)
    if not moved:
        return
    jobs, stuck, waits = Job.__table__, Incident.__table__, Subscription.__table__
    _rename(db, jobs, instance_id, moved, jobs.c.status.in_(OPEN_JOBS))
    _rename(db, stuck, instance_id, moved, stuck.c.status == IncidentStatus.OPEN)
    _rename(db, waits, instance_id, moved, None)
    _rename(db, tasks, instance_id, moved, tasks.c.status.in_(OPEN_TASKS))


def _give_up(scene: Scene, tokens: tuple[str, ...]) -> None:
    """Take back the jobs and subscriptions of events that nothing became of."""
    jobs, waits = Job.__table__, Subscription.__table__
    mine = (jobs.c.instance_id == scene.instance_id) & jobs.c.token.in_(tokens)
    ended = {"status": JobStatus.CANCELLED, "done_at": scene.now}
    open_ = update(jobs).where(mine, jobs.c.status.in_(OPEN_JOBS)).returning(jobs.c.id)
    for job_id in scene.db.execute(open_.values(ended)).scalars().all():
        incidents.close_for(scene.db, by_id=scene.by.id, job_id=job_id)
    gone = (waits.c.instance_id == scene.instance_id) & waits.c.token.in_(tokens)
    scene.db.execute(delete(waits).where(gone))


def _rename(
    db: Session, table: Table, instance_id: int, moved: Mapping[str, str], which: Any
) -> None:
    """All at once, so that two places may change their names with each other."""
    mine = (table.c.instance_id == instance_id) & table.c.element_id.in_(moved)
    mine = mine if which is None else mine & which
    to = case(moved, value=table.c.element_id, else_=table.c.element_id)
    db.execute(update(table).where(mine).values(element_id=to))


def _rename_tasks(db: Session, instance_id: int, moved: Mapping[str, str], there: Version) -> None:
    """What a task is called is what the new drawing calls its step."""
    table = UserTask.__table__
    mine = (table.c.instance_id == instance_id) & table.c.status.in_(OPEN_TASKS)
    for row in db.execute(select(table.c.id, table.c.name, table.c.element_id).where(mine)).all():
        name = there.process.label(moved.get(row.element_id, row.element_id))
        if name != row.name:
            db.execute(update(table).where(table.c.id == row.id).values(name=name))
