"""What comes after a task: the steps ahead of it, and who the next ones would go to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from engine import preview
from engine.assignment import About
from engine.bpmn import state
from engine.bpmn.process import Element, Flow, Kind, Process
from engine.expressions import ExpressionError
from engine.queries import foreseen
from engine.queries.foreseen import Foreseen, Note
from engine.queries.task_page import Task

MOST: Final = 6
CHANGES: Final = frozenset({Kind.SCRIPT, Kind.CALL, Kind.RULE})
"""What sets variables on the way."""
VOTES: Final = frozenset({"outcome", "approved", "refused", "abstained"})
WORK: Final = frozenset({Kind.USER, Kind.SERVICE, Kind.SEND, Kind.RECEIVE})


@dataclass(frozen=True, slots=True)
class Coming:
    """A step ahead: whom it would go to as things stand, in words."""

    element_id: str
    name: str
    is_next: bool
    is_for_people: bool
    who: tuple[str, ...]
    note: Note = Note.NONE


def ahead(db: Session, task: Task) -> tuple[Coming, ...]:
    """The steps that can come after this open task, the nearest first."""
    if not task.is_open:
        return ()
    process = task.version.process
    back = _goes_back_to(task)
    if back is not None:
        found = [(process.elements[back], True)]
    else:
        found = list(_steps(process, task.element_id, _settled(task)))[:MOST]
    stands = state.load(task.state).data
    about = About(task.subject, task.started_by, variables=lambda: stands)
    steps = preview.steps_of(task.version, [element.id for element, _near in found])
    who = {one.element_id: one for one in foreseen.of(db, steps, about)}
    return tuple(_coming(element, who.get(element.id), is_next=near) for element, near in found)


def _goes_back_to(task: Task) -> str | None:
    tokens = state.load(task.state).tokens
    token = next((one for one in tokens if str(one.id) == task.token), None)
    return token.back[0] if token is not None and token.back else None


def _settled(task: Task) -> Mapping[str, object]:
    """What the case began with and nothing can change: no field, no vote, no script, no table."""
    version = task.version
    for element in version.process.elements.values():
        if element.kind in CHANGES or (element.kind is Kind.USER and not version.form(element.id)):
            return {}
    open_names = VOTES.union(*(form.keys for form in version.forms.values()))
    data = state.load(task.state).data
    return {name: value for name, value in data.items() if name not in open_names}


def _steps(
    process: Process, start: str, settled: Mapping[str, object]
) -> Iterator[tuple[Element, bool]]:
    """Steps with work in the order of their distance, each once, and whether none lies between."""
    first = process.elements[start]
    waiting = deque((target, True) for target in _targets(process, first, settled))
    seen = {start}
    while waiting:
        key, near = waiting.popleft()
        if key in seen or not process.forward.leads(start, key):
            continue
        seen.add(key)
        element = process.elements[key]
        is_work = element.kind in WORK
        if is_work:
            yield element, near
        ways = _targets(process, element, settled)
        waiting.extend((target, near and not is_work) for target in ways)


def _targets(process: Process, element: Element, settled: Mapping[str, object]) -> list[str]:
    flows = [*element.outgoing, *([element.default] if element.default else [])]
    if element.kind is Kind.EXCLUSIVE:
        flows = _taken(element, flows, settled)
    targets = [flow.target for flow in flows]
    if element.kind is Kind.SUB_PROCESS and element.id in process.starts:
        return [process.starts[element.id], *targets]
    if element.kind is Kind.END and element.parent is not None:
        return _targets_of_scope(process, element.parent)
    return targets


def _taken(element: Element, flows: list[Flow], settled: Mapping[str, object]) -> list[Flow]:
    """The one flow that a decision takes, where what it asks stands already; else all of them."""
    for flow in element.outgoing:
        if flow.condition is None or not flow.condition.names <= settled.keys():
            return flows
        try:
            if flow.condition.holds(settled):
                return [flow]
        except ExpressionError:
            return flows
    return [element.default] if element.default else flows


def _targets_of_scope(process: Process, scope: str) -> list[str]:
    flows = process.elements[scope].outgoing
    default = process.elements[scope].default
    return [flow.target for flow in (*flows, *([default] if default else []))]


def _coming(element: Element, who: Foreseen | None, *, is_next: bool) -> Coming:
    if who is None:
        return Coming(element.id, element.label, is_next, is_for_people=False, who=())
    named = () if who.note in (Note.NOBODY, Note.OPEN) else who.people
    return Coming(element.id, element.label, is_next, is_for_people=True, who=named, note=who.note)
