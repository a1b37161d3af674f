"""What each element does with a token that enters it, until every token waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from engine.bpmn import decisions, events, joins
from engine.bpmn.effects import Why
from engine.bpmn.game import Game
from engine.bpmn.leaving import begin_instance, finish_loop, go_on, leave
from engine.bpmn.loops import Loop
from engine.bpmn.process import Element, Kind
from engine.bpmn.state import Token
from engine.expressions import ExpressionError


def settle(game: Game) -> None:
    """Move tokens one at a time, in the order they were produced, until each of them waits."""
    while not game.ended:
        if game.queue:
            _enter(game, game.queue.popleft())
        elif not (_close_empty_scopes(game) or joins.fire_inclusive(game)):
            break
    if game.ended:
        return
    if _is_over(game):
        game.end("completed")
    elif not any(_waits(game, token) for token in game.tokens.values()):
        for token in [one for one in game.tokens.values() if one.via]:
            game.stick(token, ExpressionError("汇聚在等的分支不会再来了，流程走不下去。"))


def _is_over(game: Game) -> bool:
    if not game.tokens:
        return True
    return bool(game.process.triggers) and all(map(game.listens, game.tokens.values()))


def _waits(game: Game, token: Token) -> bool:
    if token.stuck:
        return True
    kind = game.process.elements[token.element].kind
    is_inside = kind is Kind.SUB_PROCESS or bool(token.total) or kind is Kind.START
    return not token.via and not is_inside


def _enter(game: Game, token: Token) -> None:
    element = game.process.elements[token.element]
    game.path.append(element.id)
    game.count_move()
    try:
        game.count_pass(element)
        if element.loop is not None and not token.turn:
            _begin_loop(game, element.loop, token)
        else:
            _ENTER[element.kind](game, element, token)
    except ExpressionError as problem:
        game.stick(token, problem)


def _begin_loop(game: Game, loop: Loop, token: Token) -> None:
    """Hold a multi-instance activity open and begin its instances, all or the first."""
    items = loop.items(game.values(token))
    if not items:
        leave(game, token)
        return
    later = items[1:] if loop.sequential and loop.variable else ()
    body = game.open(replace(token, total=len(items), items=later))
    game.arm_boundary(body)
    for turn, item in enumerate(items[:1] if loop.sequential else items, start=1):
        begin_instance(game, body, turn, item)


def _pass_through(game: Game, _element: Element, token: Token) -> None:
    """Gateways that split, start and boundary events: straight on."""
    leave(game, token)


def _catch(game: Game, element: Element, token: Token) -> None:
    """An event in the flow: wait for it; the catching end of a link is passed."""
    if element.event == "link":
        leave(game, token)
    else:
        game.open(token)


def _wait(game: Game, element: Element, token: Token) -> None:
    """Open a waiting place, with the boundary events drawn on it."""
    here = game.open(token)
    if element.boundary and not here.turn and _has_edge(game, element, here):
        game.arm_boundary(here)
    if element.kind is Kind.SUB_PROCESS:
        game.arm_scope(element.id, here.id)
        game.put(game.process.starts[element.id], here.id)


def _has_edge(game: Game, element: Element, token: Token) -> bool:
    """Whether the events on a step wait with it: in rework only where their ways lead on.

    Rework that is done straight away inside or outside a sub-process stands on the level of whoever
    sent it back, and the ways behind its events do not.
    """
    if not token.back:
        return True
    around = game.tokens.get(token.scope)
    return token.arms and element.parent == (around.element if around is not None else None)


def _run_script(game: Game, element: Element, token: Token) -> None:
    """Set the variables that the lines of a script task name: all of them, or none."""
    values = dict(game.values(token))
    found: dict[str, object] = {}
    for name, expression in element.script:
        found[name] = values[name] = expression.evaluate(values)
    _set(game, found, token)
    leave(game, token)


def _decide(game: Game, element: Element, token: Token) -> None:
    """Set the variable that a business rule task names to what its table says."""
    found = decisions.decide(game.process.decisions, element, game.values(token))
    _set(game, found, token)
    leave(game, token)


def _set(game: Game, found: Mapping[str, object], token: Token) -> None:
    game.data.update(found)
    if game.process.has_loops:
        game.keep_local(found, token)


def _close_empty_scopes(game: Game) -> bool:
    busy = {token.scope for token in game.tokens.values() if not game.listens(token)}
    for token in reversed(game.tokens.values()):
        element = game.process.elements[token.element]
        holds = element.kind is Kind.SUB_PROCESS or token.total
        if holds and token.number and not token.stuck and token.id not in busy:
            if token.total:
                finish_loop(game, token)
            else:
                game.close(token, Why.COMPLETED)
                go_on(game, token)
            return True
    return False


_ENTER: Final[dict[Kind, Callable[[Game, Element, Token], None]]] = {
    Kind.START: _pass_through,
    Kind.THROW: events.throw,
    Kind.BOUNDARY: _pass_through,
    Kind.EXCLUSIVE: _pass_through,
    Kind.END: events.finish,
    Kind.CATCH: _catch,
    Kind.USER: _wait,
    Kind.SERVICE: _wait,
    Kind.SEND: _wait,
    Kind.RECEIVE: _wait,
    Kind.CALL: _wait,
    Kind.SUB_PROCESS: _wait,
    Kind.SCRIPT: _run_script,
    Kind.RULE: _decide,
    Kind.PARALLEL: joins.parallel,
    Kind.INCLUSIVE: joins.inclusive,
    Kind.EVENT_BASED: events.gateway,
}
