"""What comes after a task: the steps ahead of it, and who the next ones would go to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from engine import assignment, people
from engine.assignment import About
from engine.bpmn import dialect, state
from engine.bpmn.process import Element, Kind, Process
from engine.queries import cases
from engine.queries.task_page import Task

MOST: Final = 6
MOST_NAMED: Final = 3
WORK: Final = frozenset({Kind.USER, Kind.SERVICE, Kind.SEND, Kind.RECEIVE})


@dataclass(frozen=True, slots=True)
class Coming:
    """A step ahead; `who`, in words, is known of the next ones alone."""

    element_id: str
    name: str
    is_next: bool
    is_for_people: bool
    who: tuple[str, ...]


def ahead(db: Session, task: Task) -> tuple[Coming, ...]:
    """The steps that can come after this open task, the nearest first."""
    if not task.is_open:
        return ()
    process = task.version.process
    back = _goes_back_to(task)
    if back is not None:
        return (_coming(db, task, process.elements[back], is_next=True),)
    found = list(_steps(process, task.element_id))[:MOST]
    return tuple(_coming(db, task, element, is_next=near) for element, near in found)


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


def _coming(db: Session, task: Task, element: Element, *, is_next: bool) -> Coming:
    for_people = element.kind is Kind.USER
    who = _who(db, task, element) if is_next and for_people else ()
    return Coming(element.id, element.label, is_next, for_people, who)


def _who(db: Session, task: Task, element: Element) -> tuple[str, ...]:
    """The names of the people where they are few, else the post they hold."""
    about = About(task.subject, task.started_by)
    found = assignment.resolve(db, dialect.who(element.attributes), about)
    if found.fallback or not 0 < len(found.people) <= MOST_NAMED:
        return tuple(cases.key_words(db, found.keys).values())
    names = people.names(db, found.people)
    return tuple(names[one] for one in found.people if one in names)
