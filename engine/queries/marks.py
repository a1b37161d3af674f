"""What a drawing shows of a case: what was passed, where it is, what went back, what is stuck.

Pure: fold the entries of a case in order with `follow`; `active` reads where its state stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from engine.bpmn.process import Kind, Process
from engine.bpmn.state import State
from engine.entries import Body


@dataclass(frozen=True, slots=True)
class Returned:
    """Work went back from one step to another: how often, and when last."""

    source: str
    target: str
    count: int
    at: datetime


class Trouble(NamedTuple):
    """Why a case cannot go on at a step: a sentence with gaps, and what goes into them."""

    sentence: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passed:
    """What a case has passed so far; what lies ahead of the target of a return is ahead again."""

    elements: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    returns: tuple[Returned, ...] = ()
    stuck: Mapping[str, Trouble] = field(default_factory=dict)


BACKWARDS: Final = frozenset({"Return", "TakeBack", "Withdraw", "Reopen"})
"""Commands after which what lies ahead of their target is ahead again."""


def follow(process: Process, passed: Passed, body: Body, at: datetime) -> Passed:
    """What is passed after one more entry."""
    command = body.asked.get("command", {})
    elements, flows = dict.fromkeys(passed.elements), dict.fromkeys(passed.flows)
    returns, stuck = passed.returns, dict(passed.stuck)
    if command.get("do") in BACKWARDS:
        target = command["to"]
        elements = _without(elements, _ahead(process, target, elements))
        sources = _sources(process)
        flows = _without(
            flows, (one for one in flows if process.forward.leads(target, sources[one]))
        )
        if command["do"] == "Return":
            returns = _returned(returns, str(body.asked.get("element", "")), target, at)
    for one in body.followed.get("path", ()):
        (elements if one in process.elements else flows)[one] = None
    for effect in body.followed.get("effects", ()):
        if effect["was"] == "Stuck":
            stuck[effect["element"]] = Trouble(effect["sentence"], effect["values"])
        elif effect["was"] in ("Closed", "Opened"):
            stuck.pop(effect["element"], None)
        if effect["was"] == "Closed" and effect["why"] == "completed":
            elements[effect["element"]] = None
            flows = _without(flows, _not_taken(process, effect["element"], elements))
    return Passed(tuple(elements), tuple(flows), returns, stuck)


def active(state: State) -> tuple[str, ...]:
    """The elements where the case stands."""
    return tuple(dict.fromkeys(token.element for token in state.tokens))


def _not_taken(process: Process, element: str, elements: Mapping[str, None]) -> list[str]:
    """The other arms of an event gateway whose one event has come."""
    gates = [process.elements[flow.source] for flow in process.elements[element].incoming]
    arms = [flow for gate in gates if gate.kind is Kind.EVENT_BASED for flow in gate.outgoing]
    return [flow.id for flow in arms if flow.target not in elements]


def _ahead(process: Process, target: str, elements: Iterable[str]) -> list[str]:
    return [one for one in elements if process.forward.leads(target, one)]


def _without(ordered: Mapping[str, None], gone: Iterable[str]) -> dict[str, None]:
    left = set(gone)
    return {one: None for one in ordered if one not in left}


def _sources(process: Process) -> dict[str, str]:
    lines = [flow for one in process.elements.values() for flow in (*one.outgoing, *one.incoming)]
    lines += [one.default for one in process.elements.values() if one.default is not None]
    return {flow.id: flow.source for flow in lines}


def _returned(
    before: tuple[Returned, ...], source: str, target: str, at: datetime
) -> tuple[Returned, ...]:
    same = [one for one in before if (one.source, one.target) == (source, target)]
    others = tuple(one for one in before if one not in same)
    return (*others, Returned(source, target, sum(one.count for one in same) + 1, at))
