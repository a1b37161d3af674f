"""Which cases can go on by another version, and why the others cannot: the dry run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import permissions, rounds, versions
from engine.bpmn import dialect, moving, state
from engine.bpmn.commands import Move
from engine.bpmn.process import Element, Kind, Process
from engine.bpmn.state import State, Token
from engine.models import InstanceStatus, ProcessInstance
from engine.people import Actor
from engine.permissions import Action

MOST_TRIED: Final = 2_000
"""Cases that one dry run looks at; a run itself has no such end."""
MOST_REASONS: Final = 50
MOVABLE: Final = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)

OTHER_SIGNING: Final = "新版本里“{to}”的会签规则不同，正在进行的会签会作废。"
OTHER_TIME: Final = "新版本里“{to}”等的时间不同，已经定好的时间不会跟着变。"
OTHER_TOPIC: Final = "新版本里“{to}”由别的程序处理，已经排好的工作不会跟着变。"
OTHER_NAME: Final = "新版本里“{to}”等的是别的消息。"
OTHER_CALL: Final = "新版本里“{to}”调用的是别的流程。"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a case cannot move: at which place, and a sentence with what fills it."""

    element: str
    label: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stand:
    """A case in the dry run: where it stands, and what stands against moving it; nothing may."""

    instance_id: int
    title: str
    places: tuple[str, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Dry:
    """A dry run: of `total` cases `tried` were looked at; `reasons` are counted, most first."""

    total: int
    tried: int
    movable: int
    reasons: tuple[tuple[Reason, int], ...]
    cases: tuple[Stand, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A place of the old version that the new one does not have, and what it may have become."""

    id: str
    label: str
    kind: Kind
    choices: tuple[tuple[str, str], ...]
    may_be_given_up: bool


def plan(
    db: Session,
    key: str,
    numbers: tuple[int, int],
    places: Mapping[str, str] | None = None,
    *,
    by: Actor,
) -> Dry:
    """Try to move every case of one version to another, and change nothing."""
    permissions.require(by, Action.INSTANCE_MOVE)
    old, new = (versions.numbered(db, key, number) for number in numbers)
    table = ProcessInstance.__table__
    here = (table.c.version_id == old.id) & table.c.status.in_(MOVABLE)
    total: int = db.execute(select(func.count()).where(here)).scalar_one()
    rows = db.execute(
        select(table.c.id, table.c.title, table.c.state)
        .where(here)
        .order_by(table.c.id)
        .limit(MOST_TRIED)
    )
    stands: list[Stand] = []
    counted: Counter[tuple[str, str]] = Counter()
    shown: dict[tuple[str, str], Reason] = {}
    for row in rows:
        stands_at = state.load(row.state)
        _command, reasons = judge(old.process, new.process, stands_at, places)
        stands.append(Stand(row.id, row.title, _labels(old.process, stands_at), reasons))
        for reason in {(one.element, one.sentence): one for one in reasons}.values():
            counted[reason.element, reason.sentence] += 1
            shown.setdefault((reason.element, reason.sentence), reason)
    return Dry(
        total,
        len(stands),
        sum(not one.reasons for one in stands),
        tuple((shown[which], count) for which, count in counted.most_common(MOST_REASONS)),
        tuple(stands),
    )


def judge(
    old: Process,
    new: Process,
    stands: State,
    places: Mapping[str, str] | None = None,
    data: Mapping[str, object] | None = None,
) -> tuple[Move, tuple[Reason, ...]]:
    """The command that moves a case that stands here, and what stands against it."""
    planned = moving.plan(old, new, stands, places, data)
    reasons = [
        Reason(lost.element, old.label(lost.element), lost.sentence, lost.values)
        for lost in planned.lost
    ]
    refused = {one.element for one in reasons}
    for token in stands.tokens:
        if token.element not in refused:
            reasons += _at_work(old, new, token, planned.command)
    reasons += _merged(old, stands, planned.command)
    return planned.command, tuple(reasons)


def _at_work(old: Process, new: Process, token: Token, command: Move) -> Iterator[Reason]:
    """What has begun at a place by the old drawing and would not follow the new one."""
    to = command.places.get(token.element, token.element)
    there = new.elements.get(to)
    if there is None or not token.number or token.stuck:
        return
    here = old.elements[token.element]
    for sentence, look in _LOOKS:
        if look(here) != look(there):
            yield Reason(here.id, here.label, sentence, {"to": there.label})


def _signing(element: Element) -> object:
    return rounds.written(element) if element.kind is Kind.USER else ""


def _time(element: Element) -> object:
    return (element.event_form, element.event_text) if element.event == "timer" else ""


def _topic(element: Element) -> object:
    has_job = element.kind in (Kind.SERVICE, Kind.SEND)
    return element.attributes.get(dialect.TOPIC, "") if has_job else ""


def _message(element: Element) -> object:
    if element.event not in ("message", "signal"):
        return ""
    return element.event_text, element.properties.get(dialect.CORRELATION, "")


def _called(element: Element) -> object:
    return element.called


_LOOKS: Final = (
    (OTHER_SIGNING, _signing),
    (OTHER_TIME, _time),
    (OTHER_TOPIC, _topic),
    (OTHER_NAME, _message),
    (OTHER_CALL, _called),
)


def _merged(old: Process, stands: State, command: Move) -> Iterator[Reason]:
    """Two places that would become one could never be told apart again."""
    became: dict[str, str] = {}
    for element in dict.fromkeys(token.element for token in stands.tokens):
        to = command.places.get(element, element)
        if to and became.setdefault(to, element) != element:
            sentence = "它和“{other}”会变成同一个地方。"
            yield Reason(element, old.label(element), sentence, {"other": old.label(became[to])})


def _labels(process: Process, stands: State) -> tuple[str, ...]:
    """Where a case stands, in words: events on a step are not told apart from it."""
    found = [process.label(token.element) for token in stands.tokens if not token.host]
    return tuple(dict.fromkeys(found))


def changed(db: Session, key: str, numbers: tuple[int, int], *, by: Actor) -> tuple[Change, ...]:
    """The places of the old version that the new one does not have, or has as something else."""
    permissions.require(by, Action.INSTANCE_MOVE)
    old, new = (versions.numbered(db, key, number).process for number in numbers)
    found: list[Change] = []
    for element in old.elements.values():
        there = new.elements.get(element.id)
        if element.kind not in _PLACES or (there is not None and there.kind is element.kind):
            continue
        alike = [
            one
            for one in new.elements.values()
            if one.kind is element.kind and one.event == element.event
        ]
        # what exists under its old name is a likely choice only where nothing else became it
        alike.sort(key=lambda one: (one.id in old.elements, one.name != element.name))
        choices = tuple((one.id, one.label) for one in alike)
        found.append(
            Change(element.id, element.label, element.kind, choices, listens(old, element))
        )
    return tuple(found)


def listens(process: Process, element: Element) -> bool:
    """Whether a place is an event that a case can go on without."""
    return bool(element.event) and (element.kind is Kind.BOUNDARY or element.id in process.triggers)


_PLACES: Final = frozenset(
    {
        Kind.USER,
        Kind.SERVICE,
        Kind.SEND,
        Kind.RECEIVE,
        Kind.CALL,
        Kind.SUB_PROCESS,
        Kind.CATCH,
        Kind.BOUNDARY,
        Kind.PARALLEL,
        Kind.INCLUSIVE,
        Kind.EVENT_BASED,
    }
)
