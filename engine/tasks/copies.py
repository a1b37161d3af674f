"""Showing a case to others by copy (抄送), and saying that one has read it (已阅)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, copies, instances, notifications, permissions
from engine.entries import Kind
from engine.errors import Forbidden, NotFound, Refused
from engine.forms import texts
from engine.instances import Act, Case
from engine.models import UserTask
from engine.notifications import Notice
from engine.people import Actor
from engine.permissions import Action
from engine.queries import cases
from engine.queries.cases import Tie
from engine.tasks import persons
from engine.tasks.held import look

MAY_COPY: Final = frozenset({Tie.STARTED, Tie.HELD, Tie.OFFERED, Tie.DEPUTY})
"""Who may show a case to others: who has to do with it, not who only may look or got a copy."""


MOST_COPIED: Final = 500
"""To how many people one case may be shown, all its copies together."""


class CopyToOneself(Refused):
    """Whoever shows a case sees it already."""

    sentence = "不用抄送给自己，请选别人。"


class CopiedToMany(Refused):
    """A case shown to everybody tells nobody."""

    sentence = "一个流程最多抄送给 {most} 人，现在已有 {count} 人。"


def copy(db: Session, task_id: int, *, by: Actor, to: Iterable[int], note: str = "") -> None:
    """Send copies of the case this task belongs to; the task may be open or done."""
    permissions.require(by, Action.TASK_COPY, look(db, task_id, by=by))
    table = UserTask.__table__
    row = db.execute(
        select(table.c.instance_id, table.c.element_id).where(table.c.id == task_id)
    ).one()
    case = instances.lock(db, row.instance_id)
    asked = {"task": task_id, "element": row.element_id}
    _send(db, case, to, by=by, note=note, task_id=task_id, asked=asked)


def copy_case(
    db: Session, instance_id: int, *, by: Actor, to: Iterable[int], note: str = ""
) -> None:
    """Send copies of a case from its own page: who began it, had a task in it or administers."""
    ties = set(cases.ties(db, by, instance_id))
    if not ties:
        raise NotFound
    if not ties & MAY_COPY:
        raise Forbidden
    case = instances.lock(db, instance_id)
    _send(db, case, to, by=by, note=note, task_id=None, asked={})


def _send(
    db: Session,
    case: Case,
    to: Iterable[int],
    *,
    by: Actor,
    note: str,
    task_id: int | None,
    asked: dict[str, object],
) -> None:
    # the record names whoever gets a copy: it is no way around the directory
    permissions.require(by, Action.PERSON_VIEW)
    note = texts.kept(note, instances.MAX_COMMENT)
    receivers = persons.present(db, to)
    if by.id in receivers:
        raise CopyToOneself
    count = copies.count(db, case.id)
    if count + len(receivers) > MOST_COPIED:
        raise CopiedToMany(most=MOST_COPIED, count=count)
    now = clock.now()
    copies.send(db, case.id, receivers, sent_by=by.id, at=now, task_id=task_id)
    act = Act(
        Kind.CASE_COPIED,
        asked={**asked, "people": list(receivers)},
        content={"comment": note} if note else {},
        is_on_hold=True,
        is_afterwards=True,
    )
    instances.perform(db, case, act, by=by)
    notifications.tell(
        db,
        receivers,
        Notice.COPIED,
        f"copied:{case.id}:{case.head.seq + 1}",
        instance_id=case.id,
        data={"who": by.name, "title": case.title},
    )


def read_copy(db: Session, instance_id: int, *, by: Actor) -> bool:
    """Say that one has read a case one got a copy of. Returns whether it was unread until now."""
    case = instances.lock(db, instance_id)
    if by.id is None or not copies.read(db, instance_id, by.id, at=clock.now()):
        cases.see(db, by, instance_id)
        return False
    act = Act(Kind.COPY_READ, is_on_hold=True, is_afterwards=True)
    instances.perform(db, case, act, by=by)
    return True
