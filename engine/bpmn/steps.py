"""What one command does to a running case.

Pure and deterministic: the same process, state, command and time give the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from engine.bpmn import events, moving, returns
from engine.bpmn.commands import (
    Cancel,
    Command,
    Complete,
    Deliver,
    Fail,
    FireTimer,
    Move,
    Reopen,
    Retry,
    Return,
    Start,
    TakeBack,
    Then,
    Withdraw,
)
from engine.bpmn.effects import Effect, Waits, Why
from engine.bpmn.game import Game, Runaway
from engine.bpmn.leaving import go_on
from engine.bpmn.moves import settle
from engine.bpmn.process import Process
from engine.bpmn.returns import Landing
from engine.bpmn.state import State, Token
from engine.errors import InstanceNotRunning, InstanceRunning, NotFound
from engine.expressions import ExpressionError


@dataclass(frozen=True, slots=True)
class Step:
    """The state after a command, what followed from it, and the elements and flows passed."""

    state: State
    effects: tuple[Effect, ...]
    path: tuple[str, ...]


def step(process: Process, state: State, command: Command, now: datetime) -> Step:
    """Carry out one command.

    Raises `NotFound` where no token waits for it, `CannotReturn`, `CannotTakeBack`, `CannotBegin`,
    `PlaceLost`, and `InstanceNotRunning`; what goes wrong behind the act becomes a `Stuck` effect
    instead.
    """
    if bool(state.ended) is not isinstance(command, Reopen):
        raise InstanceNotRunning if state.ended else InstanceRunning
    game = _played(process, state, command, now)
    try:
        settle(game)
    except Runaway:
        game = _played(process, state, command, now)
        game.park()
    return Step(game.state(), tuple(game.effects), tuple(game.path))


def _played(process: Process, state: State, command: Command, now: datetime) -> Game:
    game = Game(process, state, now)
    _COMMANDS[type(command)](game, command)
    return game


def _start(game: Game, command: Start) -> None:
    at = command.at or game.process.starts[None]
    if command.at and command.at not in {one.id for one in game.process.start_events}:
        raise NotFound
    game.take_in(command.data)
    game.arm_scope(None, 0)
    game.put(at, 0)


def _complete(game: Game, command: Complete) -> None:
    token = game.token(command.token, Waits.USER, Waits.JOB, Waits.CALL)
    game.take_in(command.data, token)
    token = game.tokens[token.id]
    game.close(token, Why.COMPLETED)
    go_on(game, token)


def _fail(game: Game, command: Fail) -> None:
    token = game.token(command.token, Waits.JOB, Waits.CALL)
    try:
        events.fail(game, command.code, token)
    except ExpressionError as problem:
        game.close(token, Why.INTERRUPTED)
        game.stick(replace(token, number=0), problem)


def _fire_timer(game: Game, command: FireTimer) -> None:
    events.happen(game, game.token(command.token, Waits.TIMER))


def _deliver(game: Game, command: Deliver) -> None:
    token = game.token(command.token, Waits.MESSAGE, Waits.SIGNAL)
    game.take_in(command.data, token)
    events.happen(game, token)


def _return(game: Game, command: Return) -> None:
    token = game.token(command.token, Waits.USER)
    landing = returns.plan(game.process, game.tokens.values(), token, command)
    _land(game, command.to, landing, Why.RETURNED)


def _take_back(game: Game, command: TakeBack) -> None:
    token = game.tokens.get(int(command.token)) if command.token.isdecimal() else None
    if token is None or token.stuck or game.listens(token):
        raise NotFound
    if command.then == Then.BACK_TO_ME:
        game.token(command.token, Waits.USER)
    landing = returns.taken_back(game.process, game.tokens.values(), token, command)
    _land(game, command.to, landing, Why.WITHDRAWN)


def _withdraw(game: Game, command: Withdraw) -> None:
    landing = returns.begun_at(game.process, command.to)
    game.clear(Why.WITHDRAWN)
    game.arm_scope(None, 0)
    _land(game, command.to, landing, Why.WITHDRAWN)


def _reopen(game: Game, command: Reopen) -> None:
    landing = returns.begun_at(game.process, command.to)
    game.ended = ""
    game.arm_scope(None, 0)
    _land(game, command.to, landing, Why.WITHDRAWN)


def _land(game: Game, to: str, landing: Landing, why: Why) -> None:
    """Take away what a plan leaves behind, open the sub-processes around its target, go there."""
    for left in landing.leaves:
        game.close(left, why)
    scopes: dict[str | None, int] = {}
    scope = landing.scope
    for container in landing.containers:
        game.path.append(container)
        here = game.open(Token(game.take_id(), container, scope))
        game.arm_boundary(here)
        game.arm_scope(container, here.id)
        scope = scopes[container] = here.id
    for flow, join in landing.arrived:
        level = game.process.elements[join].parent
        game.rest(join, scopes.get(level, landing.scope), flow)
    game.put(to, scope, back=landing.back, arms=landing.arms)


def _move(game: Game, command: Move) -> None:
    moving.move(game, command)


def _retry(game: Game, command: Retry) -> None:
    found = game.tokens.get(int(command.token)) if command.token.isdecimal() else None
    if found is None or not found.stuck:
        raise NotFound
    game.take_in(command.data, found)
    found = game.tokens[found.id]
    game.close(found, Why.COMPLETED)
    if found.stuck == "leave":
        go_on(game, replace(found, stuck=""))
    else:
        game.retried = found.element
        game.send(found, found.element)


def _cancel(game: Game, _command: Cancel) -> None:
    game.end("cancelled")


_COMMANDS: Final[dict[type, Callable[..., None]]] = {
    Start: _start,
    Complete: _complete,
    Fail: _fail,
    FireTimer: _fire_timer,
    Deliver: _deliver,
    Return: _return,
    TakeBack: _take_back,
    Withdraw: _withdraw,
    Reopen: _reopen,
    Move: _move,
    Retry: _retry,
    Cancel: _cancel,
}
