"""What each effect of the kernel does to the tables: one function each, and one table of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import orjson
from sqlalchemy import bindparam, delete, insert
from sqlalchemy.orm import Session

from engine import (
    assignment,
    calendars,
    children,
    copies,
    incidents,
    policies,
    recusals,
    rounds,
    waits,
)
from engine.bpmn import dialect
from engine.bpmn.effects import Closed, Effect, Ended, Opened, Stuck, Thrown, Waits, Why
from engine.bpmn.process import Element
from engine.handlers import CASES
from engine.models import TaskCandidate, TaskStatus
from engine.scene import NEVER, Scene, Settled

_CANDIDATES: Final = TaskCandidate.__table__
_OFFER: Final = insert(_CANDIDATES)
_TAKE_OUT: Final = delete(_CANDIDATES).where(_CANDIDATES.c.task_id == bindparam("task"))

OPEN: Final = (TaskStatus.READY, TaskStatus.CLAIMED)
CLOSED: Final[dict[Why, TaskStatus]] = {
    Why.COMPLETED: TaskStatus.COMPLETED,
    Why.RETURNED: TaskStatus.RETURNED,
    Why.INTERRUPTED: TaskStatus.CANCELLED,
    Why.WITHDRAWN: TaskStatus.CANCELLED,
    Why.CANCELLED: TaskStatus.CANCELLED,
}


def apply(scene: Scene, effects: tuple[Effect, ...]) -> None:
    """Turn the effects of one step into rows, in order."""
    if scene.writes.keeps_values:
        policies.fields_changed(scene.db, scene.version.process, scene.instance_id)
    for effect in effects:
        _APPLY[type(effect)](scene, effect)


def _opened(scene: Scene, effect: Opened) -> None:
    element = scene.version.process.elements[effect.element]
    if effect.waits_for is Waits.USER:
        _open_task(scene, effect, element)
    else:
        waits.OPEN[effect.waits_for](scene, effect, element)


def _open_task(scene: Scene, effect: Opened, element: Element) -> None:
    again = scene.goes_to if not rounds.is_round(element) else None
    found = assignment.one_person(scene.db, again) if again is not None else None
    if found is None:
        found = assignment.for_step(scene.db, element, scene.about)
    if found.fallback:
        _told_of_nobody(scene, effect, element)
    if dialect.RECUSE in element.properties and not rounds.is_round(element):
        found = recusals.without_recused(scene, effect, element, found)
    scene.known[f"for {effect.token}"] = found.words()
    if rounds.is_round(element) and rounds.begin(
        scene, effect, element, found, partial(deadline, scene, element, effect.token)
    ):
        return
    if found.settled:
        person, why = found.settled[0]
        scene.settled.append(Settled(effect.token, element.id, person, why))
    due = deadline(scene, element, effect.token)
    offered = found.keys[:1] if found.assignee_id else found.keys
    scene.writes.opened.append(
        {
            "token": effect.token,
            "element_id": element.id,
            "name": element.label,
            "number": effect.number,
            "assignee_id": found.assignee_id,
            "returned": scene.returned,
            "opened_at": scene.now,
            "completed_at": None,
            "due_at": due,
            "status": (TaskStatus.CLAIMED if found.assignee_id else TaskStatus.READY).value,
            "candidates": orjson.dumps(found.keys).decode(),
            "keys": list(offered),
            "sort_at": due or NEVER,
        }
    )


def _told_of_nobody(scene: Scene, effect: Opened, element: Element) -> None:
    """Let the administrators know that a step found nobody and waits for one of them."""
    incidents.raise_for(
        scene.db,
        scene.instance_id,
        sentence="“{step}”没有找到可以办理的人，已交给流程管理员办理或转办。",
        values={"step": element.label},
        token=effect.token,
        element_id=element.id,
    )


def deadline(
    scene: Scene, element: Element, token: str, seats: Sequence[int] = (0,)
) -> datetime | None:
    """When a step that opens now is due, if it says so; its rungs are put down with it."""
    written = element.properties.get(dialect.DUE) or element.attributes.get(dialect.DUE_DATE)
    due = calendars.NONE
    if written:
        due = calendars.due(scene.db, written, scene.now, waits.asked(scene))
        for seat in seats:
            place = policies.Place(scene.instance_id, token, element.id, seat)
            policies.watch(scene.db, place, element.properties.get(dialect.ESCALATION), due)
    scene.known[f"due {token}"] = due.at.isoformat() if due.at else None
    if due.calendar:
        scene.known[f"calendar {token}"] = due.words()
    return due.at


def has_deadline(element: Element) -> bool:
    """Whether jobs may stand for the deadline of a step: its rungs, or one nobody can tell."""
    written = element.properties.get(dialect.DUE) or element.attributes.get(dialect.DUE_DATE)
    watched = dialect.ESCALATION in element.properties
    return bool(written) and (watched or dialect.is_school_time(written or ""))


def offer(
    db: Session, task_id: int, keys: tuple[str, ...], due: datetime | None, *, returned: bool
) -> None:
    """Put an open task into the inboxes of these keys and of no others."""
    rows = [
        {"task_id": task_id, "key": key, "sort_at": due or NEVER, "returned": returned}
        for key in keys
    ]
    db.execute(_OFFER, rows)


def take_out(db: Session, task_id: int) -> None:
    """Take a task out of every inbox."""
    db.execute(_TAKE_OUT, {"task": task_id})


def _closed(scene: Scene, effect: Closed) -> None:
    element = scene.version.process.elements.get(effect.element)
    if element is None:  # given up by a move to this version; the mover takes its rows along
        return
    if effect.number == 0:
        incidents.close_for(
            scene.db, by_id=scene.by.id, instance_id=scene.instance_id, token=effect.token
        )
    elif element.kind == "userTask":
        _close_task(scene, effect)
    else:
        waits.close(scene, effect, element)


def _close_task(scene: Scene, effect: Closed) -> None:
    element = scene.version.process.elements[effect.element]
    if has_deadline(element):
        waits.take_back(scene, effect)
    if effect.why is Why.COMPLETED:
        copies.on_completion(scene, element, effect.token)
    here = [row for row in scene.writes.opened if row["token"] == effect.token]
    for row in here:
        row |= {"status": CLOSED[effect.why].value, "completed_at": scene.now, "keys": []}
    acted = effect.token == scene.token
    _is_settled(scene, effect)
    if acted and scene.seat:
        scene.writes.closed.append(rounds.rest(scene))
    if here or (acted and scene.seat):
        return
    scene.writes.closed.append(
        {
            "token": effect.token,
            "status": CLOSED[effect.why].value,
            "completed_at": scene.now,
            "completed_by": scene.by.id if acted else None,
            "outcome": scene.outcome if acted else None,
            "done_for": scene.done_for if acted else None,
        }
    )


def _is_settled(scene: Scene, effect: Closed) -> None:
    """A step that had found nobody, or too few, is over: what was said of it needs nobody now."""
    scene.writes.settled.append(
        {"token": effect.token, "resolved_at": scene.now, "resolved_by": scene.by.id}
    )


def _stuck(scene: Scene, effect: Stuck) -> None:
    if children.tell_failed(scene, effect):
        return
    incidents.raise_for(
        scene.db,
        scene.instance_id,
        sentence=effect.sentence,
        values=effect.values,
        token=effect.token,
        element_id=effect.element,
    )


def _ended(scene: Scene, effect: Ended) -> None:
    children.tell(scene)
    case = CASES.get(scene.version.process.properties.get(dialect.CASE, ""))
    if case is not None:
        case.ended(scene.db, scene.instance_id, effect.how)


_APPLY: Final[dict[type[Effect], Callable[..., None]]] = {
    Opened: _opened,
    Closed: _closed,
    Stuck: _stuck,
    Thrown: waits.throw,
    Ended: _ended,
}
