"""Changing the calendar: days that differ, by campus, and terms; each change is an entry."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, permissions
from engine.calendars import rows, state
from engine.calendars.rows import SCHOOL
from engine.college import kinds
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.forms import texts
from engine.models import CalendarDay, CalendarVersion, Term, Unit
from engine.people import Actor
from engine.permissions import Action

MOST_DAYS: Final = 366
MOST_NAME: Final = 100
MOST_WEEKS: Final = 30
MOST_TERMS: Final = 200
_DAYS: Final = CalendarDay.__table__
_TERMS: Final = Term.__table__
_VERSIONS: Final = CalendarVersion.__table__


class SpanUnread(Refused):
    """A day was not given, or there is no such day."""

    sentence = "请填写从哪天到哪天，写成 2027-01-20 这样的日期。"


class SpanWrong(Refused):
    """The days do not follow one another, or are too many or too far."""

    sentence = "请填写从哪天到哪天，最多 {most} 天，在 {first} 年到 {last} 年之间。"


class DayUnnamed(Refused):
    """A day that differs says why."""

    sentence = "请写明是什么日子，例如“寒假”“运动会”，最多 {most} 个字。"


class NoSuchCampus(Refused):
    """Only campuses have days of their own."""

    sentence = "没有这个校区。"


class TermUnnamed(Refused):
    """A term needs a name."""

    sentence = "请写明学期的名称，最多 {most} 个字。"


class TermNotMonday(Refused):
    """Teaching week 1 begins on a Monday."""

    sentence = "{day}不是星期一。第 1 教学周从星期一开始。"


class TermWithoutMonday(Refused):
    """A term begins on some day."""

    sentence = "请填写第 1 教学周的星期一是哪天。"


class TermWeeks(Refused):
    """A term has a bounded number of weeks."""

    sentence = "一个学期有 1 到 {most} 个教学周。"


class TermOverlaps(Refused):
    """Two terms at once would make a teaching week two weeks."""

    sentence = "与“{name}”（从{day}起 {weeks} 周）重叠了。"


class TermTaken(Refused):
    """There is a term of this name."""

    sentence = "已经有名为“{name}”的学期。"


class TooManyTerms(Refused):
    """The list of terms is bounded."""

    sentence = "最多登记 {most} 个学期。"


def set_days(
    db: Session,
    first: date,
    last: date,
    *,
    by: Actor,
    is_working: bool,
    name: str,
    campus: str = SCHOOL,
) -> int:
    """Let the days of a span be worked, or free, for a reason. Returns how many they are.

    Raises `SpanWrong`, `DayUnnamed`, `NoSuchCampus`, and `NoWorkingDay` where none would be left.
    """
    permissions.require(by, Action.CALENDAR_EDIT)
    days = _span(first, last)
    name = texts.kept(name, 5_000).strip()
    if not name or len(name) > MOST_NAME:
        raise DayUnnamed(most=MOST_NAME)
    _require_campus(db, campus)
    asked = {"campus": campus, "first": str(first), "last": str(last)}
    _record(db, {**asked, "is_working": is_working, "name": name}, by)
    _forget(db, campus, first, last)
    told = [{"campus": campus, "day": day, "is_working": is_working, "name": name} for day in days]
    db.execute(insert(_DAYS), told)
    number = _next(db)
    rows.school(db).calendar(campus).shift(first - timedelta(days=1), 1)
    return number


def clear_days(db: Session, first: date, last: date, *, by: Actor, campus: str = SCHOOL) -> int:
    """Let the days of a span be again what the State's calendar (or the school's) says."""
    permissions.require(by, Action.CALENDAR_EDIT)
    _span(first, last)
    _require_campus(db, campus)
    asked = {"campus": campus, "first": str(first), "last": str(last), "cleared": True}
    _record(db, asked, by)
    _forget(db, campus, first, last)
    return _next(db)


def _span(first: date, last: date) -> list[date]:
    count = (last - first).days + 1
    this = clock.today().year
    years = (this - 1, this + 10)
    if not 1 <= count <= MOST_DAYS or not years[0] <= first.year <= last.year <= years[1]:
        raise SpanWrong(most=MOST_DAYS, first=years[0], last=years[1])
    return [first + timedelta(days=number) for number in range(count)]


def _require_campus(db: Session, campus: str) -> None:
    if campus != SCHOOL and campus not in campuses(db):
        raise NoSuchCampus


def campuses(db: Session) -> dict[str, str]:
    """The campuses there are: name by the key under which their days stand."""
    asked = select(Unit.id, Unit.name).where(Unit.kind == kinds.CAMPUS, Unit.until.is_(None))
    return {str(row.id): row.name for row in db.execute(asked.order_by(Unit.position, Unit.id))}


def _forget(db: Session, campus: str, first: date, last: date) -> None:
    mine = (_DAYS.c.campus == campus) & _DAYS.c.day.between(first, last)
    db.execute(delete(_DAYS).where(mine))


def _record(db: Session, asked: dict[str, Any], by: Actor) -> None:
    eventlog.record(db, Kind.CALENDAR_CHANGED, by=by.mark, asked=asked, about=("calendar",))


def _next(db: Session) -> int:
    """Number the calendar anew; the entry just written keeps others from doing so meanwhile."""
    number = int(db.execute(select(func.coalesce(func.max(_VERSIONS.c.number), 0))).scalar_one())
    row = {
        "number": number + 1,
        "changed_at": clock.now(),
        "state_days": state.fingerprint(state.announced_until()),
        "announced_until": state.announced_until(),
    }
    db.execute(insert(_VERSIONS), row)
    return number + 1


def save_term(
    db: Session,
    *,
    by: Actor,
    name: str,
    first_monday: date,
    weeks: int,
    term_id: int | None = None,
) -> None:
    """Add a term, or change one. Raises `TermNotMonday` and the other refusals above."""
    permissions.require(by, Action.CALENDAR_EDIT)
    standing = db.execute(select(_TERMS)).all()
    before = next((row for row in standing if row.id == term_id), None)
    if term_id is not None and before is None:
        raise NotFound
    name = _term(name, first_monday, weeks)
    others = [row for row in standing if row.id != term_id]
    if len(others) >= MOST_TERMS:
        raise TooManyTerms(most=MOST_TERMS)
    if any(row.name == name for row in others):
        raise TermTaken(name=name)
    end = first_monday + timedelta(weeks=weeks)
    for row in others:
        if first_monday < row.first_monday + timedelta(weeks=row.weeks) and row.first_monday < end:
            raise TermOverlaps(name=row.name, day=row.first_monday, weeks=row.weeks)
    values = {"name": name, "first_monday": first_monday, "weeks": weeks}
    asked = {"name": name, "first_monday": str(first_monday), "weeks": weeks}
    was = {"was": before.name} if before is not None and before.name != name else {}
    _record_term(db, asked | was, by)
    if before is None:
        db.execute(insert(_TERMS), values)
    else:
        db.execute(update(_TERMS).where(_TERMS.c.id == term_id).values(values))
    _next(db)


def remove_term(db: Session, term_id: int, *, by: Actor) -> None:
    """Take a term away; deadlines that were computed from it stay."""
    permissions.require(by, Action.CALENDAR_EDIT)
    asked = select(_TERMS.c.name).where(_TERMS.c.id == term_id)
    name = db.execute(asked).scalar_one_or_none()
    if name is None:
        raise NotFound
    _record_term(db, {"name": name, "removed": True}, by)
    db.execute(delete(_TERMS).where(_TERMS.c.id == term_id))
    _next(db)


def _term(name: str, first_monday: date, weeks: int) -> str:
    name = texts.kept(name, 5_000).strip()
    if not name or len(name) > MOST_NAME:
        raise TermUnnamed(most=MOST_NAME)
    years = (rows.FIRST_YEAR, rows.LAST_YEAR)
    if not years[0] <= first_monday.year <= years[1]:
        raise SpanWrong(most=MOST_DAYS, first=years[0], last=years[1])
    if first_monday.weekday():
        raise TermNotMonday(day=first_monday)
    if not 1 <= weeks <= MOST_WEEKS:
        raise TermWeeks(most=MOST_WEEKS)
    return name


def _record_term(db: Session, asked: dict[str, Any], by: Actor) -> None:
    eventlog.record(db, Kind.TERM_CHANGED, by=by.mark, asked=asked, about=("calendar",))


def notice(db: Session, *, by: Actor) -> tuple[int, ...] | None:
    """Look whether the library knows the State's days otherwise than when it was last asked.

    Returns None where nothing changed, else the years that became announced: () for a change of
    days that were announced before.
    """
    newest = select(_VERSIONS).order_by(_VERSIONS.c.number.desc()).limit(1)
    row = db.execute(newest).one_or_none()
    until = state.announced_until()
    if row is None:
        _next(db)
        return None
    same = row.state_days == state.fingerprint(min(row.announced_until, until))
    if same and row.announced_until == until:
        return None
    years = tuple(range(row.announced_until + 1, until + 1)) if same else ()
    _record(db, {"library": True, "years": list(years)}, by)
    _next(db)
    return years
