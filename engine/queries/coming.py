"""What comes after a task: the steps ahead of it, and who the next ones would go to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from engine import preview
from engine.assignment import About
from engine.bpmn import state
from engine.bpmn.process import Element, Kind, Process
from engine.queries import foreseen
from engine.queries.foreseen import Foreseen, Note
from engine.queries.task_page import Task

MOST: Final = 6
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
        found = list(_steps(process, task.element_id))[:MOST]
    stands = state.load(task.state).data
    about = About(task.subject, task.started_by, variables=lambda: stands)
    steps = preview.steps_of(task.version, [element.id for element, _near in found])
    who = {one.element_id: one for one in foreseen.of(db, steps, about)}
    return tuple(_coming(element, who.get(element.id), is_next=near) for element, near in found)


def _goes_back_to(task: Task) -> str | None:
    tokens = state.load(task.state).tokens
    token = next((one for one in tokens if str(one.id) == task.token), None)
    return token.back[0] if token is not None and token.back else None


def _steps(process: Process, start: str) -> Iterator[tuple[Element, bool]]:
    """Steps with work in the order of their distance, each once, and whether none lies between."""
    waiting = deque((target, True) for target in _targets(process, process.elements[start]))
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
        waiting.extend((target, near and not is_work) for target in _targets(process, element))


def _targets(process: Process, element: Element) -> list[str]:
    flows = [*element.outgoing, *([element.default] if element.default else [])]
    targets = [flow.target for flow in flows]
    if element.kind is Kind.SUB_PROCESS and element.id in process.starts:
        return [process.starts[element.id], *targets]
    if element.kind is Kind.END and element.parent is not None:
        return _targets_of_scope(process, element.parent)
    return targets


def _targets_of_scope(process: Process, scope: str) -> list[str]:
    flows = process.elements[scope].outgoing
    default = process.elements[scope].default
    return [flow.target for flow in (*flows, *([default] if default else []))]


def _coming(element: Element, who: Foreseen | None, *, is_next: bool) -> Coming:
    if who is None:
        return Coming(element.id, element.label, is_next, is_for_people=False, who=())
    named = () if who.note in (Note.NOBODY, Note.OPEN) else who.people
    return Coming(element.id, element.label, is_next, is_for_people=True, who=named, note=who.note)
