"""The moving of tokens: one step being taken, until every token waits.

Tokens move one at a time in the order they were produced. An inclusive join is looked at when
nothing else can move, in document order: it fires when one of its incoming flows holds a token and
no token elsewhere in its scope has a way (not through the join) to an incoming flow that is still
empty, unless that token has such a way to one that is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Final

from engine.bpmn.effects import Closed, Effect, Ended, Opened, Stuck, Waits, Why
from engine.bpmn.process import Element, Flow, Kind, Process
from engine.bpmn.state import State, Token
from engine.errors import NotFound
from engine.expressions import ExpressionError

MAX_MOVES: Final = 10_000
MAX_TOKENS: Final = 1_000

WAITS: Final[dict[Kind, Waits]] = {
    Kind.USER: Waits.USER,
    Kind.SERVICE: Waits.JOB,
    Kind.SEND: Waits.JOB,
    Kind.RECEIVE: Waits.MESSAGE,
    Kind.SUB_PROCESS: Waits.INSIDE,
}


class Runaway(Exception):
    """The automatic steps after one command do not come to rest."""


class Game:
    """One step being taken: the only place where tokens change, thrown away afterwards."""

    def __init__(self, process: Process, state: State, now: datetime) -> None:
        self.process = process
        self.tokens = {token.id: token for token in state.tokens}
        self.passes = dict(state.passes)
        self.data = dict(state.data)
        self.effects: list[Effect] = []
        self.path: list[str] = []
        self._queue: deque[Token] = deque()
        self._next_id = state.next_id
        self._moves = 0
        self._ended = ""
        self._now = now

    def state(self) -> State:
        """Where the case stands now."""
        tokens = tuple(self.tokens.values())
        return State(self._next_id, tokens, self.passes, self.data, self._ended)

    def settle(self) -> None:
        """Move tokens until each of them waits, or the case has ended."""
        while not self._ended:
            if self._queue:
                self._enter(self._queue.popleft())
            elif not (self._close_empty_scopes() or self._fire_inclusive_join()):
                break
        if not self._ended and not self.tokens:
            self.end("completed")
        elif not self._ended and not any(self._waits(token) for token in self.tokens.values()):
            for token in [one for one in self.tokens.values() if one.via]:
                self._stick(token, ExpressionError("汇聚在等的分支不会再来了，流程走不下去。"))

    def _waits(self, token: Token) -> bool:
        kind = self.process.elements[token.element].kind
        return bool(token.stuck) or (not token.via and kind is not Kind.SUB_PROCESS)

    def token(self, token: str, *waits: Waits) -> Token:
        """The waiting token of this id, if it waits for one of `waits`."""
        found = self.tokens.get(int(token)) if token.isdecimal() else None
        if found is None or found.via or found.stuck or self.waits_for(found) not in waits:
            raise NotFound
        return found

    def waits_for(self, token: Token) -> Waits | None:
        """What a token at this place waits for."""
        element = self.process.elements[token.element]
        if element.kind in WAITS:
            return WAITS[element.kind]
        return {"timer": Waits.TIMER, "message": Waits.MESSAGE}.get(element.event)

    def take_in(self, data: Mapping[str, object]) -> None:
        """Keep those variables that some expression of this process reads."""
        reads = self.process.reads
        self.data.update((name, value) for name, value in data.items() if name in reads)

    def end(self, how: str) -> None:
        """Close whatever is still open and end the case."""
        why = Why.CANCELLED if how == "cancelled" else Why.WITHDRAWN
        for token in list(self.tokens.values()):
            self.close(token, why)
        self._queue.clear()
        self._ended = how
        self.effects.append(Ended(how))

    def put(self, element: str, scope: int, *, via: str = "", back: tuple[str, ...] = ()) -> None:
        """Send a new token on its way to an element."""
        self._queue.append(Token(self._next_id, element, scope, via=via, back=back))
        self._next_id += 1

    def close(self, token: Token, why: Why) -> None:
        """Take a token away, with its boundary events and all inside a sub-process."""
        if self.tokens.pop(token.id, None) is None:
            return
        if token.number or token.stuck:
            self.effects.append(Closed(str(token.id), token.element, token.number, why))
        self._queue = deque(one for one in self._queue if one.scope != token.id)
        rest = Why.WITHDRAWN if why is Why.COMPLETED else why
        for other in [t for t in self.tokens.values() if token.id in (t.host, t.scope)]:
            self.close(other, rest)

    def leave(self, token: Token) -> None:
        """Go on behind an element that is done."""
        element = self.process.elements[token.element]
        if token.back:
            self.put(token.back[0], token.scope, back=token.back[1:])
            return
        holding = (flow for flow in element.outgoing if self._holds(flow))
        chosen = list(islice(holding, 1) if element.kind is Kind.EXCLUSIVE else holding)
        if not chosen and element.default is not None:
            chosen = [element.default]
        if not chosen and (element.outgoing or element.default):
            sentence = "“{element}”后面没有一条线的条件成立。"
            raise ExpressionError(sentence, element=element.label)
        for flow in chosen:
            self.path.append(flow.id)
            self.put(flow.target, token.scope, via=flow.id)

    def _holds(self, flow: Flow) -> bool:
        return flow.condition is None or flow.condition.holds(self._values())

    def _values(self) -> Mapping[str, object]:
        if "today" in self.process.reads or "now" in self.process.reads:
            return {
                **self.data,
                "now": self._now.isoformat(),
                "today": self._now.date().isoformat(),
            }
        return self.data

    def _enter(self, token: Token) -> None:
        self._moves += 1
        element = self.process.elements[token.element]
        self.path.append(element.id)
        if self._moves > MAX_MOVES or len(self.tokens) >= MAX_TOKENS:
            raise Runaway
        try:
            _ENTER[element.kind](self, element, token)
        except ExpressionError as problem:
            self._stick(token, problem)

    def park(self) -> None:
        """Let every token that is on its way stick before the element it would enter."""
        problem = ExpressionError("自动步骤太多（超过 {most} 步），可能是死循环。", most=MAX_MOVES)
        while self._queue:
            self._stick(self._queue.popleft(), problem)

    def _stick(self, token: Token, problem: ExpressionError, where: str = "enter") -> None:
        self.tokens[token.id] = replace(token, stuck=where)
        self.effects.append(Stuck(str(token.id), token.element, problem.sentence, problem.values))

    def pass_through(self, _element: Element, token: Token) -> None:
        """Gateways that split, start and plain throw events: straight on."""
        self.leave(token)

    def wait(self, element: Element, token: Token) -> None:
        """Open a waiting place, with the boundary events drawn on it."""
        here = self._open(token)
        if not here.back:
            for boundary in element.boundary:
                self._open(Token(self._take_id(), boundary, here.scope, host=here.id))
        if element.kind is Kind.SUB_PROCESS:
            self.put(self.process.starts[element.id], here.id)

    def _open(self, token: Token) -> Token:
        number = self.passes.get(token.element, 0) + 1
        self.passes[token.element] = number
        here = replace(token, number=number, via="", stuck="")
        self.tokens[here.id] = here
        waits_for = self.waits_for(here)
        if waits_for is not None:
            self.effects.append(Opened(str(here.id), here.element, number, waits_for))
        return here

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def finish(self, element: Element, token: Token) -> None:
        """An end event: the token is gone; a terminate end takes its whole scope along."""
        if element.event != "terminate":
            return
        if token.scope == 0:
            self.end("terminated")
            return
        for other in [t for t in self.tokens.values() if t.scope == token.scope]:
            self.close(other, Why.WITHDRAWN)
        self._queue = deque(t for t in self._queue if t.scope != token.scope)

    def run_script(self, element: Element, token: Token) -> None:
        """Set the variables that the lines of a script task name: all of them, or none."""
        before = dict(self.data)
        try:
            for name, expression in element.script:
                self.data[name] = expression.evaluate(self._values())
        except ExpressionError:
            self.data = before
            raise
        self.leave(token)

    def parallel(self, element: Element, token: Token) -> None:
        """Join: wait for one token on each incoming flow, then go on once."""
        if not element.joins or not token.via:
            self.leave(token)
            return
        self.tokens[token.id] = token
        arrived = self._arrived(element.id, token.scope)
        if all(flow.id in arrived for flow in element.incoming):
            for one in arrived.values():
                del self.tokens[one.id]
            self.leave(replace(token, via=""))

    def inclusive(self, element: Element, token: Token) -> None:
        """Join: wait until nothing more can come; split: every flow whose condition holds."""
        if not element.joins or not token.via:
            self.leave(token)
        else:
            self.tokens[token.id] = token

    def _arrived(self, join: str, scope: int) -> dict[str, Token]:
        """The first token on each incoming flow of a join."""
        arrived: dict[str, Token] = {}
        for token in self.tokens.values():
            if token.element == join and token.scope == scope and token.via and not token.stuck:
                arrived.setdefault(token.via, token)
        return arrived

    def _fire_inclusive_join(self) -> bool:
        joins = self.process.into
        if not joins:
            return False
        places = {(t.element, t.scope) for t in self.tokens.values() if t.via and not t.stuck}
        for join in joins:
            for scope in sorted(scope for element, scope in places if element == join):
                arrived = self._arrived(join, scope)
                if not self._more_may_come(join, scope, arrived):
                    self._fire(arrived)
                    return True
        return False

    def _fire(self, arrived: Mapping[str, Token]) -> None:
        for one in arrived.values():
            del self.tokens[one.id]
        token = replace(next(iter(arrived.values())), via="")
        try:
            self.leave(token)
        except ExpressionError as problem:
            self._stick(token, problem)

    def _more_may_come(self, join: str, scope: int, arrived: Mapping[str, Token]) -> bool:
        behind = self.process.into[join]
        empty = [behind[flow] for flow in behind if flow not in arrived]
        full = [behind[flow] for flow in arrived]
        for token in self.tokens.values():
            if token.scope != scope or token.host or token.element == join:
                continue
            place = token.back[0] if token.back else token.element
            if any(place in ways for ways in empty) and not any(place in ways for ways in full):
                return True
        return False

    def _close_empty_scopes(self) -> bool:
        busy = {token.scope for token in self.tokens.values() if not token.host}
        for token in reversed(self.tokens.values()):
            element = self.process.elements[token.element]
            waiting = token.number and not token.stuck
            if element.kind is Kind.SUB_PROCESS and waiting and token.id not in busy:
                self.close(token, Why.COMPLETED)
                self.go_on(token)
                return True
        return False

    def go_on(self, token: Token) -> None:
        """Leave a finished place; where no way on can be found, the token sticks there."""
        try:
            self.leave(token)
        except ExpressionError as problem:
            self._stick(replace(token, number=0), problem, "leave")

    def event_gateway(self, element: Element, token: Token) -> None:
        """Wait for whichever of the following events comes first."""
        gate = replace(token, via="", number=0)
        self.tokens[gate.id] = gate
        for flow in element.outgoing:
            self.path.append(flow.id)
            self._open(Token(self._take_id(), flow.target, gate.scope, host=gate.id))

    def happen(self, token: Token) -> None:
        """A timer or message has come: on an activity, behind an event gateway, or in the flow."""
        element = self.process.elements[token.element]
        host = self.tokens.get(token.host)
        self.close(token, Why.COMPLETED)
        if host is not None and element.kind is not Kind.BOUNDARY:
            self.close(host, Why.WITHDRAWN)
        elif host is not None and element.interrupting:
            self.close(host, Why.INTERRUPTED)
        elif host is not None and element.event == "message":
            self._open(Token(self._take_id(), element.id, token.scope, host=host.id))
        self.go_on(replace(token, host=0))


_ENTER: Final[dict[Kind, Callable[[Game, Element, Token], None]]] = {
    Kind.START: Game.pass_through,
    Kind.THROW: Game.pass_through,
    Kind.BOUNDARY: Game.pass_through,
    Kind.EXCLUSIVE: Game.pass_through,
    Kind.END: Game.finish,
    Kind.CATCH: Game.wait,
    Kind.USER: Game.wait,
    Kind.SERVICE: Game.wait,
    Kind.SEND: Game.wait,
    Kind.RECEIVE: Game.wait,
    Kind.SUB_PROCESS: Game.wait,
    Kind.SCRIPT: Game.run_script,
    Kind.PARALLEL: Game.parallel,
    Kind.INCLUSIVE: Game.inclusive,
    Kind.EVENT_BASED: Game.event_gateway,
}
