"""What comes from outside and what is thrown: events on activities, in the flow, and in scopes.

An error or an escalation looks for whoever catches it from the inside out: the activity itself,
the event sub-processes of the scope, the sub-process around it, and so on. Messages and signals
that are thrown go to the edge, which knows who waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from engine.bpmn import returns, timers
from engine.bpmn.effects import Thrown, Why
from engine.bpmn.game import Game
from engine.bpmn.leaving import go_on, leave
from engine.bpmn.process import Element, Kind
from engine.bpmn.state import Token
from engine.expressions import ExpressionError

SENT: Final = frozenset({"message", "signal"})
CANCELLED: Final = "cancelled"
"""The error that a called case ends with where somebody has cancelled it."""


@dataclass(frozen=True, slots=True)
class _Catch:
    """Who catches: the boundary event or the event sub-process `element`, on `host` or in it."""

    element: Element
    scope: int
    host: Token | None = None
    interrupting: bool = True


def happen(game: Game, token: Token) -> None:
    """A timer, a message or a signal has come."""
    element = game.process.elements[token.element]
    if token.element in game.process.triggers:
        game.close(token, Why.COMPLETED)
        _again(game, element, token)
        _open_handler(game, game.process.triggers[token.element], token.scope, element.interrupting)
        return
    host = game.tokens.get(token.host)
    game.close(token, Why.COMPLETED)
    if host is not None and element.kind is not Kind.BOUNDARY:
        game.close(host, Why.WITHDRAWN)
    elif host is not None and element.interrupting:
        _interrupt(game, host)
    elif host is not None:
        _again(game, element, token)
    go_on(game, replace(token, host=0, turn=0))


def _interrupt(game: Game, host: Token) -> None:
    """Take an activity away; if it was rework, what it would have gone straight back to as well."""
    if not host.back:
        game.close(host, Why.INTERRUPTED)
        return
    landing = returns.interrupted(game.process, game.tokens.values(), host)
    for left in landing.leaves:
        game.close(left, Why.INTERRUPTED)
    for flow, join in landing.arrived:
        game.rest(join, host.scope, flow)


def _again(game: Game, element: Element, token: Token) -> None:
    """What does not interrupt can come again; a timer only as often as it is drawn."""
    if element.interrupting:
        return
    if element.event in SENT:
        game.open_event(element, token.scope, token.host)
    elif element.event_form == timers.TimerForm.CYCLE and token.turn > 1:
        game.open_event(element, token.scope, token.host, token.turn - 1)


def _open_handler(game: Game, key: str, scope: int, interrupting: bool) -> None:  # noqa: FBT001  (read from the drawing)
    """Begin an event sub-process; one that interrupts takes everything else in its scope away."""
    if interrupting:
        game.close_scope(scope, Why.INTERRUPTED)
    game.put(key, scope)


def gateway(game: Game, element: Element, token: Token) -> None:
    """Wait for whichever of the following events comes first."""
    gate = replace(token, via="", number=0)
    game.tokens[gate.id] = gate
    for flow in element.outgoing:
        game.path.append(flow.id)
        game.open(Token(game.take_id(), flow.target, gate.scope, host=gate.id))


def throw(game: Game, element: Element, token: Token) -> None:
    """An intermediate throw: told to the edge, caught further out, or gone on with at its link."""
    if element.event in SENT:
        game.effects.append(Thrown(element.event, element.event_text, element.id))
    if element.link:
        game.put(element.link, token.scope)
    elif element.event != "escalation" or not _escalate(game, element, token):
        leave(game, token)


def finish(game: Game, element: Element, token: Token) -> None:
    """An end event: the token is gone; some ends take more along, or tell somebody."""
    if element.event in SENT:
        game.effects.append(Thrown(element.event, element.event_text, element.id))
    elif element.event == "escalation":
        _escalate(game, element, token)
    elif element.event == "error":
        fail(game, element.event_text, token)
    elif element.event == "terminate" and token.scope == 0:
        game.end("terminated")
    elif element.event == "terminate":
        game.close_scope(token.scope, Why.WITHDRAWN)


def fail(game: Game, code: str, token: Token) -> None:
    """An error goes out from an end event or an activity. Raises `ExpressionError`: uncaught."""
    catch = _catcher(game, "error", code, token)
    if catch is None:
        sentence = "“{element}”的错误“{code}”没有人接住，流程走不下去。"
        element = game.process.elements[token.element]
        if element.kind is Kind.CALL and code == CANCELLED:
            sentence = "“{element}”调用的流程被撤销了，图里没有画撤销以后怎么办。"
        raise ExpressionError(sentence, element=element.label, code=code)
    _caught(game, catch)


def _escalate(game: Game, element: Element, token: Token) -> bool:
    """Tell whoever listens further out; whether that took the thrower away."""
    catch = _catcher(game, "escalation", element.event_text, token)
    if catch is not None:
        _caught(game, catch)
    return catch is not None and catch.interrupting


def _catcher(game: Game, event: str, code: str, token: Token) -> _Catch | None:
    elements = game.process.elements
    here: Token | None = token
    while here is not None:
        element = elements[here.element]
        if not game.is_instance(here):
            for key in element.boundary:
                one = elements[key]
                if one.event == event and one.event_text in ("", code):
                    return _Catch(one, here.scope, here, one.interrupting)
        around = game.tokens.get(here.scope)
        is_open = around is None or not around.total
        if is_open and not element.by_event:
            for key in game.process.handlers.get(around.element if around else None, ()):
                start = elements[game.process.starts[key]]
                if start.event == event and start.event_text in ("", code):
                    return _Catch(elements[key], here.scope, None, start.interrupting)
        here = around
    return None


def _caught(game: Game, catch: _Catch) -> None:
    if catch.host is None:
        _open_handler(game, catch.element.id, catch.scope, catch.interrupting)
        return
    if catch.interrupting:
        game.close(catch.host, Why.INTERRUPTED)
    game.put(catch.element.id, catch.scope)
