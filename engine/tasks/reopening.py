"""Letting a case that is over go on (重新打开); both decisions stay in its record."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import instances, permissions
from engine.bpmn import dialect
from engine.bpmn.commands import Reopen
from engine.bpmn.steps import Step
from engine.entries import Kind
from engine.errors import CannotReturn, ReasonRequired, Refused
from engine.forms import texts
from engine.handlers import CASES
from engine.instances import Act
from engine.models import InstanceStatus, TaskPart, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.versions import Version


class NotOver(Refused):
    """The case still runs."""

    sentence = "这个流程还没有结束，不用重新打开。"


class IsCalled(Refused):
    """The case was called by another, which has gone on without it."""

    sentence = "这个流程是由另一个流程发起的，请重新打开上一级流程。"


def reopen(
    db: Session, instance_id: int, *, by: Actor, reason: str, to: str | None = None
) -> Step | None:
    """Let a case that is over go on at a step that was done: the last one unless `to` is named."""
    case = instances.lock(db, instance_id)
    permissions.require(by, Action.INSTANCE_REOPEN, case)
    if case.status in (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED):
        raise NotOver
    if case.parent_id is not None:
        raise IsCalled
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    steps = steps_done(db, case.id, case.version)
    target = to if to is not None else next(iter(steps), case.version.first_step)
    if target not in steps and target != case.version.first_step:
        raise CannotReturn(to=case.version.process.label(target))
    act = Act(
        Kind.INSTANCE_REOPENED,
        Reopen(target),
        asked={"element": target, "was": case.status},
        content={"comment": reason},
        goes_to=steps.get(target),
        is_afterwards=True,
    )
    step = instances.perform(db, case, act, by=by)
    kind = CASES.get(case.version.process.properties.get(dialect.CASE, ""))
    reopened = getattr(kind, "reopened", None)
    if reopened is not None:
        reopened(db, case.id)
    return step


def steps_done(db: Session, instance_id: int, version: Version) -> dict[str, int | None]:
    """The steps of a case that were done, the last first, each with whose it was last."""
    task = UserTask.__table__
    rows = db.execute(
        select(
            task.c.element_id,
            func.coalesce(task.c.done_for, task.c.completed_by).label("whose"),
        )
        .where(
            task.c.instance_id == instance_id,
            task.c.status == TaskStatus.COMPLETED,
            task.c.part != TaskPart.ADDED,
        )
        .order_by(task.c.completed_at.desc(), task.c.id.desc())
    )
    found: dict[str, int | None] = {}
    for row in rows:
        if row.element_id in version.process.elements:
            found.setdefault(row.element_id, row.whose)
    return found
