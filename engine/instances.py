"""The one door: every act on a case is locked, logged, decided and turned into rows here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import (
    clock,
    effects,
    entries,
    eventlog,
    hotpath,
    new_cases,
    notifications,
    permissions,
    versions,
)
from engine.assignment import About
from engine.bpmn import commands, dialect, state
from engine.bpmn.steps import Step, step
from engine.entries import Body, Kind
from engine.errors import (
    InstanceNotRunning,
    InstanceSuspended,
    NotFound,
    ReasonRequired,
)
from engine.eventlog import Head
from engine.forms import texts
from engine.handlers import CASES, Opening
from engine.hotpath import Writes
from engine.models import InstanceStatus, UserTask
from engine.people import SYSTEM, Actor
from engine.permissions import Action
from engine.scene import Parent, Scene, Settled, Tally
from engine.versions import Version

MAX_SUBJECT: Final = 60
MAX_COMMENT: Final = 5_000
MOST_SETTLED: Final = 50
APPROVE: Final = "approve"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stood when its row was locked, with the version it is pinned to."""

    id: int
    version: Version
    status: str
    title: str
    subject: str | None
    variables: Mapping[str, Any]
    offered_id: int | None
    content_id: int | None
    content_hash: str
    state: str
    revision: int
    head: Head
    started_by: int | None
    parent_id: int | None = None
    parent_token: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to a case: the kind of entry, the command if tokens move, and the words.

    `content` is what the person wrote (kept outside the log); `values_changed` says that it holds
    the form values that stand from now on. `token`, `outcome` name the task acted on, `done_for`
    the person in whose place it is done, `seat` the seat where several sign. `rows` brings rows
    of the act itself, before those that follow from the command. `is_on_hold` says that a suspended
    case knows this act too, `is_afterwards` that one that has ended does; `status` is what the case
    becomes where the kernel has no say. `job` is done with the act, which is its work. `offered_id`
    are the values a case begins with where it does not hold all of them.
    """

    kind: Kind
    command: commands.Command | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)
    values_changed: bool = False
    token: str | None = None
    seat: int = 0
    outcome: str | None = None
    rows: Callable[[Scene], None] | None = None
    goes_to: int | None = None
    done_for: int | None = None
    is_on_hold: bool = False
    is_afterwards: bool = False
    status: InstanceStatus | None = None
    job: int | None = None
    offered_id: int | None = None


def lock(db: Session, instance_id: int) -> Case:
    """Lock a case until the transaction ends and read it as it is now. Raises `NotFound`."""
    row = hotpath.lock_case(db, instance_id)
    if row is None:
        raise NotFound
    return case_of(db, row)


def case_of(db: Session, row: hotpath.Row, version: Version | None = None) -> Case:
    """A locked row as a case, on this version where it is known already."""
    return Case(
        id=row["id"],
        version=version or versions.load_version(db, row["version_id"], row["version_sha256"]),
        status=row["status"],
        title=row["title"],
        subject=row["subject"],
        variables=orjson.loads(row["variables"]),
        offered_id=row.get("offered_id"),
        content_id=row.get("content_id"),
        content_hash=row["content_hash"],
        state=row["state"],
        revision=row["revision"],
        head=Head(row["log_seq"], row["log_hash"]),
        started_by=row.get("successor_id") or row["started_by"],
        parent_id=row["parent_id"],
        parent_token=row["parent_token"],
        depth=row["depth"],
    )


def perform(
    db: Session, case: Case, act: Act, *, by: Actor, tally: Tally | None = None
) -> Step | None:
    """Do one act on a locked case: decide, write the rows that follow, and log it all in one entry.

    Returns the kernel's step, or None for an act that moves no token.
    """
    _require_running(case, act)
    now = clock.now()
    writes = _writes(case, act, now)
    asked, followed, known = dict(act.asked), {}, dict(act.known)
    taken = _step(case, act, now)
    scene: Scene | None = None
    if taken is not None or act.rows is not None:
        scene = _scene(db, case, act, by, now, writes, taken)
        scene.tally = tally or scene.tally
        if act.rows is not None:
            act.rows(scene)
        if taken is not None and act.command is not None:
            effects.apply(scene, taken.effects)
            asked["command"] = entries.command_words(act.command)
            followed = _moved(writes, act, taken, now)
        known |= scene.known
    if act.status is not None:
        writes.case["status"] = act.status.value
    hashed = writes.content["sha256"] if writes.content else ""
    if act.values_changed:
        writes.case["content_hash"] = hashed
    body = Body(asked, known, followed, hashed)
    chain = eventlog.case_chain(case.id)
    writes.entry = eventlog.entry(chain, case.head, act.kind, by=by.mark, at=now, body=body)
    writes.case |= {
        "revision": case.revision + 1,
        "log_seq": writes.entry["seq"],
        "log_hash": writes.entry["hash"],
    }
    if scene is not None:
        ended = taken.state.ended if taken is not None else ""
        notifications.follow(scene, writes.entry["seq"], ended)
    hotpath.write(db, writes)
    if scene is not None and scene.settled:
        _settle(db, case.id, scene.settled, scene.tally)
    return taken


def _writes(case: Case, act: Act, now: datetime) -> Writes:
    """What the act brings by itself, whatever follows from it."""
    return Writes(
        case.id,
        content=eventlog.salted(act.content) if act.content else None,
        finished={"job": act.job, "done_at": now} if act.job is not None else None,
        case={"offered_id": act.offered_id} if act.offered_id is not None else {},
        keeps_values=act.values_changed,
        offers_values=act.kind is Kind.INSTANCE_STARTED and act.offered_id is None,
    )


def _step(case: Case, act: Act, now: datetime) -> Step | None:
    if act.command is None:
        return None
    return step(case.version.process, state.load(case.state), act.command, now)


def _moved(writes: Writes, act: Act, taken: Step, now: datetime) -> dict[str, Any]:
    """Where the case stands after a step, and what followed in words."""
    writes.case["state"] = state.dump(taken.state)
    if taken.state.ended:
        writes.case |= {"status": taken.state.ended, "ended_at": now}
    elif act.is_afterwards:
        writes.case |= {"status": InstanceStatus.RUNNING.value, "ended_at": None}
    told = [entries.effect_words(one) for one in taken.effects]
    return {"effects": told, "path": taken.path}


def _settle(db: Session, instance_id: int, steps: Sequence[Settled], tally: Tally) -> None:
    """Complete steps that need nobody, each an act of its own by the system, so many and no more.

    What lies beyond waits for its people like any other step.
    """
    for one in steps:
        if tally.settled >= MOST_SETTLED:
            return
        case = lock(db, instance_id)
        task = UserTask.__table__
        there = (task.c.instance_id == instance_id) & (task.c.token == one.token)
        found = db.execute(select(task.c.id).where(there, task.c.status.in_(effects.OPEN)))
        task_id = found.scalar_one_or_none()
        if case.status != InstanceStatus.RUNNING or task_id is None:
            continue
        tally.settled += 1
        data = {"outcome": APPROVE} if "outcome" in case.version.process.reads else {}
        act = Act(
            Kind.TASK_COMPLETED,
            commands.Complete(one.token, data),
            content={"data": data} if data else {},
            token=one.token,
            outcome=APPROVE,
            asked={
                "task": task_id,
                "element": one.element_id,
                "outcome": APPROVE,
                "settled": one.why,
                "person": one.person,
            },
            known={"seen": case.content_hash},
        )
        perform(db, case, act, by=SYSTEM, tally=tally)


def _require_running(case: Case, act: Act) -> None:
    if case.status == InstanceStatus.SUSPENDED and not act.is_on_hold:
        raise InstanceSuspended
    is_over = case.status not in (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
    if is_over and not act.is_afterwards:
        raise InstanceNotRunning


def _scene(
    db: Session, case: Case, act: Act, by: Actor, now: datetime, writes: Writes, taken: Step | None
) -> Scene:
    variables = partial(_variables, db, case, act, taken)
    return Scene(
        db,
        case.id,
        case.version,
        _about(case, act, by, variables),
        by,
        now,
        CALLED,
        variables,
        token=act.token,
        seat=act.seat,
        outcome=act.outcome,
        returned=isinstance(act.command, commands.Return),
        goes_to=act.goes_to,
        done_for=act.done_for,
        writes=writes,
        depth=case.depth,
        called_by=case.parent_id,
        called_at=case.parent_token,
    )


def _about(case: Case, act: Act, by: Actor, variables: Callable[[], dict[str, Any]]) -> About:
    person = act.asked.get("person") or act.done_for or by.id
    step, approves = act.asked.get("element"), act.outcome == APPROVE
    return About(
        case.subject,
        case.started_by,
        case.id,
        case.version,
        variables,
        acting=(step, person) if step and person and approves else None,
        acted=act.token,
    )


def _variables(db: Session, case: Case, act: Act, taken: Step | None) -> dict[str, Any]:
    held = act.content.get("values") if act.values_changed else values(db, case.content_id)
    stands = taken.state if taken is not None else state.load(case.state)
    return {**case.variables, **(held or {}), **stands.data}


def start(  # noqa: PLR0913  (what is known of a case, by keyword)
    db: Session,
    key: str,
    *,
    by: Actor,
    subject: str | None = None,
    business_key: str | None = None,
    values: Mapping[str, Any] | None = None,
    parent: Parent | None = None,
    at: str = "",
    known: Mapping[str, Any] | None = None,
) -> int:
    """Start a case on the active version of a definition. Returns its number.

    `at` is the start event, "" the plain one. One begun for a place in another case belongs to
    who began that one, whoever acts.

    Raises `UnknownDefinition`, `DefinitionSuspended`, `CannotStart`, and `CannotKeep` or
    `TooLarge` for what is written.
    """
    if parent is None:
        permissions.require(by, Action.INSTANCE_START)
    subject = texts.kept(subject, MAX_SUBJECT) if subject is not None else None
    business_key = new_cases.own_key(business_key)
    version = versions.active(db, key)
    values = dialect.unpicked(values)
    kind = CASES.get(version.process.properties.get(dialect.CASE, ""))
    if kind is not None:
        opening = kind.open(db, key, by=by, subject=subject, values=values)
    else:
        title = parent.titled(version.name) if parent is not None else version.name
        opening = Opening(title, business_key, subject, variables=values)
    case = case_of(db, new_cases.insert(db, version, opening, by, parent), version)
    if kind is not None:
        kind.opened(db, case.id, opening)
    content = {
        "data": dict(opening.variables),
        "values": dict(opening.values),
        "title": opening.title,
    }
    offered_id: int | None = None
    offered: dict[str, Any] = {}
    if opening.offered is not None:
        offered_id, hashed = eventlog.keep(db, case.id, {"values": dict(opening.offered)})
        offered = {"offered": hashed}
    began = {} if parent is None else {"started_by": parent.started_by}
    act = Act(
        Kind.INSTANCE_STARTED,
        commands.Start(opening.variables, at),
        content=content,
        known={**offered, **began, **(known or {})},
        values_changed=True,
        offered_id=offered_id,
        asked={
            "definition": key,
            "version": version.number,
            "subject": opening.subject,
            "business_key": opening.business_key,
            **({"parent": [parent.instance_id, parent.token]} if parent is not None else {}),
        },
    )
    perform(db, case, act, by=by, tally=parent.tally if parent is not None else None)
    return case.id


def cancel(db: Session, instance_id: int, *, by: Actor, reason: str) -> None:
    """End a case where it stands, with a reason."""
    permissions.require(by, Action.INSTANCE_CANCEL)
    case = lock(db, instance_id)
    reason = texts.kept(reason, MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    perform(db, case, _cancelling(content={"comment": reason}), by=by)


def _cancelling(**said: Any) -> Act:
    return Act(Kind.INSTANCE_CANCELLED, commands.Cancel(), is_on_hold=True, **said)


def _cancel_called(db: Session, instance_id: int, *, by: Actor, tally: Tally) -> None:
    case = lock(db, instance_id)
    if case.status in (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED):
        act = _cancelling(asked={"with": case.parent_id})
        perform(db, replace(case, parent_id=None), act, by=by, tally=tally)


class Called:
    """The acts on called cases that effects have need of."""

    begin = staticmethod(start)
    cancel = staticmethod(_cancel_called)


CALLED: Final = Called()


def values(db: Session, content_id: int | None) -> dict[str, Any]:
    """The form values kept under a content key."""
    found: dict[str, Any] = eventlog.contents(db, content_id).get("values", {})
    return found
