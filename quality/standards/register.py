"""The register of standards that units keep: which there are, whose, and when they are due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, insert, or_, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.college import parts
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import Unit, UnitAbove
from engine.people import Actor
from quality import pages
from quality.pages import Page
from quality.registers import rights
from quality.standards import catalogue, errors
from quality.standards.models import CollegeStandard, CollegeStandardVersion, StandardKind

NAME: Final = ("标准名称", 200)
_table, _version, _unit = (
    CollegeStandard.__table__,
    CollegeStandardVersion.__table__,
    Unit.__table__,
)


class Due(StrEnum):
    """Where a standard stands in its three years."""

    NONE = "none"
    OVER = "over"
    THIS_YEAR = "this_year"
    IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True)
class StandardRow:
    """A standard as lists show it; years are those of its newest version, 0 where none is."""

    id: int
    kind: StandardKind
    category: str
    name: str
    unit_id: int
    unit: str
    is_active: bool
    instance_id: int | None
    number: int
    first_year: int
    last_year: int

    @property
    def due(self) -> Due:
        """Whether it has to be revised."""
        this = clock.today().year
        if not self.number:
            return Due.NONE
        if self.last_year < this:
            return Due.OVER
        return Due.THIS_YEAR if self.last_year == this else Due.IN_FORCE

    @property
    def years(self) -> str:
        """The years of the newest version as people read them."""
        return f"{self.first_year}–{self.last_year}" if self.number else ""


def listed(  # noqa: PLR0913  (the filters of a list, all by keyword)
    db: Session,
    *,
    kind: str | None = None,
    category: str | None = None,
    unit_id: int | None = None,
    due: bool = False,
    retired: bool = False,
    text: str = "",
    after: int | None = None,
    limit: int = 50,
) -> Page[StandardRow]:
    """Standards in the order they were registered; of a unit and the units below it, if told."""
    wanted = _rows() if retired else _rows().where(_table.c.is_active)
    if kind is not None:
        wanted = wanted.where(_table.c.kind == kind)
    if category is not None:
        wanted = wanted.where(_table.c.category == category)
    if unit_id is not None:
        below = select(UnitAbove.unit_id).where(UnitAbove.above_id == unit_id)
        wanted = wanted.where(_table.c.unit_id.in_(below))
    if due:
        wanted = wanted.where(_is_due())
    if text.strip():
        wanted = wanted.where(_table.c.name.contains(text.strip(), autoescape=True))
    if after is not None:
        wanted = wanted.where(_table.c.id > after)
    limit = pages.clamp(limit)
    fetched = db.execute(wanted.order_by(_table.c.id).limit(limit + 1)).all()
    rows, following = pages.cut(fetched, limit, "id")
    return Page(tuple(_read(row) for row in rows), following)


def _is_due() -> ColumnElement[bool]:
    return or_(_table.c.version_number == 0, _version.c.last_year <= clock.today().year)


def units(db: Session) -> list[tuple[int, str]]:
    """The units that keep standards, by name: for a filter."""
    keeping = select(_table.c.unit_id).where(_table.c.is_active)
    wanted = select(_unit.c.id, _unit.c.name).where(_unit.c.id.in_(keeping))
    ordered = wanted.order_by(_unit.c.position, _unit.c.id).limit(pages.MOST)
    return [(row.id, row.name) for row in db.execute(ordered)]


def one(db: Session, standard_id: int) -> StandardRow:
    """A standard. Raises `NotFound`."""
    row = db.execute(_rows().where(_table.c.id == standard_id)).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


def create(
    db: Session, kind: StandardKind, name: str, unit_id: int, *, by: Actor, category: str = ""
) -> int:
    """Register a standard of a unit. Returns its id.

    Raises `MayNotKeep`, `CategoryUnknown`, `StandardThere`.
    """
    rights.require(db, by, unit_id)
    row = _checked(db, kind, name, unit_id, category, None) | {"kind": kind.value}
    row |= {"unit_id": unit_id, "is_active": True, "version_number": 0}
    made: int = db.execute(insert(_table).returning(_table.c.id), row).scalar_one()
    asked = {"standard": made, "kind": kind.value, "name": row["name"], "unit": unit_id}
    about = (f"standard:{made}", f"unit:{unit_id}")
    eventlog.record(db, Kind.STANDARD_CREATED, by=by.mark, asked=asked, about=about)
    return made


def change(
    db: Session, standard_id: int, *, by: Actor, name: str, category: str, is_active: bool
) -> bool:
    """Rename a standard, move it to a category, retire it. Returns whether anything differed."""
    here = select(_table).where(_table.c.id == standard_id).with_for_update()
    before = db.execute(here).one_or_none()
    if before is None:
        raise NotFound
    rights.require(db, by, before.unit_id)
    kind = StandardKind(before.kind)
    row = _checked(db, kind, name, before.unit_id, category, standard_id)
    row["is_active"] = is_active
    changed = eventlog.differences(before, row)
    if not changed:
        return False
    if before.instance_id is not None:
        raise errors.StandardBusy(name=before.name)
    db.execute(update(_table).where(_table.c.id == standard_id).values(row))
    asked, about = {"standard": standard_id, "changed": changed}, (f"standard:{standard_id}",)
    eventlog.record(db, Kind.STANDARD_CHANGED, by=by.mark, asked=asked, about=about)
    return True


def _checked(
    db: Session, kind: StandardKind, name: str, unit_id: int, category: str, but: int | None
) -> dict[str, Any]:
    name = parts.text(NAME[0], name, NAME[1])
    if kind is StandardKind.BASIC:
        category = ""
    elif category not in catalogue.categories():
        raise errors.CategoryUnknown
    if db.get(Unit, unit_id) is None:
        raise NotFound
    same = select(_table.c.id).where(
        _table.c.unit_id == unit_id,
        _table.c.kind == kind,
        _table.c.name == name,
        _table.c.id != (but or 0),
    )
    if db.execute(same.limit(1)).first() is not None:
        raise errors.StandardThere(name=name)
    return {"name": name, "category": category}


def lay(db: Session, *, by: Actor) -> tuple[int, tuple[str, ...]]:
    """Register the basic standards of the catalogue that are not there, in use or retired.

    Returns how many, and the names of the departments that there are none of.
    """
    known = set(
        db.execute(select(_table.c.name).where(_table.c.kind == StandardKind.BASIC)).scalars()
    )
    leads = catalogue.basic()
    named = _units_called(db, leads)
    added = 0
    for lead, names in leads.items():
        for name in names if lead in named else ():
            if name not in known:
                create(db, StandardKind.BASIC, name, named[lead], by=by)
                added += 1
    return added, tuple(lead for lead in leads if lead not in named)


def _units_called(db: Session, names: Collection[str]) -> dict[str, int]:
    wanted = select(_unit.c.name, _unit.c.id).where(
        _unit.c.name.in_(names), _unit.c.until.is_(None)
    )
    return {row.name: row.id for row in db.execute(wanted.order_by(_unit.c.id.desc()))}


def _rows() -> Select[Any]:
    newest = (_version.c.standard_id == _table.c.id) & (
        _version.c.number == _table.c.version_number
    )
    return (
        select(
            _table,
            _unit.c.name.label("unit"),
            _version.c.first_year,
            _version.c.last_year,
        )
        .join(_unit, _unit.c.id == _table.c.unit_id)
        .join(_version, newest, isouter=True)
    )


def _read(row: Row[Any]) -> StandardRow:
    return StandardRow(
        id=row.id,
        kind=StandardKind(row.kind),
        category=row.category,
        name=row.name,
        unit_id=row.unit_id,
        unit=row.unit,
        is_active=row.is_active,
        instance_id=row.instance_id,
        number=row.version_number,
        first_year=row.first_year or 0,
        last_year=row.last_year or 0,
    )
