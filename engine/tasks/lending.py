"""Giving a task out of hand for a while (委派): it comes back with an opinion, and is decided here.

The task keeps its place. Whoever it is lent to may fill in the form and say what they think; that
is no decision and no vote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import (
    assignment,
    effects,
    incidents,
    instances,
    notifications,
    people,
    permissions,
)
from engine.entries import Kind
from engine.errors import CannotAssign, Forbidden, ReasonRequired, Refused
from engine.forms import texts
from engine.instances import Act
from engine.models import TaskStatus, UserTask
from engine.notifications import Notice
from engine.people import Actor
from engine.permissions import Action
from engine.tasks import persons
from engine.tasks.held import Held, hold, require_offered


class IsLent(Refused):
    """The task was lent to this person: it is given back, not passed on."""

    sentence = "这是{who}委派给您的任务：请写好意见交回，由{who}决定。"


class LentToOneself(CannotAssign):
    """Whoever lends a task keeps it anyway."""

    sentence = "不能委派给自己，请选别人。"


class NotLent(Refused):
    """There is nothing to call back."""

    sentence = "这项任务没有委派给别人。"


def lend(db: Session, task_id: int, *, by: Actor, to: int, reason: str) -> None:
    """Ask another person to do this task and give it back."""
    held = hold(db, task_id, Action.TASK_LEND, by=by)
    require_not_lent(db, held)
    require_offered(held, "lend", "委派")
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    persons.for_step(db, held, [to])
    if to == by.id or by.id is None:
        raise LentToOneself
    _move(db, held, to=to, lent_by=by.id)
    asked = held.asked(by, token=held.token, seat=held.seat, to=to)
    act = Act(Kind.TASK_LENT, asked=asked, content={"comment": reason})
    instances.perform(db, held.case, act, by=by)
    tell_given(db, held, to, by=by)


def require_not_lent(db: Session, held: Held) -> None:
    """Go on only if whoever holds the task decides it. Raises `IsLent`."""
    if held.lent_by is not None:
        raise IsLent(who=people.names(db, [held.lent_by]).get(held.lent_by, "…"))


def give_back(db: Session, task_id: int, *, by: Actor, comment: str = "") -> None:
    """Give a lent task back with an opinion; whoever lent it may call it back the same way."""
    held = hold(db, task_id, Action.TASK_VIEW, by=by)
    if held.lent_by is None:
        raise NotLent
    is_lender = by.id == held.lent_by
    if not is_lender and not permissions.may(by, Action.TASK_COMPLETE, held):
        raise Forbidden
    hand_back(db, held, by=by, comment=texts.kept(comment, instances.MAX_COMMENT))


def hand_back(
    db: Session,
    held: Held,
    *,
    by: Actor,
    comment: str = "",
    filled: Mapping[str, Any] | None = None,
) -> None:
    """What completing a lent task means; `filled` are the form values that stand from now on."""
    lender = held.lent_by
    if lender is None:
        raise NotLent
    content: dict[str, Any] = {"comment": comment} if comment else {}
    if filled is not None:
        content["values"] = dict(filled)
    _move(db, held, to=lender, lent_by=None)
    act = Act(
        Kind.TASK_GIVEN_BACK,
        asked=held.asked(by, token=held.token, seat=held.seat, to=lender),
        known={"seen": held.case.content_hash},
        content=content,
        values_changed=filled is not None,
    )
    instances.perform(db, held.case, act, by=by)
    if by.id != lender:
        tell_given(db, held, lender, by=by)
    if assignment.one_person(db, lender) is None:
        who = people.names(db, [lender]).get(lender, "…")
        incidents.raise_for(
            db,
            held.case.id,
            sentence="“{step}”交回给了{who}，可是{who}已经离校，请流程管理员转办。",
            values={"step": held.name, "who": who},
            token=held.token,
            element_id=held.element_id,
        )


def tell_given(db: Session, held: Held, to: int, *, by: Actor) -> None:
    """Tell somebody that a task was put into their hands by the act that was just done."""
    notifications.tell(
        db,
        [to],
        Notice.TASK_GIVEN,
        f"given:{held.case.id}:{held.case.head.seq + 1}",
        instance_id=held.case.id,
        task_id=held.id,
        data={"who": by.name, "title": held.case.title, "step": held.name},
    )


def _move(db: Session, held: Held, *, to: int, lent_by: int | None) -> None:
    """Put it into a person's hands; to whom it is offered stays, so that it can be put back."""
    table = UserTask.__table__
    changed = {"assignee_id": to, "status": TaskStatus.CLAIMED, "lent_by": lent_by}
    db.execute(update(table).where(table.c.id == held.id).values(changed))
    effects.take_out(db, held.id)
    effects.offer(db, held.id, (people.user_key(to),), held.due_at, returned=held.returned)
