"""The year of the quality cycle (诊改年度): its named dates, which due rules call `cycle:KEY`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import yaml
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, permissions
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.forms import texts
from engine.people import Actor
from engine.permissions import Action
from engine.sentence import Sentence
from quality.foundation import CATALOG
from quality.models import CycleDate, CycleYear

FIRST_YEAR: Final = 2010
LAST_YEAR: Final = 2100
MOST_DATES: Final = 60
MOST_NAME: Final = 100
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_WRITTEN_YEAR: Final = re.compile(r"(20[0-9]{2})", re.ASCII)
_YEARS: Final = CycleYear.__table__
_DATES: Final = CycleDate.__table__


class YearWrong(Refused):
    """A year of four digits."""

    sentence = "请填写 {first} 到 {last} 之间的年份。"


class YearTaken(Refused):
    """The year was opened before."""

    sentence = "{year} 年度已经开启，请直接修改它的日期。"


class YearUnnamed(Refused):
    """A year has a name."""

    sentence = "请写明年度的名称，最多 {most} 个字。"


class DateNotFitting(Refused):
    """A named date cannot be kept as typed."""

    sentence = "第 {number} 行：{problem}"


class TooManyDates(Refused):
    """The list of dates is bounded."""

    sentence = "一个年度最多 {most} 个日期。"


@dataclass(frozen=True, slots=True)
class Named:
    """A date of the year by name; None where nobody has said yet."""

    key: str
    name: str
    day: date | None


@cache
def catalogue() -> tuple[Mapping[str, Any], ...]:
    """The dates that a year begins with."""
    return tuple(yaml.safe_load((CATALOG / "cycle.yaml").read_bytes()))


def years(db: Session) -> list[tuple[int, str]]:
    """The years that were opened, the newest first, with their names."""
    asked = select(_YEARS.c.year, _YEARS.c.name).order_by(_YEARS.c.year.desc())
    return [(row.year, row.name) for row in db.execute(asked)]


def dates(db: Session, year: int) -> tuple[Named, ...]:
    """The dates of a year in the order of time, then those of the catalogue without a day."""
    asked = select(_DATES.c.key, _DATES.c.name, _DATES.c.day).where(_DATES.c.year == year)
    found = [Named(*row) for row in db.execute(asked.order_by(_DATES.c.day, _DATES.c.key))]
    known = {one.key for one in found}
    open_ = [Named(one["key"], one["name"], None) for one in catalogue()]
    return (*found, *(one for one in open_ if one.key not in known))


def proposed(db: Session, year: int) -> tuple[Named, ...]:
    """Dates to begin a year with: those of the year before, a year later, else the catalogue's."""
    last = {one.key: one for one in dates(db, year - 1) if one.day is not None}
    if last:
        kept = [Named(one.key, one.name, _a_year_later(one.day)) for one in last.values()]
        more = [Named(one["key"], one["name"], None) for one in catalogue()]
        return (*kept, *(one for one in more if one.key not in last))
    return tuple(Named(one["key"], one["name"], _usual(year, one)) for one in catalogue())


def _a_year_later(day: date | None) -> date | None:
    if day is None:
        return None
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)


def _usual(year: int, told: Mapping[str, Any]) -> date | None:
    if "month" not in told:
        return None
    return date(year + int(told.get("years", 0)), told["month"], told["day"])


def save(
    db: Session,
    year: int,
    *,
    by: Actor,
    name: str,
    rows: Sequence[Mapping[str, str]],
    is_new: bool = False,
) -> None:
    """Open a year, or change its dates: rows of `key`, `name` and `day`; without a day they go.

    Raises `YearWrong`, `YearTaken`, `YearUnnamed`, `DateNotFitting`, `TooManyDates`.
    """
    permissions.require(by, Action.CALENDAR_EDIT)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise YearWrong(first=FIRST_YEAR, last=LAST_YEAR)
    standing = db.execute(select(_YEARS.c.name).where(_YEARS.c.year == year)).scalar_one_or_none()
    if is_new and standing is not None:
        raise YearTaken(year=year)
    if not is_new and standing is None:
        raise NotFound
    name = texts.kept(name, 5_000).strip()
    if not name or len(name) > MOST_NAME:
        raise YearUnnamed(most=MOST_NAME)
    read = _read(year, rows)
    told = {one.key: [one.name, str(one.day)] for one in read}
    asked = {"year": year, "name": name, "dates": told, "opened": is_new}
    eventlog.record(db, Kind.CYCLE_CHANGED, by=by.mark, asked=asked, about=(f"cycle:{year}",))
    if is_new:
        row = {"year": year, "name": name, "opened_at": clock.now()}
        db.execute(insert(_YEARS), row)
    else:
        db.execute(update(_YEARS).where(_YEARS.c.year == year).values(name=name))
    db.execute(delete(_DATES).where(_DATES.c.year == year))
    if read:
        kept = [{"year": year, "key": one.key, "name": one.name, "day": one.day} for one in read]
        db.execute(insert(_DATES), kept)


def _read(year: int, rows: Sequence[Mapping[str, str]]) -> list[Named]:
    if len(rows) > MOST_DATES:
        raise TooManyDates(most=MOST_DATES)
    found: dict[str, Named] = {}
    for number, row in enumerate(rows, start=1):
        key, name, day = (str(row.get(part, "")).strip() for part in ("key", "name", "day"))
        if not day and (not key or any(one["key"] == key for one in catalogue())):
            continue
        if not _KEY.fullmatch(key):
            problem = "代码只能用小写字母、数字和下划线，并以字母开头。"
            raise DateNotFitting(number=number, problem=problem)
        if key in found:
            raise DateNotFitting(number=number, problem=Sentence("代码“{key}”写了两次。", key=key))
        name = texts.kept(name, 5_000)
        if not name or len(name) > MOST_NAME:
            raise DateNotFitting(number=number, problem="请写明名称。")
        try:
            when = date.fromisoformat(day)
        except ValueError:
            raise DateNotFitting(number=number, problem="请填写日期。") from None
        if not year - 1 <= when.year <= year + 2:
            sentence = "日期要在 {first} 年到 {last} 年之间。"
            problem = Sentence(sentence, first=year - 1, last=year + 2)
            raise DateNotFitting(number=number, problem=problem)
        found[key] = Named(key, name, when)
    return list(found.values())


def named(db: Session, key: str, variables: Mapping[str, Any], today: date) -> date | None:
    """The date that `cycle:KEY` means for a case: of its year or period, else of the current year.

    The current year is the newest that was opened and has begun; before all, the first one.
    """
    year = _year_of(variables) or _current(db, today)
    asked = select(_DATES.c.day).where(_DATES.c.year == year, _DATES.c.key == key)
    return db.execute(asked).scalar_one_or_none() if year is not None else None


def _year_of(variables: Mapping[str, Any]) -> int | None:
    for word in ("year", "period"):
        found = _WRITTEN_YEAR.match(str(variables.get(word) or ""))
        if found is not None:
            return int(found[1])
    return None


def _current(db: Session, today: date) -> int | None:
    opened = sorted(year for year, _name in years(db))
    begun = [year for year in opened if year <= today.year]
    return begun[-1] if begun else (opened[0] if opened else None)


def names(db: Session) -> Sequence[str]:
    """The keys of all named dates that any year has."""
    return db.execute(select(_DATES.c.key).distinct()).scalars().all()


def named_dates(db: Session) -> list[tuple[str, str]]:
    """Every date of the catalogue and of the years by key and name, as a designer chooses."""
    found = {one["key"]: one["name"] for one in catalogue()}
    rows = db.execute(select(_DATES.c.key, _DATES.c.name).order_by(_DATES.c.year))
    return list((found | {row.key: row.name for row in rows}).items())
