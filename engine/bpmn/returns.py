"""Going back is placing a token: which waiting places a return leaves behind, and where it lands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.bpmn.commands import Return, Then
from engine.bpmn.process import Kind, Process
from engine.bpmn.state import Token
from engine.errors import CannotReturn


@dataclass(frozen=True, slots=True)
class Move:
    """The tokens that go, the scope the new one belongs to, and where it goes straight back to."""

    leaves: tuple[Token, ...]
    scope: int
    back: tuple[str, ...] = ()


def plan(process: Process, tokens: Iterable[Token], token: Token, command: Return) -> Move:
    """Work out a return. `through_steps` leaves everything ahead of the target behind, siblings of a
    parallel block included; `back_to_me` takes only this one token away. Raises `CannotReturn`.
    """
    target = process.elements.get(command.to)
    if target is None or target.kind is not Kind.USER:
        raise CannotReturn(to=command.to)
    everything = {one.id: one for one in tokens}
    here = _at_level(process, everything, token, target.parent)
    if here is None or here.element == command.to:
        raise CannotReturn(to=target.label)
    place = here.back[-1] if here.back else here.element
    if not process.forward.leads(command.to, place):
        raise CannotReturn(to=target.label)
    if command.then is Then.BACK_TO_ME:
        return Move((token,), token.scope, (token.element, *token.back))
    leaves = [
        one
        for one in everything.values()
        if one.scope == here.scope
        and not one.host
        and (one.id == here.id or process.forward.leads(command.to, _position(process, one)))
    ]
    return Move(tuple(leaves), here.scope)


def _at_level(
    process: Process, tokens: dict[int, Token], token: Token, level: str | None
) -> Token | None:
    """The token itself, or the sub-process around it that stands on the target's level."""
    here: Token | None = token
    while here is not None:
        around = tokens.get(here.scope)
        if (around.element if around else None) == level:
            return here
        here = around
    return None


def _position(process: Process, token: Token) -> str:
    """Where a token stands: at a join, still at the element it came from."""
    if not token.via:
        return token.element
    flows = process.elements[token.element].incoming
    return next(flow.source for flow in flows if flow.id == token.via)
