"""Going back is placing a token: which places a return leaves behind, and where it lands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.bpmn.commands import Return, Then
from engine.bpmn.process import Kind, Process
from engine.bpmn.state import Token
from engine.errors import CannotReturn, CannotReturnInside


@dataclass(frozen=True, slots=True)
class Move:
    """The tokens that go, the scope the new one belongs to, and where it goes straight back to."""

    leaves: tuple[Token, ...]
    scope: int
    back: tuple[str, ...] = ()


def plan(process: Process, tokens: Iterable[Token], token: Token, command: Return) -> Move:
    """Work out a return. Raises `CannotReturn`.

    `through_steps` leaves everything ahead of the target behind, siblings of a parallel block
    included; `back_to_me` takes only this one token away.
    """
    target = process.elements.get(command.to)
    if target is None or target.kind is not Kind.USER:
        raise CannotReturn(to=command.to)
    everything = {one.id: one for one in tokens}
    here = _at_level(everything, token, target.parent)
    if here is None or here.element == command.to:
        raise CannotReturn(to=target.label)
    place = here.back[-1] if here.back else here.element
    if not is_earlier(process, command.to, place):
        raise CannotReturn(to=target.label)
    if command.then == Then.THROUGH_STEPS and is_joined(process, command.to, place):
        raise CannotReturnInside(to=target.label)
    if command.then == Then.BACK_TO_ME:
        return Move((token,), token.scope, (token.element, *token.back))
    leaves = [
        one
        for one in everything.values()
        if one.scope == here.scope
        and not one.host
        and (one.id == here.id or process.forward.leads(command.to, _position(process, one)))
    ]
    return Move(tuple(leaves), here.scope)


def is_earlier(process: Process, to: str, here: str) -> bool:
    """Whether `here` lies ahead of `to` without walking a loop back."""
    return to != here and process.forward.leads(to, here)


def is_joined(process: Process, to: str, here: str) -> bool:
    """Whether `to` lies inside a parallel block that was joined again before `here`.

    From there the join would wait for ever for the branches that are not walked again.
    """
    leads = process.forward.leads
    return any(
        leads(to, join.id)
        and join.id != here
        and leads(join.id, here)
        and any(not leads(to, flow.source) for flow in join.incoming)
        for join in process.elements.values()
        if join.kind is Kind.PARALLEL and join.joins
    )


def _at_level(tokens: dict[int, Token], token: Token, level: str | None) -> Token | None:
    """The token itself, or the sub-process around it that stands on the target's level."""
    here: Token | None = token
    while here is not None:
        around = tokens.get(here.scope)
        if (around.element if around else None) == level:
            return here
        here = around
    return None


def _position(process: Process, token: Token) -> str:
    """Where a token stands: in rework, where it goes back to; at a join, where it came from."""
    if token.back:
        return token.back[-1]
    if not token.via:
        return token.element
    flows = process.elements[token.element].incoming
    return next(flow.source for flow in flows if flow.id == token.via)
