"""Many deadlines changed at once, with a reason: chosen, looked at, then applied in portions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from engine import calendars, clock, due_dates, eventlog, instances, later, permissions
from engine.calendars import Due, NoWorkingDay
from engine.deadlines import looking
from engine.deadlines.looking import Row
from engine.deadlines.recalculating import SHOWN, Change, Preview, actor
from engine.due_dates import Why
from engine.entries import Kind
from engine.errors import ReasonRequired, Refused, UnknownDefinition
from engine.forms import texts
from engine.models import ProcessInstance, UserTask
from engine.people import Actor
from engine.permissions import Action

TOPIC: Final = "engine.change_due"
PORTION: Final = 50
MOST_DAYS: Final = 250
MOST_NAMED: Final = 20
YEARS: Final = (2000, 2199)
FURTHEST: Final = timedelta(days=3 * 366)
_TASK, _CASE = UserTask.__table__, ProcessInstance.__table__


class ChangeUnclear(Refused):
    """Either a new moment or a number of working days, and only one of them."""

    sentence = "请填写新的期限，或者推后（提前）多少个工作日，二选一。"


class ChangeTooFar(Refused):
    """The new deadline is out of bounds."""

    sentence = "新的期限太远了：日期要在三年以内，推移要在 {most} 个工作日以内。"


class DaysWrong(Refused):
    """A number of working days that is none."""

    sentence = "推后或提前多少个工作日，写成整数，例如 3 或 -2。"


class DayWrong(Refused):
    """A day that cannot be read."""

    sentence = "期限的起止日期要写成 2026-11-30 这样。"


class NothingChosen(Refused):
    """No open task fits the choice."""

    sentence = "没有符合条件的待办，请放宽条件。"


class StepUnknown(Refused):
    """No open task with a deadline stands at a step of this id."""

    sentence = "没有待办停在标识为“{element}”的步骤。现在有期限的待办停在：{known}。"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which open tasks: of a flow, a step, subjects (None: all), due from one day to another."""

    definition: str = ""
    element: str = ""
    subjects: tuple[str, ...] | None = None
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What becomes of them: due at a moment (ISO 8601), or so many working days later."""

    at: str = ""
    days: int = 0


def preview(db: Session, choice: Choice, wanted: Wanted) -> Preview:
    """What the change would do, and do nothing.

    Raises `ChangeUnclear`, `ChangeTooFar`, `DayWrong`, `StepUnknown`, `UnknownDefinition`.
    """
    _check(wanted)
    if choice.definition and not looking.is_flow(db, choice.definition):
        raise UnknownDefinition(key=choice.definition)
    steps = looking.steps(db)
    known = sorted({element for _version, element in steps})
    if choice.element and known and choice.element not in known:
        raise StepUnknown(element=choice.element, known="、".join(known[:MOST_NAMED]))
    shown: list[Change] = []
    count = later_count = earlier = looked_at = 0
    school = calendars.school(db)
    for rows in looking.chunks(db, steps, _where(choice)):
        looked_at += len(rows)
        for change in _changes(rows, wanted, school):
            count += 1
            before, after = change.before, change.due.at
            if before is not None and after is not None:
                later_count += after > before
                earlier += after < before
            if len(shown) < SHOWN:
                shown.append(change)
    return Preview(tuple(shown), count, later_count, earlier, 0, looked_at)


def apply(db: Session, choice: Choice, wanted: Wanted, *, by: Actor, reason: str) -> int:
    """Change them, as background work. Returns how many. Raises `ReasonRequired` and the above."""
    permissions.require(by, Action.DUE_CHANGE)
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    count = preview(db, choice, wanted).count
    if not count:
        raise NothingChosen
    order = {"choice": asdict(choice), "wanted": asdict(wanted), "reason": reason}
    asked = {"many": count, "definition": choice.definition, "element": choice.element}
    eventlog.record(
        db,
        Kind.DUE_CHANGED,
        by=by.mark,
        asked={**asked, **asdict(wanted)},
        about=("calendar",),
        private={"comment": reason},
    )
    kept, _hashed = eventlog.keep(db, None, order)
    later.enqueue(db, TOPIC, f"{by.id or 0}:{kept}:0")
    return count


def work(db: Session, reference: str) -> bool:
    """A portion of a change; what is left is put down for the next."""
    user, kept, after = reference.split(":")
    order = eventlog.contents(db, int(kept))
    choice, wanted = _read(order)
    by = actor(db, int(user))
    steps, school = looking.steps(db), calendars.school(db)
    rows = looking.tasks(db, steps, after=int(after), where=_where(choice), limit=PORTION)
    for change in sorted(_changes(rows, wanted, school), key=lambda one: one.instance_id):
        case = instances.lock(db, change.instance_id)
        task = due_dates.find(db, case.id, task_id=change.task_id)
        if task is not None and task.due_at == change.before:
            comment = order["reason"]
            due_dates.move(db, case, task, change.due, why=Why.CHANGE, by=by, comment=comment)
    if len(rows) == PORTION:
        later.enqueue(db, TOPIC, f"{user}:{kept}:{rows[-1].id}")
    return False


def _read(order: dict[str, Any]) -> tuple[Choice, Wanted]:
    told = order["choice"]
    subjects = told["subjects"]
    chosen = Choice(**{**told, "subjects": tuple(subjects) if subjects is not None else None})
    return chosen, Wanted(**order["wanted"])


def _check(wanted: Wanted) -> None:
    if bool(wanted.at) == bool(wanted.days):
        raise ChangeUnclear
    if abs(wanted.days) > MOST_DAYS:
        raise ChangeTooFar(most=MOST_DAYS)
    if wanted.at:
        try:
            far = abs(_moment(wanted.at) - clock.now()) > FURTHEST
        except (ValueError, OverflowError):
            raise ChangeUnclear from None
        if far:
            raise ChangeTooFar(most=MOST_DAYS)


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo is not None else at.replace(tzinfo=clock.zone())


def _where(choice: Choice) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_TASK.c.due_at.is_not(None)]
    if choice.definition:
        found.append(looking.in_definition(choice.definition))
    if choice.element:
        found.append(_TASK.c.element_id == choice.element)
    if choice.subjects is not None:
        found.append(_CASE.c.subject.in_(choice.subjects))
    if choice.first:
        found.append(_TASK.c.due_at >= _begins(_day(choice.first)))
    if choice.last:
        after = _day(choice.last) + timedelta(days=1)
        found.append(_TASK.c.due_at < _begins(after))
    return found


def _changes(rows: Sequence[Row], wanted: Wanted, school: calendars.School) -> list[Change]:
    calendar, found = school.calendar(), []
    for row in rows:
        at = _moment(wanted.at) if wanted.at else _shifted(row.due_at, wanted.days, calendar)
        if at is not None and at != row.due_at:
            due = Due(at.astimezone(UTC), school.number)
            found.append(Change(row.id, row.instance_id, row.title, row.name, row.due_at, due))
    return found


def _shifted(at: datetime | None, days: int, calendar: calendars.Calendar) -> datetime | None:
    if at is None:
        return None
    local = at.astimezone(clock.zone())
    try:
        day = calendar.shift(local.date(), days)
    except NoWorkingDay:
        return None
    return calendars.moment(day, local.time())


def _begins(day: date) -> datetime:
    return calendars.moment(day, time())


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise DayWrong from None
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise DayWrong
    return found
