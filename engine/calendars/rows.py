"""The school's own days and terms as rows, read once for each version of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendars.working import Calendar
from engine.college import units
from engine.handlers import RESOLVERS
from engine.models import CalendarDay, CalendarVersion, ProcessInstance, Term

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
SCHOOL: Final = ""
"""The campus that stands for the whole school."""


@dataclass(frozen=True, slots=True)
class School:
    """All days and terms of one version of the calendar."""

    number: int
    changed_at: datetime | None
    own: Mapping[str, Mapping[date, tuple[bool, str]]] = field(default_factory=dict)
    terms: tuple[tuple[str, date, int], ...] = ()

    def calendar(self, campus: str = SCHOOL) -> Calendar:
        """The working days of a campus: its own days go before those of the whole school."""
        own = self.own.get(SCHOOL, {})
        if campus and campus in self.own:
            own = {**own, **self.own[campus]}
        return Calendar(self.number, own)

    @property
    def has_campuses(self) -> bool:
        """Whether any campus differs from the others."""
        return any(self.own.keys() - {SCHOOL})

    def in_week(self, week: int, weekday: int, since: date) -> date | None:
        """That day of that teaching week: of the current term or the next one that has it."""
        for _name, first, weeks in self.terms:
            day = first + timedelta(days=7 * (week - 1) + weekday)
            if week <= weeks and day >= since:
                return day
        return None

    def week_of(self, day: date) -> tuple[str, int] | None:
        """The term and the teaching week of a day."""
        for name, first, weeks in self.terms:
            week = (day - first).days // 7 + 1
            if 1 <= week <= weeks:
                return name, week
        return None


_kept: WeakKeyDictionary[Any, School] = WeakKeyDictionary()


def school(db: Session) -> School:
    """The calendar as it stands now."""
    table = CalendarVersion.__table__
    newest = select(table.c.number, table.c.changed_at).order_by(table.c.number.desc()).limit(1)
    row = db.execute(newest).one_or_none()
    number, changed_at = (row.number, row.changed_at) if row is not None else (0, None)
    house = db.get_bind().engine
    kept = _kept.get(house)
    if kept is None or (kept.number, kept.changed_at) != (number, changed_at):
        kept = _kept[house] = _read(db, number, changed_at)
    return kept


def _read(db: Session, number: int, changed_at: datetime | None) -> School:
    own: dict[str, dict[date, tuple[bool, str]]] = {}
    days = CalendarDay.__table__
    for row in db.execute(select(days.c.campus, days.c.day, days.c.is_working, days.c.name)):
        own.setdefault(row.campus, {})[row.day] = (row.is_working, row.name)
    table = Term.__table__
    asked = select(table.c.name, table.c.first_monday, table.c.weeks)
    terms = db.execute(asked.order_by(table.c.first_monday))
    return School(number, changed_at, own, tuple((row[0], row[1], row[2]) for row in terms))


def campus_of(db: Session, subject: str | None, started_by: int | None) -> str:
    """The campus a case belongs to: that of its subject's unit, else of who began it."""
    for word, reference in (("subject.unit", subject), ("initiator.unit", started_by)):
        resolver = RESOLVERS.get(word)
        if resolver is None or not reference:
            continue
        unit_id = resolver(db, str(reference))
        found = units.campus(db, unit_id) if unit_id is not None else None
        if found is not None:
            return str(found.id)
    return SCHOOL


def campus_of_case(db: Session, instance_id: int) -> str:
    """The campus of a case, by its number."""
    table = ProcessInstance.__table__
    asked = select(table.c.subject, table.c.started_by).where(table.c.id == instance_id)
    row = db.execute(asked).one()
    return campus_of(db, row.subject, row.started_by)
