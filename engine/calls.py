"""What a worker does for called cases: begins them late, and tells the case above how they ended.

Only the case above is locked first; the one below, where it has to change, after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import children, eventlog, handlers, instances, later
from engine.bpmn import state
from engine.bpmn.commands import Command, Complete, Fail
from engine.bpmn.events import CANCELLED
from engine.bpmn.process import Element
from engine.entries import Kind
from engine.errors import CannotCall, InstanceSuspended
from engine.expressions import ExpressionError
from engine.instances import CALLED, Act, Case
from engine.later import Leased
from engine.models import InstanceStatus, ProcessInstance, SigningRound, TaskStatus, UserTask
from engine.people import SYSTEM
from engine.scene import Parent, Tally


def run(db: Session, job: Leased) -> None:
    """Do a job about a place that called a case, if it still waits."""
    case = instances.lock(db, job.instance_id)
    later.finish(db, job)
    waiting = [one for one in state.load(case.state).tokens if str(one.id) == job.token]
    if case.status == InstanceStatus.SUSPENDED:
        raise InstanceSuspended
    if not waiting or waiting[0].stuck or case.status != InstanceStatus.RUNNING:
        return
    what, _colon, number = job.reference.partition(":")
    element = case.version.process.elements[waiting[0].element]
    _DOES[what](db, case, job.token, element, int(number))


def _begin(db: Session, case: Case, token: str, element: Element, kept: int) -> None:
    told = eventlog.contents(db, kept).get("told", {})
    parent = Parent(case.id, token, case.depth + 1, case.started_by, Tally())
    decisions = case.version.process.decisions
    try:
        children.begin(
            db,
            CALLED,
            element,
            told,
            parent,
            by=SYSTEM,
            subject=case.subject,
            decisions=decisions,
        )
    except ExpressionError as problem:
        raise CannotCall(table=element.called) from problem


def _ended(db: Session, case: Case, token: str, element: Element, child: int) -> None:
    status, told = _told(db, child)
    if status == InstanceStatus.CANCELLED:
        _tell(db, case, element, child, Fail(token, CANCELLED), {})
        return
    data = orjson.loads(eventlog.as_json(children.handed(element.outputs, told)))
    _tell(db, case, element, child, Complete(token, data), data)


def _failed(db: Session, case: Case, token: str, element: Element, child: int) -> None:
    """An error that nothing in the called case catches goes on out here; the called case ends."""
    below = instances.lock(db, child)
    elements = below.version.process.elements
    thrown = [
        elements[one.element].event_text
        for one in state.load(below.state).tokens
        if one.stuck and elements[one.element].event == "error"
    ]
    if thrown:
        _tell(db, case, element, child, Fail(token, thrown[0]), {})
        CALLED.cancel(db, child, by=SYSTEM, tally=Tally())


def _tell(
    db: Session, case: Case, element: Element, child: int, command: Command, data: Mapping[str, Any]
) -> None:
    act = Act(
        Kind.CHILD_ENDED,
        command,
        token=command.token,  # type: ignore[union-attr]  # both commands about a place have one
        asked={"element": element.id, "child": child},
        content={"data": data} if data else {},
    )
    instances.perform(db, case, act, by=SYSTEM)


def _told(db: Session, child: int) -> tuple[str, dict[str, Any]]:
    """How a called case stands, and all that is known in it by name, how it was decided as well."""
    table = ProcessInstance.__table__
    wanted = select(table.c.status, table.c.variables, table.c.content_id, table.c.state)
    row = db.execute(wanted.where(table.c.id == child)).one()
    held = instances.values(db, row.content_id)
    known = {**orjson.loads(row.variables), **held, **state.load(row.state).data}
    return row.status, {"outcome": _outcome(db, child), **known}


def _outcome(db: Session, child: int) -> str | None:
    """What its last step was decided with, by all who signed it; a case keeps it where it asks."""
    task, signed = UserTask.__table__, SigningRound.__table__
    together = (signed.c.instance_id == task.c.instance_id) & (signed.c.token == task.c.token)
    decided = func.coalesce(signed.c.outcome, task.c.outcome)
    done = (task.c.instance_id == child) & (task.c.status == TaskStatus.COMPLETED)
    found = select(decided).select_from(task.outerjoin(signed, together)).where(done)
    newest = found.order_by(task.c.completed_at.desc(), task.c.id.desc()).limit(1)
    return db.execute(newest).scalar_one_or_none()


_DOES: Final[Mapping[str, Callable[[Session, Case, str, Element, int], None]]] = {
    children.BEGIN: _begin,
    children.ENDED: _ended,
    children.FAILED: _failed,
}


@handlers.background(children.CANCEL)
def cancel_rest(db: Session, reference: str) -> bool:
    """End the rest of many cases called from a place that is gone."""
    return children.cancel_some(db, reference, CALLED, by=SYSTEM)
