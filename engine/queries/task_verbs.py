"""Which verbs a person may say at a task now: what the step offers, and what the policy allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine import permissions
from engine.bpmn import dialect
from engine.models import TaskPart
from engine.people import Actor
from engine.permissions import Action
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
    if "reassign" not in may and permissions.may(person, Action.TASK_ACT_FOR, task):
        may.append("reassign")
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
