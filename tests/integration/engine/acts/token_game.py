"""The token game beside a case: it is told only what the record says was done.

It knows work that is done, events that happen and moves to another version. Compared after every
entry: where the case waits, each place with the turns of the instances around it, and how it ended.
From the first act on that the game has no rule for (a return, a withdrawal, an error from outside),
or that is about one of two places it cannot tell apart, the kernel's own replay is the only judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine import entries
from engine.bpmn import state
from engine.bpmn.commands import Complete, Deliver, FireTimer, Move, Start
from engine.bpmn.state import State, Token
from engine.replay import Frame
from tests.integration.engine.acts.drawing import Drawn
from tests.token_model.game import Game, Place

HOLDS: Final = frozenset({"subprocess", "handler"})
LISTENS: Final = frozenset({"boundary", "trigger", "arm"})


class TokenGame:
    """A game that follows; `is_told` until something happens that it has no rule for."""

    def __init__(self, drawn: Drawn) -> None:
        self.graphs = (drawn.graph, drawn.newer)
        self.game = Game(drawn.graph)
        self.is_told = True
        self.steps = 0
        self._seen = 0
        self._before = state.EMPTY

    def follow(self, frames: Sequence[Frame]) -> None:
        """Play what was recorded since, and compare after every entry."""
        for frame in frames[self._seen :]:
            if self.is_told and "command" in frame.body.asked:
                self.is_told = self._play(frame)
                if self.is_told:
                    self.steps += 1
                    self._agree(frame.state)
            self._before = frame.state
        self._seen = len(frames)

    def _play(self, frame: Frame) -> bool:
        data = frame.written.get("data", {})
        match entries.read_command(frame.body.asked["command"], data):
            case Start():
                self.game.start(data)
            case Move():
                self.game.graph = self.graphs[frame.body.asked["to"] - 1]
            case Complete(token) | Deliver(token) | FireTimer(token):
                return self._happen(token, data)
            case _:
                return False
        return True

    def _happen(self, token: str, data: dict[str, object]) -> bool:
        tokens = {one.id: one for one in self._before.tokens}
        here = tokens[int(token)]
        node = self.game.graph.nodes[here.element]
        place = (node.id, self._turns(tokens, here))
        differ = node.scope or node.attached_to or self.game.graph.boundary(node.id)
        if here.stuck or (differ and self.game.places().count(place) > 1):
            return False
        if node.kind in LISTENS:
            self.game.fire(place, data)
        else:
            self.game.complete(place, data)
        return True

    def _turns(self, tokens: dict[int, Token], token: Token) -> tuple[int, ...]:
        found: list[int] = []
        here: Token | None = token
        while here is not None:
            if here.turn and not here.total and self.game.graph.nodes[here.element].times:
                found.insert(0, here.turn)
            here = tokens.get(here.scope)
        return tuple(found)

    def _agree(self, stands: State) -> None:
        tokens = {one.id: one for one in stands.tokens}
        places: list[Place] = sorted(
            (one.element, self._turns(tokens, one))
            for one in stands.tokens
            if one.number and not one.stuck and not one.total
            if self.game.graph.nodes[one.element].kind not in HOLDS
        )
        assert places == self.game.places()
        assert (stands.ended or "running") == self.game.status
