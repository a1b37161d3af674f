"""Going back is placing a token: which places it leaves behind, and where it lands.

A return, a step taken back, a case withdrawn or opened again: each is a `Landing`. Where the
target lies in a sub-process that is over, the sub-processes around it open again; an instance of a
multi-instance activity and an event sub-process that are over do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.bpmn.commands import Return, TakeBack, Then
from engine.bpmn.process import Element, Kind, Process
from engine.bpmn.state import Token
from engine.errors import CannotBegin, CannotReturn, CannotReturnInside, CannotTakeBack


@dataclass(frozen=True, slots=True)
class Landing:
    """The tokens that go, the scope the new one belongs to, and where it goes straight back to.

    `containers` are the sub-processes to open around the target, the outer one first; `arrived`
    the flows, each with its parallel join, on which the other branches wait again.
    """

    leaves: tuple[Token, ...] = ()
    scope: int = 0
    back: tuple[str, ...] = ()
    arms: bool = False
    containers: tuple[str, ...] = ()
    arrived: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a token stands on the level of `entry`, the target or the outermost around it."""

    here: Token
    entry: str
    containers: tuple[str, ...]


def plan(process: Process, tokens: Iterable[Token], token: Token, command: Return) -> Landing:
    """Work out a return. Raises `CannotReturn`.

    `through_steps` leaves everything ahead of the target behind, siblings of a parallel block
    included; `back_to_me` takes only this one token away.
    """
    target = _step(process, command.to)
    if target is None:
        raise CannotReturn(to=command.to)
    everything = {one.id: one for one in tokens}
    seat = _seat(process, everything, token, target)
    if seat is None or seat.here.element == seat.entry:
        raise CannotReturn(to=target.label)
    here = seat.here
    place = here.back[-1] if here.back else here.element
    if not is_earlier(process, seat.entry, place):
        raise CannotReturn(to=target.label)
    if command.then == Then.BACK_TO_ME:
        back = (token.element, *token.back)
        return Landing((token,), token.scope, back, command.arms)
    if is_joined(process, seat.entry, place) or any(_inside(process, command.to, seat)):
        raise CannotReturnInside(to=target.label)
    leaves = _ahead(process, everything, seat)
    return Landing(leaves, here.scope, containers=seat.containers)


def taken_back(
    process: Process, tokens: Iterable[Token], token: Token, command: TakeBack
) -> Landing:
    """Work out how a finished step is taken back from what it opened. Raises `CannotTakeBack`.

    Branches that a parallel join had waited for wait there again.
    """
    target = _step(process, command.to)
    if target is None:
        raise CannotTakeBack(to=command.to)
    if command.then == Then.BACK_TO_ME:
        return Landing((token,), token.scope, (token.element, *token.back), arms=True)
    everything = {one.id: one for one in tokens}
    seat = _seat(process, everything, token, target)
    if seat is None:
        raise CannotTakeBack(to=target.label)
    leads, place = process.forward.leads, position(process, seat.here)
    if leads(seat.entry, place):
        leaves = _ahead(process, everything, seat)
        passed = _passed(process, seat.entry, place)
        arrived = (*passed, *_inside(process, command.to, seat))
        return Landing(leaves, seat.here.scope, containers=seat.containers, arrived=tuple(arrived))
    if not leads(place, seat.entry) or seat.containers:
        raise CannotTakeBack(to=target.label)
    leaves = tuple(
        one
        for one in _beside(everything, seat)
        if leads(position(process, one), seat.entry) or leads(seat.entry, position(process, one))
    )
    stay = [one for one in _beside(everything, seat) if one not in leaves]
    arrived = tuple(
        (flow, join)
        for flow, join in _passed(process, seat.entry)
        if not any(_comes_by(process, one, flow, join) for one in stay)
    )
    return Landing(leaves, seat.here.scope, arrived=arrived)


def _comes_by(process: Process, token: Token, flow: str, join: str) -> bool:
    """Whether a token waits before a join by this flow, or has a way to it."""
    sources = (one.source for one in process.elements[join].incoming if one.id == flow)
    here = position(process, token)
    return token.via == flow or any(process.forward.leads(here, one) for one in sources)


def interrupted(process: Process, tokens: Iterable[Token], host: Token) -> Landing:
    """What an event that takes rework away leaves behind: the case goes through the steps again."""
    everything = {one.id: one for one in tokens}
    seat = _Seat(host, host.element, ())
    leaves = _ahead(process, everything, seat)
    arrived = tuple(_passed(process, host.element, position(process, host)))
    return Landing(leaves, host.scope, arrived=arrived)


def begun_at(process: Process, to: str) -> Landing:
    """Where a case that holds nothing begins again. Raises `CannotBegin`."""
    target = _step(process, to)
    containers = _around(process, target) if target is not None else ()
    if target is None or not _opens(process, containers):
        raise CannotBegin(to=process.label(to))
    entries = (*containers, to)
    arrived = tuple(pair for entry in entries for pair in _passed(process, entry))
    return Landing(containers=containers, arrived=arrived)


def is_earlier(process: Process, to: str, here: str) -> bool:
    """Whether `here` lies ahead of `to` without walking a loop back.

    A step in a sub-process that is over is earlier than what lies ahead of the sub-process.
    """
    leads, around = process.forward.leads, set(_around(process, process.elements[here]))
    if to == here:
        return False
    outer = (one for one in _around(process, process.elements[to]) if one not in around)
    return leads(to, here) or any(leads(one, here) and one != here for one in outer)


def is_joined(process: Process, to: str, here: str) -> bool:
    """Whether `to` lies inside a parallel block that was joined again before `here`.

    From there the join would wait for ever for the branches that are not walked again.
    """
    return any(_passed(process, to, here))


def _passed(process: Process, to: str, here: str | None = None) -> Iterator[tuple[str, str]]:
    """The flows of parallel joins ahead of `to` that it does not lead to: those of other branches.

    With `here`, only of joins that lie before it.
    """
    leads = process.forward.leads
    level = process.elements[to].parent
    for join in process.elements.values():
        if join.kind is not Kind.PARALLEL or not join.joins or not leads(to, join.id):
            continue
        if here is None and join.parent != level:
            continue
        if here is None or (join.id != here and leads(join.id, here)):
            for flow in join.incoming:
                if not leads(to, flow.source):
                    yield flow.id, join.id


def _inside(process: Process, to: str, seat: _Seat) -> Iterator[tuple[str, str]]:
    """The same within the sub-processes that open again, to their ends."""
    for entry in (*seat.containers[1:], to) if seat.containers else ():
        yield from _passed(process, entry)


def _step(process: Process, to: str) -> Element | None:
    target = process.elements.get(to)
    return target if target is not None and target.kind is Kind.USER else None


def _around(process: Process, element: Element) -> tuple[str, ...]:
    """The sub-processes around an element, the outermost first."""
    found: list[str] = []
    level = element.parent
    while level is not None:
        found.insert(0, level)
        level = process.elements[level].parent
    return tuple(found)


def _opens(process: Process, containers: tuple[str, ...]) -> bool:
    around = [process.elements[key] for key in containers]
    return not any(one.loop is not None or one.by_event for one in around)


def _seat(
    process: Process, tokens: dict[int, Token], token: Token, target: Element
) -> _Seat | None:
    """The innermost level around the target on which the token stands, and what has to open."""
    around = _around(process, target)
    levels = (None, *around)
    for depth in range(len(levels) - 1, -1, -1):
        here = _at_level(tokens, token, levels[depth])
        if here is not None:
            containers = around[depth:]
            entry = containers[0] if containers else target.id
            return _Seat(here, entry, containers) if _opens(process, containers) else None
    return None


def _at_level(tokens: dict[int, Token], token: Token, level: str | None) -> Token | None:
    """The token itself, or the sub-process around it that stands on the target's level."""
    here: Token | None = token
    while here is not None:
        around = tokens.get(here.scope)
        is_body = around is not None and bool(around.total)
        if not is_body and (around.element if around else None) == level:
            return here
        here = around
    return None


def _beside(tokens: dict[int, Token], seat: _Seat) -> Iterator[Token]:
    return (one for one in tokens.values() if one.scope == seat.here.scope and not one.host)


def _ahead(process: Process, tokens: dict[int, Token], seat: _Seat) -> tuple[Token, ...]:
    return tuple(
        one
        for one in _beside(tokens, seat)
        if one.id == seat.here.id or process.forward.leads(seat.entry, position(process, one))
    )


def position(process: Process, token: Token) -> str:
    """Where a token stands: in rework, where it goes back to; at a join, where it came from."""
    if token.back:
        return token.back[-1]
    if not token.via:
        return token.element
    flows = process.elements[token.element].incoming
    return next(flow.source for flow in flows if flow.id == token.via)
