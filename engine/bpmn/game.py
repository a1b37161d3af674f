"""The table on which tokens move: one step being taken, thrown away afterwards.

Here stands what every move needs: putting a token down, opening and closing its place, sticking.
What each element does stands in `moves`, `leaving`, `joins` and `events`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from engine.bpmn import timers
from engine.bpmn.effects import Closed, Effect, Ended, Opened, Stuck, Waits, Why
from engine.bpmn.process import Element, Kind, Process
from engine.bpmn.state import State, Token, local_of
from engine.errors import NotFound
from engine.expressions import ExpressionError

MAX_MOVES: Final = 10_000
MAX_PASSES: Final = 10_000
MAX_TOKENS: Final = 1_000
MAX_TOKENS_IN_LOOPS: Final = 10_000

WAITS: Final[dict[Kind, Waits]] = {
    Kind.USER: Waits.USER,
    Kind.SERVICE: Waits.JOB,
    Kind.SEND: Waits.JOB,
    Kind.RECEIVE: Waits.MESSAGE,
    Kind.SUB_PROCESS: Waits.INSIDE,
    Kind.CALL: Waits.CALL,
}
EVENTS: Final = {"timer": Waits.TIMER, "message": Waits.MESSAGE, "signal": Waits.SIGNAL}


class Runaway(Exception):
    """The automatic steps after one command do not come to rest."""


class Game:
    """One step being taken: the only place where tokens change."""

    def __init__(self, process: Process, state: State, now: datetime) -> None:
        self.process = process
        self.tokens = {token.id: token for token in state.tokens}
        self.passes = dict(state.passes)
        self.data = dict(state.data)
        self.effects: list[Effect] = []
        self.path: list[str] = []
        self.queue: deque[Token] = deque()
        self.ended = state.ended
        self.retried = ""
        self._next_id = state.next_id
        self._moves = 0
        self._now = now

    def state(self) -> State:
        """Where the case stands now."""
        tokens = tuple(self.tokens.values())
        return State(self._next_id, tokens, self.passes, self.data, self.ended)

    def count_move(self) -> None:
        """Raise `Runaway` when this step has gone too far."""
        self._moves += 1
        is_full = len(self.tokens) >= MAX_TOKENS
        if is_full and self.process.has_loops:
            is_full = len(self.tokens) >= MAX_TOKENS_IN_LOOPS
        if self._moves > MAX_MOVES or is_full or len(self.queue) > MAX_MOVES:
            raise Runaway

    def count_pass(self, element: Element) -> None:
        """Raise `ExpressionError` where work without people goes round and round.

        Whoever tries it again lets it go round as often once more.
        """
        passes = self.passes.get(element.id, 0)
        is_work = WAITS.get(element.kind) in {Waits.JOB, Waits.CALL}
        if is_work and passes and passes % MAX_PASSES == 0 and element.id != self.retried:
            raise ExpressionError("这一步已经走了 {most} 次，可能是死循环。", most=passes)

    def token(self, token: str, *waits: Waits) -> Token:
        """The waiting token of this id, if it waits for one of `waits`."""
        found = self.tokens.get(int(token)) if token.isdecimal() else None
        if found is None or found.via or found.stuck or self.waits_for(found) not in waits:
            raise NotFound
        return found

    def waits_for(self, token: Token) -> Waits | None:
        """What a token at this place waits for."""
        if token.total:
            return Waits.INSIDE
        element = self.process.elements[token.element]
        return WAITS.get(element.kind) or EVENTS.get(element.event)

    def listens(self, token: Token) -> bool:
        """Whether a token only keeps an ear open: nothing is owed to it when its scope is over."""
        return bool(token.host) or (
            token.element in self.process.triggers and not token.stuck and bool(token.number)
        )

    def take_in(self, data: Mapping[str, object], token: Token | None = None) -> None:
        """Keep those variables that some expression of this process reads.

        Inside an instance of a multi-instance activity they are its own as well.
        """
        reads = self.process.reads
        kept = {name: value for name, value in data.items() if name in reads}
        self.data.update(kept)
        if token is not None and kept and self.process.has_loops:
            self.keep_local(kept, token)

    def keep_local(self, values: Mapping[str, object], token: Token) -> None:
        """Give the instance around a token, if there is one, variables of its own."""
        here: Token | None = token
        while here is not None:
            if self.is_instance(here):
                own = replace(here, local={**here.local, **values})
                if own.id in self.tokens:
                    self.tokens[own.id] = own
                return
            here = self.tokens.get(here.scope)

    def values(self, token: Token) -> Mapping[str, object]:
        """The variables an expression at this token sees."""
        data: Mapping[str, object] = self.data
        if self.process.has_loops:
            data = {**data, **self.local(token)}
        if "today" in self.process.reads or "now" in self.process.reads:
            today = self._now.date().isoformat()
            return {**data, "now": self._now.isoformat(), "today": today}
        return data

    def local(self, token: Token) -> Mapping[str, object]:
        """What the instances around a token, and itself, have of their own."""
        return {**local_of(self.tokens, token.scope), **token.local}

    def end(self, how: str) -> None:
        """Close whatever is still open and end the case."""
        why = Why.CANCELLED if how == "cancelled" else Why.WITHDRAWN
        self.clear(why)
        self.ended = how
        self.effects.append(Ended(how))

    def clear(self, why: Why) -> None:
        """Close whatever is still open."""
        for token in list(self.tokens.values()):
            self.close(token, why)
        self.queue.clear()

    def put(
        self,
        element: str,
        scope: int,
        *,
        via: str = "",
        back: tuple[str, ...] = (),
        arms: bool = False,
    ) -> None:
        """Send a new token on its way to an element."""
        self.queue.append(Token(self.take_id(), element, scope, via=via, back=back, arms=arms))

    def rest(self, join: str, scope: int, via: str) -> None:
        """Let a token wait before a join again, as having come by the flow `via`."""
        token = Token(self.take_id(), join, scope, via=via)
        self.tokens[token.id] = token

    def send(self, token: Token, element: str) -> None:
        """Send a token on its way as it is, under a new number."""
        self.queue.append(
            replace(token, id=self.take_id(), element=element, number=0, host=0, stuck="")
        )

    def take_id(self) -> int:
        """The next number of a token."""
        self._next_id += 1
        return self._next_id - 1

    def open(self, token: Token) -> Token:
        """Let a token wait where it is."""
        if self.is_instance(token):
            number = self.tokens[token.scope].number
        else:
            number = self.passes.get(token.element, 0) + 1
            self.passes[token.element] = number
        here = replace(token, number=number, via="", stuck="")
        self.tokens[here.id] = here
        waits_for = self.waits_for(here)
        if waits_for is not None:
            if self.process.has_loops:
                own = self.local(here)
                self.effects.append(Opened(str(here.id), here.element, number, waits_for, own))
            else:
                self.effects.append(Opened(str(here.id), here.element, number, waits_for))
        return here

    def is_instance(self, token: Token) -> bool:
        """Whether this token is one instance of a multi-instance activity, not what holds it."""
        return bool(token.turn) and not token.total and self._loop(token)

    def _loop(self, token: Token) -> bool:
        return self.process.elements[token.element].loop is not None

    def open_event(self, event: Element, scope: int, host: int, turn: int = 0) -> None:
        """Let an event wait: on an activity or for an event sub-process."""
        if event.event not in EVENTS:
            return
        if event.event_form == timers.TimerForm.CYCLE and not turn:
            turn = timers.read(event.event_form, event.event_text).repeat
        self.open(Token(self.take_id(), event.id, scope, host=host, turn=turn))

    def arm_boundary(self, host: Token) -> None:
        """Open the events drawn on an activity."""
        for event in self.process.elements[host.element].boundary:
            self.open_event(self.process.elements[event], host.scope, host.id)

    def arm_scope(self, level: str | None, scope: int) -> None:
        """Open the triggers of the event sub-processes of a level."""
        for key in self.process.handlers.get(level, ()):
            trigger = self.process.elements[self.process.starts[key]]
            self.open_event(trigger, scope, 0)

    def close(self, token: Token, why: Why) -> None:
        """Take a token away, with its boundary events and all inside a sub-process."""
        if self.tokens.pop(token.id, None) is None:
            return
        if token.number or token.stuck:
            self.effects.append(Closed(str(token.id), token.element, token.number, why))
        self.queue = deque(one for one in self.queue if one.scope != token.id)
        rest = Why.WITHDRAWN if why is Why.COMPLETED else why
        for other in [t for t in self.tokens.values() if token.id in (t.host, t.scope)]:
            self.close(other, rest)

    def close_scope(self, scope: int, why: Why) -> None:
        """Take away everything in a scope, but not what holds it open."""
        for other in [t for t in self.tokens.values() if t.scope == scope]:
            self.close(other, why)
        self.queue = deque(t for t in self.queue if t.scope != scope)

    def stick(self, token: Token, problem: ExpressionError, where: str = "enter") -> None:
        """Let a token wait for `Retry`, and say why."""
        self.tokens[token.id] = replace(token, stuck=where)
        self.effects.append(Stuck(str(token.id), token.element, problem.sentence, problem.values))

    def park(self) -> None:
        """Let every token that is on its way stick before the element it would enter."""
        problem = ExpressionError("自动步骤太多（超过 {most} 步），可能是死循环。", most=MAX_MOVES)
        while self.queue:
            self.stick(self.queue.popleft(), problem)
