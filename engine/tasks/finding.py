"""Looking again for the people of a step: it had found nobody, or somebody else is named."""

from __future__ import annotations

from functools import partial

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import assignment, effects, incidents, instances, people, recusals
from engine.assignment import About, Found
from engine.bpmn import state
from engine.entries import Kind
from engine.errors import CannotAssign, Refused
from engine.instances import Act, Case
from engine.models import Role, UserTask
from engine.people import Actor
from engine.queries.task_page import Task


class InHands(Refused):
    """The step is in somebody's hands, or several sign it: its rules name nobody else."""

    sentence = "“{step}”再找也不会有别人：请打开这项任务，把它转办给合适的人。"


def find_again(db: Session, instance_id: int, token: str, *, by: Actor) -> bool:
    """Offer an open step that waits with the administrators to those its rules find now.

    False where no step waits there. Raises `CannotAssign` where still nobody is found, `InHands`.
    """
    case = instances.lock(db, instance_id)
    task = UserTask.__table__
    here = (task.c.instance_id == instance_id) & (task.c.token == token)
    rows = db.execute(select(task).where(here, task.c.status.in_(effects.OPEN))).all()
    if not rows:
        return False
    row = rows[0]
    is_admins = people.role_key(Role.PROCESS_ADMIN) in orjson.loads(row.candidates)
    if row.seat or row.assignee_id is not None or not is_admins:
        raise InHands(step=row.name)
    element = case.version.process.elements[row.element_id]
    barred = recusals.declared(db, case.id, token)
    barred |= recusals.recused(db, element, _about(db, case))
    found = recusals.without(_found(db, case, row.element_id), barred)
    if found.fallback:
        raise CannotAssign(rule=case.version.process.label(row.element_id))
    keys = found.keys
    changed = {"candidates": orjson.dumps(keys).decode()}
    db.execute(update(task).where(task.c.id == row.id).values(changed))
    effects.take_out(db, row.id)
    effects.offer(db, row.id, keys, row.due_at, returned=row.returned)
    incidents.somebody_found(db, instance_id, token, by_id=by.id)
    asked = {"task": row.id, "element": row.element_id, "token": token}
    act = Act(Kind.INCIDENT_RETRIED, asked=asked, known={f"for {token}": found.words()})
    instances.perform(db, case, act, by=by)
    return True


def meant(db: Session, case: Case | Task, element_id: str) -> tuple[int, ...]:
    """The people whom a step's own rules name now; nobody where they name nobody."""
    return _found(db, case, element_id).people


def _found(db: Session, case: Case | Task, element_id: str) -> Found:
    element = case.version.process.elements[element_id]
    return assignment.for_step(db, element, _about(db, case))


def _about(db: Session, case: Case | Task) -> About:
    known = partial(_known, db, case)
    return About(case.subject, case.started_by, version=case.version, variables=known)


def _known(db: Session, case: Case | Task) -> dict[str, object]:
    held = instances.values(db, case.content_id)
    return {**case.variables, **held, **state.load(case.state).data}
