"""From a due rule to a moment; what it needs and nobody has said yet is told in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from engine import clock
from engine.bpmn import dialect
from engine.bpmn.dialect import DueKind, DueRule
from engine.bpmn.timers import TimerError
from engine.calendars import rows
from engine.calendars.rows import School
from engine.calendars.working import Calendar, NoWorkingDay
from engine.handlers import DATES
from engine.models import ClockStop, UserTask

END_OF_DAY: Final = time(18)
"""When a day ends for work, where a rule names no time."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time for which the clock of a case stood still, or still stands."""

    began: datetime
    ended: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The case a deadline is for. `variables` are read only if the rule refers to them."""

    instance_id: int
    subject: str | None = None
    started_by: int | None = None
    variables: Callable[[], Mapping[str, Any]] = dict
    known: Known | None = None


@dataclass(slots=True)
class Known:
    """What many deadlines at a time are computed from, asked for once; `spans` by case."""

    school: School
    spans: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    campuses: dict[tuple[str | None, int | None], str] = field(default_factory=dict)
    dates: dict[tuple[Any, ...], date | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """A moment, its calendar, and whether that is provisional; or why there is none."""

    at: datetime | None = None
    calendar: int = 0
    is_provisional: bool = False
    sentence: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def words(self) -> dict[str, Any]:
        """As the log keeps it: the number of the calendar, and whether it may still change."""
        return {"calendar": self.calendar, "provisional": self.is_provisional}


NONE: Final = Due()
"""No deadline was asked for."""


class _Missing(Exception):
    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


def due(db: Session, written: str, now: datetime, asked: Asked) -> Due:
    """When a step that opens now is due. Never raises: what is missing comes back in words."""
    try:
        rule = dialect.due(written)
    except TimerError as problem:
        return Due(sentence=problem.sentence, values=problem.values)
    if rule.kind is DueKind.ISO:
        at = rule.due(now)
        return Due(_stood(db, at, now, asked) if rule.is_absolute else at)
    school = asked.known.school if asked.known is not None else rows.school(db)
    calendar = _calendar(db, school, asked)
    try:
        first, day = _day(db, school, calendar, rule, now, asked)
    except _Missing as gap:
        return Due(None, school.number, sentence=gap.sentence, values=gap.values)
    except NoWorkingDay as problem:
        return Due(None, school.number, sentence=problem.sentence, values=problem.values)
    at = day if isinstance(day, datetime) else moment(day, rule.at or END_OF_DAY)
    counted = bool(rule.days) and calendar.is_provisional(min(first, local(at)), local(at))
    if rule.is_absolute:
        at = _stood(db, at, now, asked)
    return Due(at, school.number, counted)


def local(at: datetime) -> date:
    """The day it is at the school at this moment."""
    return at.astimezone(clock.zone()).date()


def moment(day: date, at: time) -> datetime:
    """A time of a day at the school, in UTC."""
    return datetime.combine(day, at, clock.zone()).astimezone(UTC)


def _calendar(db: Session, school: School, asked: Asked) -> Calendar:
    if not school.has_campuses:
        return school.calendar()
    whose = (asked.subject, asked.started_by)
    campuses = asked.known.campuses if asked.known is not None else {}
    if whose not in campuses:
        campuses[whose] = rows.campus_of(db, *whose)
    return school.calendar(campuses[whose])


def _day(
    db: Session, school: School, calendar: Calendar, rule: DueRule, now: datetime, asked: Asked
) -> tuple[date, date | datetime]:
    """The day from which is counted, and the day it is due."""
    today = local(now)
    if rule.kind is DueKind.WORKING_DAYS:
        return today, calendar.shift(today, rule.days)
    if rule.kind is DueKind.WEEK:
        found = school.in_week(rule.week, rule.weekday, today)
        if found is None:
            message = "期限“{rule}”：学期表里没有还没过的第 {week} 教学周。请在“学期”里登记新学期。"
            raise _Missing(message, rule=rule.text, week=rule.week)
        return today, found
    named = _named(db, rule, asked, today)
    if isinstance(named, datetime) and not rule.days and rule.at is None:
        return today, named
    base = local(named) if isinstance(named, datetime) else named
    return base, calendar.shift(base, rule.days)


def _named(db: Session, rule: DueRule, asked: Asked, today: date) -> date | datetime:
    if rule.kind is DueKind.CYCLE:
        day = _of_year(db, rule.key, asked, today)
        if day is None:
            message = "期限“{rule}”：年度日期里没有“{key}”。请在“年度日期”里填写。"
            raise _Missing(message, rule=rule.text, key=rule.key)
        return day
    value = asked.variables().get(rule.key)
    if value in (None, ""):
        message = "期限“{rule}”：表单的“{key}”还没有填写。填写后会自动算出期限。"
        raise _Missing(message, rule=rule.text, key=rule.key)
    try:
        return _written(str(value))
    except (ValueError, OverflowError):
        message = "期限“{rule}”：表单的“{key}”填的“{value}”不是日期。"
        shown = str(value)[:60]
        raise _Missing(message, rule=rule.text, key=rule.key, value=shown) from None


def _of_year(db: Session, key: str, asked: Asked, today: date) -> date | None:
    resolver, variables = DATES.get("cycle"), asked.variables()
    if resolver is None:
        return None
    dates = asked.known.dates if asked.known is not None else {}
    same = (key, str(variables.get("year")), str(variables.get("period")), today)
    if same not in dates:
        dates[same] = resolver(db, key, variables, today)
    return dates[same]


def _written(text: str) -> date | datetime:
    try:
        found: date | datetime = date.fromisoformat(text)
    except ValueError:
        at = datetime.fromisoformat(text)
        found = (at if at.tzinfo else at.replace(tzinfo=clock.zone())).astimezone(UTC)
    if not rows.FIRST_YEAR <= found.year <= rows.LAST_YEAR:
        raise ValueError(text)
    return found


def _stood(db: Session, at: datetime, now: datetime, asked: Asked) -> datetime:
    """A date that was named, later by the time for which the clock of the case stood still."""
    known = asked.known.spans if asked.known is not None else spans(db, [asked.instance_id])
    stood = stood_still(known.get(asked.instance_id, ()), now)
    if not stood:
        return at
    later = at + stood
    school = asked.known.school if asked.known is not None else rows.school(db)
    calendar = _calendar(db, school, asked)
    try:
        day = calendar.next_working(local(later))
    except NoWorkingDay:
        return later
    return later + timedelta(days=(day - local(later)).days)


def spans(db: Session, instance_ids: Sequence[int]) -> dict[int, list[Span]]:
    """When the clocks of these cases stood still: returned for rework, or suspended."""
    tasks, stops = UserTask.__table__, ClockStop.__table__
    returned = select(
        tasks.c.instance_id, tasks.c.opened_at, tasks.c.completed_at, literal("returned")
    ).where(tasks.c.instance_id.in_(instance_ids), tasks.c.returned)
    stopped = select(stops.c.instance_id, stops.c.began_at, stops.c.ended_at, stops.c.why).where(
        stops.c.instance_id.in_(instance_ids)
    )
    found: dict[int, list[Span]] = {}
    for asked in (returned, stopped):
        for instance_id, began, ended, why in db.execute(asked):
            found.setdefault(instance_id, []).append(Span(began, ended, why))
    return found


def stood_still(stops: Sequence[Span], until: datetime, since: datetime | None = None) -> timedelta:
    """For how long a clock stood still up to a moment; spans that overlap count once."""
    total, reached = timedelta(), since
    for span in sorted(stops, key=lambda span: span.began):
        start = span.began if reached is None else max(span.began, reached)
        end = min(span.ended or until, until)
        if end > start:
            total += end - start
            reached = end
    return total
