"""Going on behind an element that is done: along its flows, straight back, or to the next turn."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from engine.bpmn import loops
from engine.bpmn.effects import Why
from engine.bpmn.game import Game
from engine.bpmn.process import Flow, Kind
from engine.bpmn.state import Token
from engine.expressions import ExpressionError


def go_on(game: Game, token: Token) -> None:
    """Leave a finished place; where no way on can be found, the token sticks there."""
    try:
        leave(game, token)
    except ExpressionError as problem:
        game.stick(replace(token, number=0), problem, "leave")


def leave(game: Game, token: Token) -> None:
    """Go on behind an element that is done. Raises `ExpressionError`."""
    element = game.process.elements[token.element]
    if token.turn and game.is_instance(token):
        _count(game, token)
        return
    if token.back:
        game.put(token.back[0], token.scope, back=token.back[1:], arms=token.arms)
        return
    holding = (flow for flow in element.outgoing if _holds(game, flow, token))
    chosen = list(islice(holding, 1) if element.kind is Kind.EXCLUSIVE else holding)
    if not chosen and element.default is not None:
        chosen = [element.default]
    if not chosen and (element.outgoing or element.default):
        sentence = "“{element}”后面没有一条线的条件成立。"
        raise ExpressionError(sentence, element=element.label)
    for flow in chosen:
        game.path.append(flow.id)
        game.put(flow.target, token.scope, via=flow.id)


def _holds(game: Game, flow: Flow, token: Token) -> bool:
    return flow.condition is None or flow.condition.holds(game.values(token))


def _count(game: Game, token: Token) -> None:
    """One instance is done: the activity is over, or the next instance begins, or others go on."""
    body = game.tokens[token.scope]
    done = body.turn + 1
    loop = game.process.elements[body.element].loop
    enough = False
    if loop is not None and loop.completion is not None:
        counts = {loops.DONE: done, loops.ACTIVE: 0 if loop.sequential else body.total - done}
        enough = loop.completion.holds({**game.values(token), **counts})
    item = body.items[0] if body.items else None
    body = replace(body, turn=done, items=body.items[1:])
    game.tokens[body.id] = body
    if enough or done == body.total:
        finish_loop(game, body)
    elif loop is not None and loop.sequential:
        begin_instance(game, body, done + 1, item)


def begin_instance(game: Game, body: Token, turn: int, item: object) -> None:
    """Send an instance of a multi-instance activity on its way."""
    loop = game.process.elements[body.element].loop
    own: dict[str, object] = {loops.COUNTER: turn - 1, loops.TOTAL: body.total}
    if loop is not None and loop.variable:
        own[loop.variable] = item
    game.queue.append(Token(game.take_id(), body.element, body.id, turn=turn, local=own))


def finish_loop(game: Game, body: Token) -> None:
    """A multi-instance activity is over: what is left of it closes, and its token goes on."""
    game.close(body, Why.COMPLETED)
    go_on(game, replace(body, turn=0, total=0, items=()))
