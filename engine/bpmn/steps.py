"""What one command does to a running case.

Pure and deterministic: the same process, state, command and time give the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from engine.bpmn import returns
from engine.bpmn.commands import Cancel, Command, Complete, Deliver, FireTimer, Retry, Return, Start
from engine.bpmn.effects import Effect, Waits, Why
from engine.bpmn.game import Game, Runaway
from engine.bpmn.process import Process
from engine.bpmn.state import State
from engine.errors import InstanceNotRunning, NotFound


@dataclass(frozen=True, slots=True)
class Step:
    """The state after a command, what followed from it, and the elements and flows passed."""

    state: State
    effects: tuple[Effect, ...]
    path: tuple[str, ...]


def step(process: Process, state: State, command: Command, now: datetime) -> Step:
    """Carry out one command.

    Raises `NotFound` where no token waits for it, `CannotReturn`, and `InstanceNotRunning`; what
    goes wrong behind the act becomes a `Stuck` effect instead.
    """
    if state.ended:
        raise InstanceNotRunning
    game = _played(process, state, command, now)
    try:
        game.settle()
    except Runaway:
        game = _played(process, state, command, now)
        game.park()
    return Step(game.state(), tuple(game.effects), tuple(game.path))


def _played(process: Process, state: State, command: Command, now: datetime) -> Game:
    game = Game(process, state, now)
    _COMMANDS[type(command)](game, command)
    return game


def _start(game: Game, command: Start) -> None:
    game.take_in(command.data)
    game.put(game.process.starts[None], 0)


def _complete(game: Game, command: Complete) -> None:
    token = game.token(command.token, Waits.USER, Waits.JOB)
    game.take_in(command.data)
    game.close(token, Why.COMPLETED)
    game.go_on(token)


def _fire_timer(game: Game, command: FireTimer) -> None:
    game.happen(game.token(command.token, Waits.TIMER))


def _deliver(game: Game, command: Deliver) -> None:
    token = game.token(command.token, Waits.MESSAGE)
    game.take_in(command.data)
    game.happen(token)


def _return(game: Game, command: Return) -> None:
    token = game.token(command.token, Waits.USER)
    move = returns.plan(game.process, game.tokens.values(), token, command)
    for left in move.leaves:
        game.close(left, Why.RETURNED)
    game.put(command.to, move.scope, back=move.back)


def _retry(game: Game, command: Retry) -> None:
    found = game.tokens.get(int(command.token)) if command.token.isdecimal() else None
    if found is None or not found.stuck:
        raise NotFound
    game.take_in(command.data)
    game.close(found, Why.COMPLETED)
    if found.stuck == "leave":
        game.go_on(replace(found, stuck=""))
    else:
        game.put(found.element, found.scope, via=found.via, back=found.back)


def _cancel(game: Game, _command: Cancel) -> None:
    game.end("cancelled")


_COMMANDS: Final[dict[type, Callable[..., None]]] = {
    Start: _start,
    Complete: _complete,
    FireTimer: _fire_timer,
    Deliver: _deliver,
    Return: _return,
    Retry: _retry,
    Cancel: _cancel,
}
