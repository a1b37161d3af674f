"""Messages and signals: from outside or thrown by a case, to the places that wait for them.

A message reaches one place, or begins one case; a signal reaches every place. Nobody waiting is no
error: whoever sent it is told that nobody was reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from engine import (
    clock,
    entries,
    eventlog,
    handlers,
    instances,
    later,
    people,
    permissions,
    starts,
    versions,
    waits,
)
from engine.bpmn import dialect, state
from engine.bpmn.commands import Deliver
from engine.bpmn.process import Kind
from engine.entries import Kind as EntryKind
from engine.errors import (
    InstanceSuspended,
    MessageAmbiguous,
    MessageUnheard,
    NotFound,
    TooLarge,
)
from engine.forms import texts
from engine.instances import Act
from engine.models import ProcessDefinition, ProcessInstance, Subscription
from engine.people import Actor
from engine.permissions import Action
from engine.sentence import Sentence

MAX_NAME: Final = 200
MAX_KEY: Final = 200
MAX_DATA: Final = 100_000
AT_ONCE: Final = 50
SPREAD: Final = "engine.signal"
ONE: Final = "engine.signal_one"
LOOK_AGAIN: Final = timedelta(minutes=10)

_SUB: Final = Subscription.__table__


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a message or a signal has reached: how many, and the case where it is one."""

    count: int
    instance_id: int | None = None
    is_new: bool = False


def correlate(
    db: Session,
    name: str,
    *,
    by: Actor,
    key: str = "",
    data: Mapping[str, Any] | None = None,
    origin: Mapping[str, Any] | None = None,
) -> Reached:
    """Give a message to the one place that waits for it, else begin the case it begins.

    `key` is what the place correlates by, or the business key, the subject or the number of its
    case. Raises `MessageAmbiguous`, `TooLarge`, and what beginning a case may raise.
    """
    permissions.require(by, Action.MESSAGE_DELIVER)
    name, key, data = texts.kept(name, MAX_NAME), texts.kept(key, MAX_KEY), _brought(data)
    found = db.execute(_waiting(name, key)).all()
    if len({row.instance_id for row in found}) > 1:
        raise MessageAmbiguous(count=len(found), name=name)
    if found:
        row = found[0]
        asked = {"message": name, "key": key, **(origin or {})}
        reached = _hand(db, row, EntryKind.MESSAGE_DELIVERED, asked, data, by)
        return Reached(int(reached), row.instance_id if reached else None)
    begins = db.execute(_begins("message", name)).all()
    if len(begins) > 1:
        raise MessageAmbiguous(count=len(begins), name=name)
    if not begins:
        return Reached(0)
    number = _begin(db, begins[0], by, data, {"message": name, **(origin or {})}, key)
    return Reached(1, number, is_new=True)


def _brought(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """What comes along, but whom somebody is to pick at a step. Raises `TooLarge`."""
    found = dialect.unpicked(data)
    if len(eventlog.as_json(found)) > MAX_DATA:
        raise TooLarge(most=Sentence("{count} 字节", count=MAX_DATA))
    return found


def _waiting(name: str, key: str) -> Any:
    case = ProcessInstance.__table__
    wanted = select(_SUB).join(case, case.c.id == _SUB.c.instance_id)
    mine = [_SUB.c.kind == "message", _SUB.c.name == name]
    if key:
        of_case = [case.c.business_key == key, case.c.subject == key]
        if key.isdecimal() and len(key) <= 18:  # noqa: PLR2004  (what a number of a case can be)
            of_case.append(case.c.id == int(key))
        mine.append(or_(_SUB.c.key == key, (_SUB.c.key == "") & or_(*of_case)))
    else:
        mine.append(_SUB.c.key == "")
    return wanted.where(*mine).order_by(_SUB.c.id).limit(AT_ONCE)


def keys_of(db: Session, instance_id: int) -> dict[str, str]:
    """The keys that places of a case wait for, by element; one without a key is left out."""
    wanted = select(_SUB.c.element_id, _SUB.c.key).where(_SUB.c.instance_id == instance_id)
    return {row.element_id: row.key for row in db.execute(wanted.where(_SUB.c.key != ""))}


def _begins(kind: str, name: str) -> Any:
    definition = ProcessDefinition.__table__
    return (
        select(
            _SUB,
            definition.c.key.label("definition"),
            definition.c.active_version_id.label("version"),
        )
        .join(definition, definition.c.id == _SUB.c.definition_id)
        .where(_SUB.c.kind == kind, _SUB.c.name == name)
        .order_by(_SUB.c.id)
        .limit(AT_ONCE)
    )


def _begin(
    db: Session,
    row: Row[Any],
    by: Actor,
    data: Mapping[str, Any],
    known: Mapping[str, Any],
    key: str = "",
) -> int:
    if by.id is None:
        version = versions.of_case(db, row.version)
        by = starts.starter(db, version.process.elements[row.element_id], row.version)
    return instances.start(
        db,
        row.definition,
        by=by,
        business_key=key or None,
        values=data,
        at=row.element_id,
        known=known,
    )


def _hand(
    db: Session,
    row: Row[Any],
    kind: EntryKind,
    asked: Mapping[str, Any],
    data: Mapping[str, Any],
    by: Actor,
) -> bool:
    """Deliver to a place that waited a moment ago; whether it still did."""
    case = instances.lock(db, row.instance_id)
    here = [one for one in state.load(case.state).tokens if str(one.id) == row.token]
    if not here or here[0].stuck:
        return False
    act = Act(
        kind,
        Deliver(row.token, dict(data)),
        token=row.token,
        asked={**asked, "element": row.element_id},
        content={"data": dict(data)} if data else {},
    )
    try:
        instances.perform(db, case, act, by=by)
    except NotFound:
        return False
    return True


def deliver(
    db: Session, instance_id: int, name: str, *, by: Actor, data: Mapping[str, Any] | None = None
) -> None:
    """Give the message called `name` to the first place of this case that waits for it.

    Raises `NotFound` where none does.
    """
    permissions.require(by, Action.MESSAGE_DELIVER)
    case = instances.lock(db, instance_id)
    elements = case.version.process.elements
    tokens = state.load(case.state).tokens
    waiting = (
        one
        for one in tokens
        if one.number
        and elements[one.element].kind is not Kind.SEND
        and elements[one.element].event == "message"
        and elements[one.element].event_text == name
    )
    token = next(waiting, None)
    if token is None:
        raise NotFound
    given = _brought(data)
    act = Act(
        entries.Kind.MESSAGE_DELIVERED,
        Deliver(str(token.id), given),
        token=str(token.id),
        asked={"message": name, "element": token.element},
        content={"data": given} if given else {},
    )
    instances.perform(db, case, act, by=by)


def signal(
    db: Session,
    name: str,
    *,
    by: Actor,
    data: Mapping[str, Any] | None = None,
    origin: Mapping[str, Any] | None = None,
) -> Reached:
    """Send a signal to every place that waits for it now; workers hand it over one by one."""
    permissions.require(by, Action.MESSAGE_DELIVER)
    name = texts.kept(name, MAX_NAME)
    mine = (_SUB.c.kind == "signal") & (_SUB.c.name == name)
    count, last = db.execute(
        select(func.count(), func.coalesce(func.max(_SUB.c.id), 0)).where(mine)
    ).one()
    if count:
        told = {"name": name, "data": _brought(data), "by": by.id, "origin": dict(origin or {})}
        kept, _hashed = eventlog.keep(db, None, {**told, "last": last})
        later.enqueue(db, SPREAD, f"{kept}:0")
    return Reached(count)


@handlers.background(SPREAD)
def spread(db: Session, reference: str) -> bool:
    """Put down a job for each of the next places a signal goes to."""
    kept, _colon, after = reference.partition(":")
    told = eventlog.contents(db, int(kept))
    mine = (_SUB.c.kind == "signal") & (_SUB.c.name == told["name"])
    part = select(_SUB.c.id).where(mine, _SUB.c.id > int(after), _SUB.c.id <= told["last"])
    found = list(db.execute(part.order_by(_SUB.c.id).limit(AT_ONCE)).scalars())
    for number in found:
        later.enqueue(db, ONE, f"{kept}:{number}")
    if len(found) == AT_ONCE:
        later.enqueue(db, SPREAD, f"{kept}:{found[-1]}")
    return False


@handlers.background(ONE)
def hand_over(db: Session, reference: str) -> bool:
    """Give a signal to one place, or begin the one case it begins there."""
    kept, _colon, number = reference.partition(":")
    told = eventlog.contents(db, int(kept))
    row = db.execute(select(_SUB).where(_SUB.c.id == int(number))).one_or_none()
    if row is None:
        return False
    asked = {"signal": told["name"], **told["origin"]}
    by = people.SYSTEM if told["by"] is None else people.actor(db, told["by"])
    if row.instance_id is not None:
        with_sender = {**asked, "sent_by": told["by"]}
        try:
            _hand(db, row, EntryKind.SIGNAL_DELIVERED, with_sender, told["data"], people.SYSTEM)
        except InstanceSuspended:  # it waits on while its case stands still
            later.enqueue(db, ONE, reference, at=clock.now() + LOOK_AGAIN)
        return False
    begins = db.execute(_begins("signal", told["name"])).all()
    for one in begins:
        if one.id == row.id:
            _begin(db, one, by, told["data"], asked)
    return False


@handlers.background(waits.THROWN)
def throw(db: Session, reference: str) -> bool:
    """Send out what a case has thrown."""
    told = eventlog.contents(db, int(reference))
    by = people.SYSTEM
    origin = {"from": told["from"]}
    if told["kind"] == "signal":
        signal(db, told["name"], by=by, origin=origin)
        return False
    found = correlate(db, told["name"], by=by, key=told["key"], origin=origin)
    if not found.count and told["must_reach"]:
        raise MessageUnheard(name=told["name"])
    return False
