"""Asking for more time (延期申请): a small case of its own, decided by whom the step names.

What it is about stands in its variables; when it is approved, the deadline moves and both dates
stay. The flow `extension_request` comes with the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine import (
    assignment,
    clock,
    due_dates,
    effects,
    handlers,
    instances,
    later,
    notifications,
    people,
    permissions,
)
from engine.assignment import About
from engine.bpmn import dialect
from engine.bpmn.commands import Cancel
from engine.bpmn.dialect import Who
from engine.calendars import Due
from engine.due_dates import Why
from engine.entries import Kind
from engine.errors import CannotAssign, CannotStart, ReasonRequired, Refused
from engine.forms import texts
from engine.handlers import Opening
from engine.holders import Looker
from engine.instances import Act
from engine.models import (
    InstanceStatus,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
    Role,
    TaskStatus,
    User,
    UserTask,
)
from engine.notifications import Notice
from engine.people import SYSTEM, Actor
from engine.permissions import Action
from engine.sentence import Sentence
from engine.tasks.held import Held, hold, look, require_offered

FLOW: Final = "extension_request"
CASE: Final = "engine.extension"
LAPSE: Final = "extension.lapse"
LOOKED_AT: Final = timedelta(hours=1)
"""How long an application may outlive its task."""
LONGEST: Final = timedelta(days=366)
MOST_DECIDERS: Final = 20

_WAITS: Final = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)
_VERSIONS: Final = (
    select(ProcessVersion.id)
    .join(ProcessDefinition, ProcessDefinition.id == ProcessVersion.definition_id)
    .where(ProcessDefinition.key == FLOW)
)


class NoDeadline(Refused):
    """The task has no deadline that could be moved."""

    sentence = "这一步没有期限，不用申请延期。"


class UntilWrong(Refused):
    """The day asked for is not later, or too far away."""

    sentence = "延期要晚于现在的期限（{due}），最长 {most} 天。"


class UntilUnreadable(CannotStart):
    """The time asked for is no time."""

    sentence = "看不懂延到哪一天、几点，请重新填写。"


class AskedAlready(Refused):
    """An application for this task still waits to be decided."""

    sentence = "这一步的延期申请还没有批，请等结果。"


class StandsStill(Refused):
    """The case that the application is about is suspended, and its deadline with it."""

    sentence = "“{title}”现在暂停办理，期限也停着；等恢复以后再批。"


class NotItsTurn(Refused):
    """The task that the application is about waits until others have signed."""

    sentence = "“{title}”的这一步在等别人先签；轮到以后再批。"


class NothingAsked(Refused):
    """No application for this task waits to be decided."""

    sentence = "这一步没有等着批的延期申请，不用撤回。"


def ask_extension(db: Session, task_id: int, *, by: Actor, until: datetime, reason: str) -> int:
    """Ask for a task's deadline to be moved to `until`. Returns the number of the small case.

    Raises `NoDeadline`, `UntilWrong`, `AskedAlready`, `ReasonRequired`, `CannotAssign`.
    """
    values = {"task": task_id, "until": until.isoformat(), "reason": reason}
    return instances.start(db, FLOW, by=by, values=values)


@dataclass(frozen=True, slots=True)
class Pending:
    """An application that waits to be decided: its case, until when, and by whom."""

    instance_id: int
    until: datetime
    asked_by: int


def pending(db: Session, task_id: int) -> Pending | None:
    """The application for more time that waits for this task, if one does."""
    table = ProcessInstance.__table__
    waits = table.c.status.in_(_WAITS)
    wanted = select(table.c.id, table.c.variables).where(_about(task_id), waits)
    row = db.execute(wanted).first()
    if row is None:
        return None
    known = orjson.loads(row.variables)
    return Pending(row.id, datetime.fromisoformat(known["until"]), int(known["asked_by"]))


def withdraw_extension(db: Session, task_id: int, *, by: Actor) -> None:
    """Take one's own application back while it waits. Raises `NothingAsked`, `Forbidden`."""
    look(db, task_id, by=by)
    waits = pending(db, task_id)
    if waits is None:
        raise NothingAsked
    case = instances.lock(db, waits.instance_id)
    permissions.require(by, Action.INSTANCE_WITHDRAW, case)
    act = Act(Kind.INSTANCE_CANCELLED, Cancel(), is_on_hold=True)
    instances.perform(db, case, act, by=by)


class ExtensionCase:
    """Opens an application for more time, and moves the deadline when it is approved."""

    def open(
        self,
        db: Session,
        definition: str,  # noqa: ARG002  (a case type is told)
        *,
        by: Actor,
        subject: str | None,  # noqa: ARG002  (it is about whom the task is about)
        values: Mapping[str, Any],
    ) -> Opening:
        """Check that this may be asked for, and say who decides."""
        task_id, until = _asked(values)
        held = hold(db, task_id, Action.TASK_EXTEND, by=by)
        require_offered(held, "extend", "延期申请")
        due = held.due_at
        if due is None:
            raise NoDeadline
        if not max(due, clock.now()) < until <= due + LONGEST:
            raise UntilWrong(due=_local(due), most=LONGEST.days)
        reason = texts.kept(str(values.get("reason", "")), instances.MAX_COMMENT)
        if not reason:
            raise ReasonRequired
        known = {
            "task": task_id,
            "case": held.case.id,
            "element": held.element_id,
            "until": until.isoformat(),
            "asked_by": by.id,
        }
        shown = {
            "about": held.case.title,
            "step": held.name,
            "due_now": _local(due),
            "due_wanted": _local(until),
            "reason": reason,
            "decider": ", ".join(_deciders(db, held, by)),
        }
        title = Sentence("申请延期：{title}·{step}", title=held.case.title, step=held.name)
        key, about = _key(db, task_id), held.case.subject
        return Opening(title, key, about, variables=known, values=shown)

    def opened(self, db: Session, instance_id: int, opening: Opening) -> None:
        """Note in the case it is about that more time was asked for."""
        known = opening.variables
        case = instances.lock(db, int(known["case"]))
        asked = {"task": known["task"], "element": known["element"], "case": instance_id}
        act = Act(
            Kind.EXTENSION_ASKED,
            asked={**asked, "until": known["until"]},
            content={"comment": opening.values["reason"]},
        )
        instances.perform(db, case, act, by=people.actor(db, int(known["asked_by"])))
        later.enqueue(db, LAPSE, str(instance_id), at=clock.now() + LOOKED_AT)

    def ended(self, db: Session, instance_id: int, how: str) -> None:
        """Approved is what runs to its end; a refusal terminates, and nothing moves.

        Raises `StandsStill`, `NotItsTurn`.
        """
        table = ProcessInstance.__table__
        wanted = select(table.c.variables).where(table.c.id == instance_id)
        known = orjson.loads(db.execute(wanted).scalar_one())
        how = _came_of(db, instance_id, known, how)
        notifications.tell(
            db,
            [int(known["asked_by"])],
            Notice.EXTENSION,
            f"extension:{instance_id}:{how}",
            instance_id=int(known["case"]),
            task_id=int(known["task"]),
            data={"how": how, "until": known["until"]},
        )


@handlers.background(LAPSE)
def lapse(db: Session, reference: str) -> bool:
    """End an application whose task needs nobody any more; else look again after a while."""
    case = instances.lock(db, int(reference))
    if case.status not in _WAITS:
        return False
    if _is_needed(db, case.variables):
        later.enqueue(db, LAPSE, reference, at=clock.now() + LOOKED_AT)
        return False
    act = Act(Kind.INSTANCE_CANCELLED, Cancel(), is_on_hold=True)
    instances.perform(db, case, act, by=SYSTEM)
    return False


def _came_of(db: Session, instance_id: int, known: Mapping[str, Any], how: str) -> str:
    """What became of an application, and the deadline with it: how it ended, `lapsed`, `later`."""
    case = instances.lock(db, int(known["case"]))
    if not _is_needed(db, known):
        return "lapsed"
    if how != InstanceStatus.COMPLETED:
        return how
    if case.status == InstanceStatus.SUSPENDED:
        raise StandsStill(title=case.title)
    task = due_dates.find(db, case.id, task_id=int(known["task"]))
    if task is None:
        raise NotItsTurn(title=case.title)
    until = datetime.fromisoformat(str(known["until"]))
    if task.due_at is None or task.due_at >= until:
        return "later"
    due_dates.move(db, case, task, Due(until), why=Why.EXTENSION, by=SYSTEM, allowed_in=instance_id)
    return how


def _is_needed(db: Session, known: Mapping[str, Any]) -> bool:
    """Whether the task an application is about needs somebody, now or when its turn comes."""
    task, case = UserTask.__table__, ProcessInstance.__table__
    here = select(task.c.id).join(case, case.c.id == task.c.instance_id)
    open_ = task.c.status.in_((*effects.OPEN, TaskStatus.WAITING)) & case.c.status.in_(_WAITS)
    return db.execute(here.where(task.c.id == int(known["task"]), open_)).first() is not None


def _asked(values: Mapping[str, Any]) -> tuple[int, datetime]:
    task_id, until = values.get("task"), values.get("until")
    if not isinstance(task_id, int) or isinstance(task_id, bool) or not isinstance(until, str):
        raise CannotStart(why="请从要延期的那一步申请。")
    return task_id, moment(until)


def moment(written: str) -> datetime:
    """A time as it was written, at the school where it names no zone. Raises `UntilUnreadable`."""
    try:
        at = datetime.fromisoformat(written)
        at = at if at.tzinfo is not None else at.replace(tzinfo=clock.zone())
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UntilUnreadable from error


def _deciders(db: Session, held: Held, by: Actor) -> list[str]:
    """User names of those who decide, never of whoever asks."""
    element = held.case.version.process.elements[held.element_id]
    written = element.properties.get(dialect.EXTENSION, "")
    found: tuple[int, ...] = ()
    if written.strip():
        about = About(held.case.subject, held.case.started_by)
        named = assignment.resolve(db, Who(None, dialect.assignment(written)), about)
        found = () if named.fallback else named.people
    others = [one for one in found if one != by.id]
    if not others:
        others = [one for one in Looker(db).role(Role.PROCESS_ADMIN) if one != by.id]
    if not others:
        raise CannotAssign(rule="延期由谁批")
    rows = db.execute(select(User.id, User.username).where(User.id.in_(others[:MOST_DECIDERS])))
    return sorted(row.username for row in rows)


def _key(db: Session, task_id: int) -> str:
    """A business key of its own for each application; refused while one of the task waits."""
    table = ProcessInstance.__table__
    rows = db.execute(
        select(table.c.status, func.count()).where(_about(task_id)).group_by(table.c.status)
    )
    earlier = dict(tuple(row) for row in rows)
    if earlier.get(InstanceStatus.RUNNING) or earlier.get(InstanceStatus.SUSPENDED):
        raise AskedAlready
    return f"{_start(task_id)}{sum(earlier.values()) + 1}"


def _start(task_id: int) -> str:
    return f"extension:{task_id}:"


def _about(task_id: int) -> ColumnElement[bool]:
    """The condition that a case is an application for this task."""
    table, start = ProcessInstance.__table__, _start(task_id)
    key = (table.c.business_key >= start) & (table.c.business_key < f"{start}\x7f")
    return key & table.c.version_id.in_(_VERSIONS)


def _local(at: datetime) -> str:
    return f"{at.astimezone(clock.zone()):%Y-%m-%d %H:%M}"
