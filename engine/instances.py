"""The one door: every act on a case is locked, logged, decided and turned into rows here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, effects, entries, eventlog, hotpath, permissions, versions
from engine.assignment import About
from engine.bpmn import commands, dialect, state
from engine.bpmn.steps import Step, step
from engine.entries import Body, Kind
from engine.errors import CannotStart, InstanceNotRunning, NotFound, ReasonRequired
from engine.eventlog import Head
from engine.forms import texts
from engine.handlers import CASES, Opening
from engine.hotpath import Writes
from engine.models import InstanceStatus, ProcessInstance
from engine.people import Actor
from engine.permissions import Action
from engine.scene import Scene
from engine.versions import Version

MAX_TITLE: Final = 300
MAX_BUSINESS_KEY: Final = 200
MAX_SUBJECT: Final = 60
MAX_COMMENT: Final = 5_000


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


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does to a case: the kind of entry, the command if tokens move, and the words.

    `content` is what the person wrote (kept outside the log); `values_changed` says that it holds
    the form values that stand from now on. `token`, `outcome` name the task acted on.
    """

    kind: Kind
    command: commands.Command | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)
    values_changed: bool = False
    token: str | None = None
    outcome: str | None = None
    goes_to: int | None = None


def lock(db: Session, instance_id: int) -> Case:
    """Lock a case until the transaction ends and read it as it is now. Raises `NotFound`."""
    row = hotpath.lock_case(db, instance_id)
    if row is None:
        raise NotFound
    return case_of(db, row)


def case_of(db: Session, row: hotpath.Row) -> Case:
    """A locked row as a case."""
    return Case(
        id=row["id"],
        version=versions.load_version(db, row["version_id"], row["version_sha256"]),
        status=row["status"],
        title=row["title"],
        subject=row["subject"],
        variables=orjson.loads(row["variables"]),
        offered_id=row["offered_id"],
        content_id=row["content_id"],
        content_hash=row["content_hash"],
        state=row["state"],
        revision=row["revision"],
        head=Head(row["log_seq"], row["log_hash"]),
        started_by=row["started_by"],
    )


def perform(db: Session, case: Case, act: Act, *, by: Actor) -> Step | None:
    """Do one act on a locked case: decide, write the rows that follow, and log it all in one entry.

    Returns the kernel's step, or None for an act that moves no token.
    """
    if case.status != InstanceStatus.RUNNING:
        raise InstanceNotRunning
    now, writes = clock.now(), Writes(case.id, keeps_values=act.values_changed)
    if act.content:
        writes.content = eventlog.salted(act.content)
    asked, followed, known = dict(act.asked), {}, dict(act.known)
    taken: Step | None = None
    if act.command is not None:
        taken = step(case.version.process, state.load(case.state), act.command, now)
        scene = _scene(db, case, act, by, now, writes)
        effects.apply(scene, taken.effects)
        known |= scene.known
        asked["command"] = entries.command_words(act.command)
        followed = {
            "effects": [entries.effect_words(one) for one in taken.effects],
            "path": taken.path,
        }
        writes.case["state"] = state.dump(taken.state)
        if taken.state.ended:
            writes.case |= {"status": taken.state.ended, "ended_at": now}
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
    hotpath.write(db, writes)
    return taken


def _scene(db: Session, case: Case, act: Act, by: Actor, now: datetime, writes: Writes) -> Scene:
    return Scene(
        db,
        case.id,
        case.version,
        About(case.subject, case.started_by),
        by,
        now,
        token=act.token,
        outcome=act.outcome,
        returned=isinstance(act.command, commands.Return),
        goes_to=act.goes_to,
        writes=writes,
    )


def start(
    db: Session,
    key: str,
    *,
    by: Actor,
    subject: str | None = None,
    business_key: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> int:
    """Start a case on the active version of a definition. Returns its number.

    Raises `UnknownDefinition`, `CannotStart`, and `CannotKeep` or `TooLarge` for what is written.
    """
    permissions.require(by, Action.INSTANCE_START)
    subject = texts.kept(subject, MAX_SUBJECT) if subject is not None else None
    if business_key is not None:
        business_key = texts.kept(business_key, MAX_BUSINESS_KEY)
    version = versions.active(db, key)
    values = dict(values or {})
    kind = CASES.get(version.process.properties.get(dialect.CASE, ""))
    if kind is not None:
        opening = kind.open(db, key, by=by, subject=subject, values=values)
    else:
        opening = Opening(version.name, business_key, variables=values, values={})
    instance_id = _insert(db, version, opening, subject, by)
    if kind is not None:
        kind.opened(db, instance_id, opening)
    case = lock(db, instance_id)
    content = {"data": dict(opening.variables), "values": dict(opening.values)}
    table = ProcessInstance.__table__
    offered_id: Any = table.c.content_id
    offered: dict[str, Any] = {}
    if opening.offered is not None:
        offered_id, hashed = eventlog.keep(db, instance_id, {"values": dict(opening.offered)})
        offered = {"offered": hashed}
    act = Act(
        Kind.INSTANCE_STARTED,
        commands.Start(opening.variables),
        content=content,
        known=offered,
        values_changed=True,
        asked={
            "definition": key,
            "version": version.number,
            "subject": subject,
            "business_key": opening.business_key,
            "title": opening.title,
        },
    )
    perform(db, case, act, by=by)
    db.execute(update(table).where(table.c.id == instance_id).values(offered_id=offered_id))
    return instance_id


def _insert(db: Session, version: Version, opening: Opening, subject: str | None, by: Actor) -> int:
    row = {
        "version_id": version.id,
        "status": InstanceStatus.RUNNING,
        "title": opening.title[:MAX_TITLE],
        "business_key": opening.business_key,
        "subject": subject,
        "variables": eventlog.as_json(opening.variables).decode(),
        "state": state.dump(state.EMPTY),
        "revision": 0,
        "content_hash": "",
        "log_seq": 0,
        "log_hash": eventlog.GENESIS,
        "started_by": by.id,
        "started_at": clock.now(),
    }
    added = insert(ProcessInstance.__table__).returning(ProcessInstance.__table__.c.id)
    if opening.business_key is None:
        return int(db.execute(added, row).scalar_one())
    try:
        with db.begin_nested():
            return int(db.execute(added, row).scalar_one())
    except IntegrityError as taken:
        raise CannotStart(why="同样的流程已经在办。") from taken


def cancel(db: Session, instance_id: int, *, by: Actor, reason: str) -> None:
    """End a case where it stands, with a reason."""
    permissions.require(by, Action.INSTANCE_CANCEL)
    case = lock(db, instance_id)
    reason = texts.kept(reason, MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    act = Act(Kind.INSTANCE_CANCELLED, commands.Cancel(), content={"comment": reason})
    perform(db, case, act, by=by)


def retry(db: Session, instance_id: int, token: str, element_id: str, *, by: Actor) -> None:
    """Let a token that got stuck try again where it is."""
    case = lock(db, instance_id)
    act = Act(Kind.INCIDENT_RETRIED, commands.Retry(token), asked={"element": element_id})
    perform(db, case, act, by=by)


def values(db: Session, content_id: int | None) -> dict[str, Any]:
    """The form values kept under a content key."""
    found: dict[str, Any] = eventlog.contents(db, content_id).get("values", {})
    return found
