"""Acting in the place of somebody who cannot (代办): by an administrator, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy.orm import Session

from engine import instances, people, permissions, predicates
from engine.bpmn.commands import Then
from engine.bpmn.steps import Step
from engine.errors import ReasonRequired, Refused
from engine.forms import texts
from engine.people import Actor
from engine.permissions import Action
from engine.tasks.decide import complete
from engine.tasks.held import OwnCase, hold
from engine.tasks.send_back import send_back

RETURN: Final = "return"


class NotTheirs(Refused):
    """The task does not wait for the person in whose place it would be done."""

    sentence = "这项任务不在{who}处，不能替{who}办。"


class OwnWork(Refused):
    """The administrator has the task already."""

    sentence = "这是您自己的任务，请直接办理。"


def on_behalf(  # noqa: PLR0913  (a decision, and in whose place and why)
    db: Session,
    task_id: int,
    *,
    by: Actor,
    of: int,
    reason: str,
    outcome: str = "approve",
    values: Mapping[str, Any] | None = None,
    to: str = "initiator",
    then: str = Then.THROUGH_STEPS,
) -> Step | None:
    """Decide or return a task in the place of `of`. Raises `NotTheirs`, `OwnCase`."""
    held = hold(db, task_id, Action.TASK_VIEW, by=by)
    if of == by.id:
        raise OwnWork
    if predicates.is_process_admin(by, held) and predicates.is_initiator(by, held):
        raise OwnCase(who=people.names(db, [of]).get(of, "…"))
    permissions.require(by, Action.TASK_ACT_FOR, held)
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    principal = people.principal(db, of)
    acting = replace(by, keys=frozenset(), deputy_for=(principal,))
    if predicates.is_assignee(acting, held):
        raise OwnWork
    if predicates.in_place_of(acting, held) != of:
        raise NotTheirs(who=principal.name)
    if outcome == RETURN:
        return send_back(db, task_id, by=acting, to=to, then=then, reason=reason)
    return complete(db, task_id, by=acting, outcome=outcome, values=values, comment=reason)
