"""Which verbs a person may say at a task now: what the step offers, and what the policy allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import people, permissions, predicates
from engine.bpmn import dialect
from engine.holders import Looker
from engine.models import InstanceStatus, TaskPart, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.queries.cases import OPEN
from engine.queries.task_page import Task

NEEDS: Final[Mapping[str, Action]] = {
    "approve": Action.TASK_COMPLETE,
    "refuse": Action.TASK_COMPLETE,
    "abstain": Action.TASK_COMPLETE,
    "return": Action.TASK_RETURN,
    "reassign": Action.TASK_REASSIGN,
    "lend": Action.TASK_LEND,
    "add_signer": Action.TASK_ADD_SIGNER,
    "copy": Action.TASK_COPY,
    "urge": Action.TASK_URGE,
    "extend": Action.TASK_EXTEND,
    "step_aside": Action.TASK_STEP_ASIDE,
}
"""Each verb and the right it needs, in the order of its button; a signer is taken off by name."""
GIVE_BACK: Final = "give_back"
CALL_BACK: Final = "call_back"
ON_BEHALF: Final = "on_behalf"
MOST_HOLDERS: Final = 50
LENT: Final = frozenset({"copy", "urge"})
"""What may be done besides giving it back by whom a task was lent to."""


def allowed(person: Actor, task: Task) -> tuple[str, ...]:
    """The verbs this person may say at an open task now, in the order of their buttons."""
    if not task.is_open:
        return ()
    offered = task.version.verbs(task.element_id)
    may = [
        key
        for key, action in NEEDS.items()
        if dialect.offers(offered, key) and permissions.may(person, action, task)
    ]
    if "reassign" not in may and predicates.is_process_admin(person, task):
        may.append("reassign")
    if not permissions.may(person, Action.PERSON_VIEW):
        may = [key for key in may if key != "copy"]
    if predicates.only_theirs(person, task):
        may = [key for key in may if key != "urge"]
    if task.due_at is None:
        may = [key for key in may if key != "extend"]
    if task.seat == 0 and task.part == TaskPart.HOLDER:
        may = [key for key in may if key != "abstain"]
    if task.lent_by is not None:
        return _of_lent(person, task, may)
    acts = permissions.may(person, Action.TASK_COMPLETE, task)
    if not acts and permissions.may(person, Action.TASK_ACT_FOR, task):
        may.append(ON_BEHALF)
    return tuple(may)


def _of_lent(person: Actor, task: Task, may: list[str]) -> tuple[str, ...]:
    kept = [key for key in may if key in LENT]
    if permissions.may(person, Action.TASK_COMPLETE, task):
        return (GIVE_BACK, *kept)
    return (CALL_BACK, *kept) if person.id == task.lent_by else tuple(kept)


def may_take_back(db: Session, person: Actor, task: Task) -> bool:
    """Whether this person finished the task and nobody has opened what it led to, as it looks."""
    if task.status != TaskStatus.COMPLETED or task.case_status != InstanceStatus.RUNNING:
        return False
    if not permissions.may(person, Action.TASK_TAKE_BACK, task):
        return False
    table = UserTask.__table__
    rows = db.execute(
        select(table.c.status, table.c.seen_at, table.c.completed_by).where(
            table.c.instance_id == task.instance_id, table.c.opened_at >= task.completed_at
        )
    ).all()
    is_untouched = all(row.seen_at is None and row.completed_by is None for row in rows)
    return is_untouched and any(row.status in OPEN for row in rows)


def holders(db: Session, task: Task) -> tuple[tuple[int, str], ...]:
    """Those in whose place an administrator could act: the holder, or all it is offered to."""
    found = (
        [task.assignee_id]
        if task.assignee_id is not None
        else Looker(db).behind(task.candidate_keys)
    )
    names = people.names(db, found)
    return tuple((one, names[one]) for one in found[:MOST_HOLDERS] if one in names)
