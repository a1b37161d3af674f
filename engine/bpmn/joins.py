"""Where flows meet: parallel and inclusive joins.

An inclusive join is looked at when nothing else can move, in document order: it fires when one of
its incoming flows holds a token and no token elsewhere in its scope has a way (not through the
join) to an incoming flow that is still empty, unless that token has such a way to one that is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn.game import Game
from engine.bpmn.leaving import leave
from engine.bpmn.process import Element, Kind
from engine.bpmn.state import Token
from engine.expressions import ExpressionError


def parallel(game: Game, element: Element, token: Token) -> None:
    """Join: wait for one token on each incoming flow, then go on once."""
    if not element.joins or not token.via:
        leave(game, token)
        return
    game.tokens[token.id] = token
    arrived = _arrived(game, element.id, token.scope)
    if all(flow.id in arrived for flow in element.incoming):
        for one in arrived.values():
            del game.tokens[one.id]
        leave(game, replace(token, via=""))


def look_again(game: Game) -> None:
    """Fire the parallel joins that have all they wait for, after their flows have changed."""
    seen: set[tuple[str, int]] = set()
    for token in list(game.tokens.values()):
        element, place = game.process.elements[token.element], (token.element, token.scope)
        waits = token.via and not token.stuck and token.id in game.tokens
        if waits and element.kind is Kind.PARALLEL and place not in seen:
            seen.add(place)
            try:
                parallel(game, element, token)
            except ExpressionError as problem:
                game.stick(replace(token, via=""), problem)


def inclusive(game: Game, element: Element, token: Token) -> None:
    """Join: wait until nothing more can come; split: every flow whose condition holds."""
    if not element.joins or not token.via:
        leave(game, token)
    else:
        game.tokens[token.id] = token


def fire_inclusive(game: Game) -> bool:
    """Fire the first inclusive join to which nothing more can come; whether there was one."""
    joins = game.process.into
    if not joins:
        return False
    places = {(t.element, t.scope) for t in game.tokens.values() if t.via and not t.stuck}
    for join in joins:
        for scope in sorted(scope for element, scope in places if element == join):
            arrived = _arrived(game, join, scope)
            if not _more_may_come(game, join, scope, arrived):
                _fire(game, arrived)
                return True
    return False


def _arrived(game: Game, join: str, scope: int) -> dict[str, Token]:
    """The first token on each incoming flow of a join."""
    arrived: dict[str, Token] = {}
    for token in game.tokens.values():
        if token.element == join and token.scope == scope and token.via and not token.stuck:
            arrived.setdefault(token.via, token)
    return arrived


def _fire(game: Game, arrived: Mapping[str, Token]) -> None:
    for one in arrived.values():
        del game.tokens[one.id]
    token = replace(next(iter(arrived.values())), via="")
    try:
        leave(game, token)
    except ExpressionError as problem:
        game.stick(token, problem)


def _more_may_come(game: Game, join: str, scope: int, arrived: Mapping[str, Token]) -> bool:
    behind = game.process.into[join]
    empty = [behind[flow] for flow in behind if flow not in arrived]
    full = [behind[flow] for flow in arrived]
    for token in game.tokens.values():
        if token.scope != scope or token.host or token.element == join:
            continue
        place = token.back[0] if token.back else token.element
        if any(place in ways for ways in empty) and not any(place in ways for ways in full):
            return True
    return False
