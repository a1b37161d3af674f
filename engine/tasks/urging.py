"""Reminding those who hold a task (催办): at most once in a while, and left in the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, eventlog, instances, notifications, predicates, settings
from engine.entries import Kind, read_body
from engine.errors import Forbidden, NotFound, Refused
from engine.forms import texts
from engine.holders import Looker
from engine.instances import Act
from engine.models import LogEntry, TaskStatus, UserTask
from engine.notifications import Notice
from engine.people import Actor
from engine.permissions import Action
from engine.tasks.held import Held, hold

MOST_LOOKED_AT: Final = 200
MOST_AT_ONCE: Final = 50


class UrgedAlready(Refused):
    """The same person urged the same task a moment ago."""

    sentence = "您刚刚催过，{at}以后才能再催。"


class NothingToUrge(Refused):
    """No task of the case waits for a person."""

    sentence = "现在没有人要办，不用催。"


class OnlyOneself(Refused):
    """Nobody else holds up what is to be urged."""

    sentence = "现在等您自己办，不用催别人。"


def urge(db: Session, task_id: int, *, by: Actor, note: str = "") -> None:
    """Urge whoever holds this task, or could. Raises `UrgedAlready`, `OnlyOneself`."""
    held = hold(db, task_id, Action.TASK_URGE, by=by)
    if predicates.only_theirs(by, held):
        raise OnlyOneself
    again = may_again_at(db, held, by)
    if again is not None:
        raise UrgedAlready(at=again)
    _urge(db, held, by=by, note=texts.kept(note, instances.MAX_COMMENT))


def urge_case(db: Session, instance_id: int, *, by: Actor, note: str = "") -> int:
    """Urge all who hold up a case, but nobody again too soon. Returns how many tasks."""
    note = texts.kept(note, instances.MAX_COMMENT)
    instances.lock(db, instance_id)
    table = UserTask.__table__
    open_ = table.c.status.in_((TaskStatus.READY, TaskStatus.CLAIMED))
    mine = select(table.c.id).where(table.c.instance_id == instance_id, open_).order_by(table.c.id)
    ids = db.execute(mine.limit(MOST_AT_ONCE)).scalars().all()
    if not ids:
        raise NothingToUrge
    soon: list[datetime] = []
    urged = 0
    for task_id in ids:
        try:
            held = hold(db, task_id, Action.TASK_URGE, by=by)
        except NotFound:
            raise Forbidden from None  # they know of the case, not of its tasks
        if predicates.only_theirs(by, held):
            continue
        again = may_again_at(db, held, by)
        if again is None:
            _urge(db, held, by=by, note=note)
            urged += 1
        else:
            soon.append(again)
    if not urged:
        raise UrgedAlready(at=min(soon)) if soon else OnlyOneself
    return urged


def _urge(db: Session, held: Held, *, by: Actor, note: str) -> None:
    content = {"comment": note} if note else {}
    asked = held.asked(by, token=held.token, seat=held.seat)
    act = Act(Kind.TASK_URGED, asked=asked, content=content)
    instances.perform(db, held.case, act, by=by)
    tell_urged(db, held, by=by)


def may_again_at(db: Session, held: Held, by: Actor) -> datetime | None:
    """From when on this person may urge this task again; None: now."""
    now = clock.now()
    wait = timedelta(hours=settings.number(db, "urge_hours"))
    rows = db.execute(
        select(LogEntry.at, LogEntry.body)
        .where(
            LogEntry.chain == eventlog.case_chain(held.case.id),
            LogEntry.kind == Kind.TASK_URGED,
            LogEntry.by == by.mark,
            LogEntry.at > eventlog.moment(now - wait),
        )
        .order_by(LogEntry.seq.desc())
        .limit(MOST_LOOKED_AT)
    )
    for row in rows:
        if read_body(row.body).asked.get("task") == held.id:
            return datetime.fromisoformat(row.at) + wait
    return None


def tell_urged(db: Session, held: Held, *, by: Actor) -> None:
    """Those who hold the task, or could, are told that it was urged."""
    if held.assignee_id is not None:
        holders: tuple[int, ...] = (held.assignee_id,)
    else:
        holders = Looker(db).behind(held.candidate_keys)
    notifications.tell(
        db,
        [one for one in holders if one != by.id],
        Notice.TASK_URGED,
        f"urged:{held.case.id}:{held.case.head.seq + 1}",
        instance_id=held.case.id,
        task_id=held.id,
        data={"who": by.name, "title": held.case.title, "step": held.name},
    )
