"""Going on by another version: which place becomes which, and what would be lost on the way.

`plan` compares two versions for a case that stands somewhere, and answers with the command or with
what stands against it. `move` carries the command out; it looks again at what it can see without
the old version, so that no record can lose a place silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.bpmn import joins
from engine.bpmn.commands import Move
from engine.bpmn.effects import Why
from engine.bpmn.game import EVENTS, WAITS, Game
from engine.bpmn.process import Element, Kind, Process
from engine.bpmn.returns import position
from engine.bpmn.state import State, Token
from engine.errors import PlaceLost

NOT_THERE = "新版本里没有它。"
NO_WAY_BACK = "它办完要直接交回“{step}”，新版本里没有那一步。"
OTHER_KIND = "新版本里的“{to}”不是同一种元素。"
OTHER_LEVEL = "新版本里的“{to}”在另一层子流程里。"
OTHER_HOST = "新版本里的“{to}”贴在别的步骤上，或等的不是同一种事。"
NO_LINE = "它在“{to}”前等着汇聚，新版本里没有这条线。"
WAITS_FOR_EVER = "新版本里“{to}”要等的分支不会来了。"


@dataclass(frozen=True, slots=True)
class Lost:
    """A place that the other version has no room for, and why: a sentence and what fills it."""

    element: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """The sentence with its values filled in."""
        return self.sentence.format(**self.values)


@dataclass(frozen=True, slots=True)
class Plan:
    """The command that moves a case, and what stands against it; nothing may."""

    command: Move
    lost: tuple[Lost, ...] = ()


def plan(
    old: Process,
    new: Process,
    state: State,
    renamed: Mapping[str, str] | None = None,
    data: Mapping[str, object] | None = None,
) -> Plan:
    """Work out how a case goes on by `new`. `renamed` says what became what, "" gives up an event.

    What is not renamed keeps its id. Events that the old version did not have begin to wait.
    """
    names = {key: key for key in old.elements} | dict(renamed or {})
    places = {one: to for one, to in names.items() if to != one}
    places |= _flows(old, new, names)
    came = set(new.elements) - set(names.values())
    arms = tuple(key for key in new.elements if key in came and _listens(new, new.elements[key]))
    lost = list(_lost(old, new, state, names, places))
    if not lost:
        lost = list(_starved_by(old, new, state, names, places))
    return Plan(Move(places, arms, dict(data or {})), tuple(lost))


def _flows(old: Process, new: Process, names: Mapping[str, str]) -> dict[str, str]:
    """Flows into joins that have another id over there, by what they connect."""
    found: dict[str, str] = {}
    for join in old.elements.values():
        there = new.elements.get(names[join.id])
        if not join.joins or there is None:
            continue
        known = {flow.id for flow in there.incoming}
        by_source = {flow.source: flow.id for flow in there.incoming}
        for flow in join.incoming:
            to = by_source.get(names.get(flow.source, ""))
            if flow.id not in known and to is not None:
                found[flow.id] = to
    return found


def _listens(process: Process, element: Element) -> bool:
    return element.event in EVENTS and (
        element.kind is Kind.BOUNDARY or element.id in process.triggers
    )


def _lost(
    old: Process,
    new: Process,
    state: State,
    names: Mapping[str, str],
    places: Mapping[str, str],
) -> Iterator[Lost]:
    tokens = {token.id: token for token in state.tokens}
    for token in state.tokens:
        here, to = old.elements[token.element], names.get(token.element, token.element)
        if not to and _listens(old, here):
            continue
        there = new.elements.get(to)
        if there is not None and not _same(here, there):
            values = {"to": there.label}
            sentence = OTHER_HOST if here.kind is there.kind else OTHER_KIND
            yield Lost(token.element, sentence, values)
            continue
        back = next((one for one in token.back if names.get(one, one) not in new.elements), None)
        if there is not None and back is not None:
            yield Lost(token.element, NO_WAY_BACK, {"step": old.label(back)})
            continue
        why = _why_not(new, tokens, token, names, places)
        if why is not None:
            yield Lost(token.element, why[0], why[1])


def _same(one: Element, other: Element) -> bool:
    loops = [None if x.loop is None else x.loop.sequential for x in (one, other)]
    alike = (one.kind, one.event, one.by_event, loops[0])
    return alike == (other.kind, other.event, other.by_event, loops[1])


def _why_not(
    new: Process,
    tokens: Mapping[int, Token],
    token: Token,
    names: Mapping[str, str],
    places: Mapping[str, str],
) -> tuple[str, Mapping[str, object]] | None:
    """Why the new version has no room for this token, as far as it shows without the old one."""
    there = new.elements.get(names.get(token.element, token.element))
    if there is None or any(names.get(one, one) not in new.elements for one in token.back):
        return NOT_THERE, {}
    around, host = tokens.get(token.scope), tokens.get(token.host)
    level = names.get(around.element, around.element) if around is not None else None
    parent = there.parent
    if there.id in new.triggers:
        parent = new.elements[new.triggers[there.id]].parent
    elif around is not None and around.total:
        parent = there.id
    values = {"to": there.label}
    if level != parent and not token.back:
        return OTHER_LEVEL, values
    if host is not None:
        on = names.get(host.element, host.element)
        follows = on in new.elements and any(
            flow.target == there.id for flow in new.elements[on].outgoing
        )
        if there.host != on and not follows:
            return OTHER_HOST, values
    waits = there.kind in WAITS or there.event in EVENTS or there.kind is Kind.EVENT_BASED
    if (token.number and not token.stuck and not waits) or (token.total and there.loop is None):
        return OTHER_KIND, values
    if token.via and not token.stuck:
        via = places.get(token.via, token.via)
        if via not in {flow.id for flow in there.incoming}:
            return NO_LINE, values
    return None


def _starved_by(
    old: Process,
    new: Process,
    state: State,
    names: Mapping[str, str],
    places: Mapping[str, str],
) -> Iterator[Lost]:
    """Parallel joins that would wait for ever over there, and did not here."""
    before = {names.get(join, join) for join in _starved(old, state.tokens)}
    moved = tuple(_moved(token, names, places) for token in state.tokens if _stays(token, names))
    for join in _starved(new, moved):
        if join not in before:
            yield Lost(join, WAITS_FOR_EVER, {"to": new.label(join)})


def _stays(token: Token, names: Mapping[str, str]) -> bool:
    return bool(names.get(token.element, token.element))


def _starved(process: Process, tokens: tuple[Token, ...]) -> Iterator[str]:
    leads = process.forward.leads
    for join in process.elements.values():
        if join.kind is not Kind.PARALLEL or not join.joins:
            continue
        scopes = {one.scope for one in tokens if leads(position(process, one), join.id)}
        for scope in sorted(scopes):
            here = [one for one in tokens if one.scope == scope]
            held = {one.via for one in here if one.element == join.id}
            coming = [position(process, one) for one in here if one.element != join.id]
            for flow in join.incoming:
                if flow.id not in held and not any(leads(one, flow.source) for one in coming):
                    yield join.id
                    break


def _moved(token: Token, names: Mapping[str, str], places: Mapping[str, str]) -> Token:
    return replace(
        token,
        element=names.get(token.element, token.element),
        via=places.get(token.via, token.via) if token.via else "",
        back=tuple(names.get(one, one) for one in token.back),
    )


def move(game: Game, command: Move) -> None:
    """Put every token where it belongs in the process moved to. Raises `PlaceLost`."""
    places = command.places
    for token in list(game.tokens.values()):
        if not _stays(token, places):
            game.close(token, Why.WITHDRAWN)
    for token in game.tokens.values():
        why = _why_not(game.process, game.tokens, token, places, places)
        if why is not None:
            raise PlaceLost(place=token.element, why=why[0].format(**why[1]))
    game.tokens = {key: _moved(one, places, places) for key, one in game.tokens.items()}
    passes: dict[str, int] = {}
    for element, number in game.passes.items():
        key = places.get(element) or element
        passes[key] = max(number, passes.get(key, 0))
    game.passes = passes
    game.take_in(command.data)
    for key in command.arms:
        _arm(game, game.process.elements.get(key))
    joins.look_again(game)


def _arm(game: Game, event: Element | None) -> None:
    """Let an event that came with the new version wait wherever it would be waiting now."""
    if event is None or not _listens(game.process, event):
        return
    for token in list(game.tokens.values()):
        waits = token.number and not token.stuck and not token.via and not token.host
        if not waits:
            continue
        if token.element == event.host and not game.is_instance(token):
            game.open_event(event, token.scope, token.id)
        elif event.id in game.process.triggers and not token.total:
            level = game.process.elements[game.process.triggers[event.id]].parent
            if token.element == level:
                game.open_event(event, token.id, 0)
    trigger = game.process.triggers.get(event.id)
    if trigger is not None and game.process.elements[trigger].parent is None:
        game.open_event(event, 0, 0)
