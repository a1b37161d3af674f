"""Taking a whole case back to where it began (撤回), while nobody has decided anything in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import instances, people, permissions
from engine.bpmn.commands import Withdraw
from engine.bpmn.steps import Step
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.forms import texts
from engine.instances import Act
from engine.models import ProcessInstance, TaskStatus, UserTask
from engine.people import Actor
from engine.permissions import Action
from engine.versions import Version

DEEPEST: Final = 20
MOST_CALLED: Final = 10_000
DECIDED: Final = (TaskStatus.COMPLETED, TaskStatus.RETURNED)


class NotSubmitted(Refused):
    """The case still waits at its first step."""

    sentence = "这件事还在您手里，没有提交，不用撤回。"


class DecidedAlready(Refused):
    """Somebody has decided something since it was handed in."""

    sentence = "{who}已于{at}办理，不能再撤回；需要改动请联系正在办理的人退回。"


def withdraw(db: Session, instance_id: int, *, by: Actor, reason: str = "") -> Step | None:
    """Close whatever is open and give the case back to who began it, at its first step.

    Of a case that another one called, the outermost is withdrawn. Raises `NotSubmitted`,
    `DecidedAlready`, `Forbidden`.
    """
    case = instances.lock(db, outermost(db, instance_id))
    permissions.require(by, Action.INSTANCE_WITHDRAW, case)
    reason = texts.kept(reason, instances.MAX_COMMENT)
    require_undecided(db, case.id, case.version, by)
    act = Act(
        Kind.INSTANCE_WITHDRAWN,
        Withdraw(case.version.first_step),
        asked={"element": case.version.first_step},
        content={"comment": reason} if reason else {},
        goes_to=by.id,
    )
    return instances.perform(db, case, act, by=by)


def outermost(db: Session, instance_id: int) -> int:
    """The case around this one that no other has called. Raises `NotFound`."""
    case = ProcessInstance.__table__
    here = instance_id
    for _depth in range(DEEPEST):
        row = db.execute(select(case.c.parent_id).where(case.c.id == here)).one_or_none()
        if row is None:
            raise NotFound
        if row.parent_id is None:
            return here
        here = row.parent_id
    return here


def is_possible(db: Session, instance_id: int, version: Version, *, by: Actor) -> bool:
    """Whether the case stands so that its initiator may withdraw it now."""
    if outermost(db, instance_id) != instance_id:
        return False
    try:
        require_undecided(db, instance_id, version, by)
    except Refused:
        return False
    return True


def require_undecided(db: Session, instance_id: int, version: Version, by: Actor) -> None:
    """Go on only if nobody but its initiator has decided since the case was last handed in."""
    handed_in = _handed_in(db, instance_id, version)
    if handed_in is None:
        raise NotSubmitted
    task = UserTask.__table__
    others = func.coalesce(task.c.done_for, task.c.completed_by) != by.id
    row = db.execute(
        select(task.c.completed_by, task.c.completed_at)
        .where(
            task.c.instance_id.in_(_with_called(db, instance_id)),
            task.c.status.in_(DECIDED),
            task.c.completed_at >= handed_in,
            others,
        )
        .order_by(task.c.completed_at)
        .limit(1)
    ).first()
    if row is not None:
        who = people.names(db, [row.completed_by]).get(row.completed_by, "系统")
        raise DecidedAlready(who=who, at=row.completed_at)


def _handed_in(db: Session, instance_id: int, version: Version) -> datetime | None:
    """When the first step was last handed in; None while it waits."""
    task = UserTask.__table__
    newest = db.execute(
        select(task.c.status, task.c.completed_at)
        .where(
            task.c.instance_id == instance_id,
            task.c.element_id == version.first_step,
        )
        .order_by(task.c.id.desc())
        .limit(1)
    ).first()
    if newest is None or newest.status != TaskStatus.COMPLETED:
        return None
    at: datetime = newest.completed_at
    return at


def _with_called(db: Session, instance_id: int) -> Sequence[Any]:
    """A case and all that it called, and those called."""
    case = ProcessInstance.__table__
    found, level = [instance_id], [instance_id]
    for _depth in range(DEEPEST):
        below = select(case.c.id).where(case.c.parent_id.in_(level)).limit(MOST_CALLED)
        level = list(db.execute(below).scalars())
        if not level:
            break
        found += level
    return found
