"""The points of each year's work: the school's (党政工作要点), and each unit's plan (工作计划)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.orm import Session

from engine import eventlog
from engine.college import parts
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.models import Unit
from engine.people import Actor
from engine.sentence import Sentence
from quality.registers import errors, rights
from quality.registers.models import WorkPoint
from quality.registers.plans import FIRST_YEAR, LAST_YEAR

MOST: Final = 200
"""Points of one unit, or of the school, in one year."""
MOST_LISTED: Final = 2_000
NAME: Final = ("工作要点", 500)
NUMBER: Final = ("序号", 20)
# written without the signs themselves: one to ten, the marks after a number, 年 月 日 个 项
_NUMERAL: Final = r"[0-9]{1,3}|[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}"
_MARK: Final = r"[.\u3001\uff0e)\uff09]"
_NUMBERED: Final = re.compile(
    rf"(?:(?P<plain>[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{1,3}}|[0-9]{{1,3}}(?={_MARK}"
    r"|\s+[^\s\u5e74\u6708\u65e5\u4e2a\u9879]))"
    rf"{_MARK}?|(?P<chinese>{_NUMERAL})\u3001"
    rf"|[(\uff08](?P<inside>{_NUMERAL})[)\uff09])\s*(?P<name>[^\d\s%].*)",
    re.DOTALL,
)
_table = WorkPoint.__table__


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point of a year's work; `unit` is empty for the school's."""

    id: int
    year: int
    unit_id: int | None
    unit: str
    number: str
    name: str
    is_active: bool


def years(db: Session) -> list[int]:
    """The years that have points, the newest first."""
    found = select(_table.c.year).distinct().order_by(_table.c.year.desc())
    return list(db.execute(found.limit(LAST_YEAR - FIRST_YEAR)).scalars())


def owners(db: Session, year: int) -> list[tuple[int | None, str, int]]:
    """Whose points there are in a year, with how many in use: the school's first."""
    unit = Unit.__table__
    count = func.count().filter(_table.c.is_active)
    wanted = (
        select(_table.c.unit_id, unit.c.name, count)
        .join(unit, unit.c.id == _table.c.unit_id, isouter=True)
        .where(_table.c.year == year)
        .group_by(_table.c.unit_id, unit.c.name, unit.c.position)
        .order_by(unit.c.position, _table.c.unit_id)
        .limit(MOST_LISTED)
    )
    found = [(row[0], row[1] or "", row[2]) for row in db.execute(wanted)]
    return sorted(found, key=lambda one: one[0] is not None)


def listed(
    db: Session, year: int, unit_id: int | None, *, retired: bool = False
) -> tuple[PointRow, ...]:
    """The points of a year of one unit, or of the school, in the order they were entered."""
    here = _rows().where(_table.c.year == year, _table.c.unit_id.is_not_distinct_from(unit_id))
    wanted = here if retired else here.where(_table.c.is_active)
    return tuple(_read(row) for row in db.execute(wanted.order_by(_table.c.id).limit(MOST_LISTED)))


def one(db: Session, point_id: int) -> PointRow:
    """A point. Raises `NotFound`."""
    row = db.execute(_rows().where(_table.c.id == point_id)).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


def read(line: str) -> tuple[str, str]:
    """The number in front of a line, if it has one, and the rest: 3.1 推进产教融合. Pure."""
    found = _NUMBERED.fullmatch(line.strip())
    if found is None:
        return "", line.strip()
    number = found["plain"] or found["chinese"] or found["inside"]
    return number, found["name"].strip()


def add(
    db: Session, year: int, unit_id: int | None, lines: Sequence[str], *, by: Actor
) -> list[int]:
    """Enter points, one a line; all of them or none. Returns the ids.

    Raises `MayNotKeep`, `YearsWrong`, `NoLines`, `TooManyLines`, `LineWrong`.
    """
    rights.require(db, by, unit_id)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise errors.YearsWrong(first=FIRST_YEAR, last=LAST_YEAR)
    if unit_id is not None and db.get(Unit, unit_id) is None:
        raise NotFound
    there = {row.name for row in listed(db, year, unit_id)}
    rows = _checked(lines, there)
    if not rows:
        raise errors.NoLines
    if len(there) + len(rows) > MOST:
        raise errors.TooManyLines(most=MOST, count=len(there) + len(rows))
    put = [{"year": year, "unit_id": unit_id, "is_active": True, **row} for row in rows]
    added = insert(_table).returning(_table.c.id, sort_by_parameter_order=True)
    ids = list(db.execute(added, put).scalars())
    told = [[point, row["number"], row["name"]] for point, row in zip(ids, rows, strict=True)]
    asked = {"year": year, "unit": unit_id, "points": told}
    about = (f"unit:{unit_id}",) if unit_id is not None else ()
    eventlog.record(db, Kind.WORK_POINTS_ADDED, by=by.mark, asked=asked, about=about)
    return ids


def _checked(lines: Sequence[str], there: set[str]) -> list[dict[str, str]]:
    """Each line as a row. Raises `LineWrong` for the first that cannot be kept."""
    rows, known = [], set(there)
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        number, name = read(line)
        try:
            name = parts.text(NAME[0], name, NAME[1])
        except Refused as refusal:
            raise errors.LineWrong(number=place, problem=_said(refusal)) from None
        if name in known:
            raise errors.LineWrong(number=place, problem=_said(errors.PointThere(name=name)))
        known.add(name)
        rows.append({"number": number, "name": name})
    return rows


def _said(refusal: Refused) -> Sentence:
    return Sentence(refusal.sentence, **refusal.values)


def change(
    db: Session, point_id: int, *, by: Actor, number: str, name: str, is_active: bool
) -> bool:
    """Change a point, or retire it. Returns whether anything differed. Raises `PointThere`."""
    here = select(_table).where(_table.c.id == point_id).with_for_update()
    before = db.execute(here).one_or_none()
    if before is None:
        raise NotFound
    rights.require(db, by, before.unit_id)
    row = {
        "number": parts.text(NUMBER[0], number, NUMBER[1], needed=False),
        "name": parts.text(NAME[0], name, NAME[1]),
        "is_active": is_active,
    }
    changed = eventlog.differences(before, row)
    if not changed:
        return False
    others = listed(db, before.year, before.unit_id)
    if is_active and any(one.name == row["name"] and one.id != point_id for one in others):
        raise errors.PointThere(name=row["name"])
    db.execute(update(_table).where(_table.c.id == point_id).values(row))
    asked, about = {"point": point_id, "changed": changed}, (f"work_point:{point_id}",)
    eventlog.record(db, Kind.WORK_POINT_CHANGED, by=by.mark, asked=asked, about=about)
    return True


def _rows() -> Select[Any]:
    unit = Unit.__table__
    named = select(_table, unit.c.name.label("unit"))
    return named.join(unit, unit.c.id == _table.c.unit_id, isouter=True)


def _read(row: Row[Any]) -> PointRow:
    return PointRow(
        row.id, row.year, row.unit_id, row.unit or "", row.number, row.name, row.is_active
    )
