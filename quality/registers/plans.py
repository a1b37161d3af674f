"""The school's plans (学校规划) with their sub-plans: where the goals of which kinds come from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.orm import Session, aliased

from engine import eventlog
from engine.college import parts
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import Unit
from engine.people import Actor
from quality import kinds
from quality.registers import errors, rights
from quality.registers.models import SchoolPlan

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
MOST: Final = 500
NAME: Final = ("规划名称", 200)
_table = SchoolPlan.__table__


@dataclass(frozen=True, slots=True)
class Given:
    """What is said of a plan."""

    name: str
    first_year: int
    last_year: int
    parent_id: int | None = None
    unit_id: int | None = None
    kinds: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as lists show it, with the plan above it and the unit in charge by name."""

    id: int
    name: str
    first_year: int
    last_year: int
    parent_id: int | None
    parent: str
    unit_id: int | None
    unit: str
    kinds: tuple[str, ...]
    is_active: bool

    @property
    def years(self) -> str:
        """Its years as people read them."""
        return f"{self.first_year}–{self.last_year}"


def listed(db: Session, *, retired: bool = False) -> tuple[PlanRow, ...]:
    """The plans, the newest first, each followed by its sub-plans."""
    wanted = _rows() if retired else _rows().where(_table.c.is_active)
    newest = wanted.order_by(_table.c.first_year.desc(), _table.c.id).limit(MOST)
    rows = [_read(row) for row in db.execute(newest)]
    there = {row.id for row in rows}
    under: dict[int, list[PlanRow]] = {}
    for row in rows:
        if row.parent_id in there:
            under.setdefault(row.parent_id or 0, []).append(row)
    tops = (row for row in rows if row.parent_id not in there)
    return tuple(one for top in tops for one in (top, *under.get(top.id, ())))


def one(db: Session, plan_id: int) -> PlanRow:
    """A plan. Raises `NotFound`."""
    row = db.execute(_rows().where(_table.c.id == plan_id)).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


def below(db: Session, plan_id: int) -> tuple[PlanRow, ...]:
    """The sub-plans of a plan."""
    under = _rows().where(_table.c.parent_id == plan_id).order_by(_table.c.id)
    return tuple(_read(row) for row in db.execute(under.limit(MOST)))


def create(db: Session, given: Given, *, by: Actor) -> int:
    """Enter a plan. Returns its id. Raises what is wrong with it, and `MayNotKeep`."""
    rights.require(db, by, given.unit_id)
    row = _checked(db, given, None)
    plan_id: int = db.execute(insert(_table).returning(_table.c.id), row).scalar_one()
    asked = {
        "plan": plan_id,
        "name": row["name"],
        "first_year": given.first_year,
        "last_year": given.last_year,
        "kinds": list(given.kinds),
    }
    about = (f"school_plan:{plan_id}",)
    eventlog.record(db, Kind.SCHOOL_PLAN_CREATED, by=by.mark, asked=asked, about=about)
    return plan_id


def change(db: Session, plan_id: int, given: Given, *, by: Actor) -> bool:
    """Change a plan, or retire it. Returns whether anything differed."""
    here = select(_table).where(_table.c.id == plan_id).with_for_update()
    before = db.execute(here).one_or_none()
    if before is None:
        raise NotFound
    rights.require(db, by, before.unit_id, given.unit_id)
    row = _checked(db, given, plan_id)
    changed = eventlog.differences(before, row)
    if not changed:
        return False
    db.execute(update(_table).where(_table.c.id == plan_id).values(row))
    asked, about = {"plan": plan_id, "changed": changed}, (f"school_plan:{plan_id}",)
    eventlog.record(db, Kind.SCHOOL_PLAN_CHANGED, by=by.mark, asked=asked, about=about)
    return True


def _checked(db: Session, given: Given, plan_id: int | None) -> dict[str, Any]:
    name = parts.text(NAME[0], given.name, NAME[1])
    if not FIRST_YEAR <= given.first_year <= given.last_year <= LAST_YEAR:
        raise errors.YearsWrong(first=FIRST_YEAR, last=LAST_YEAR)
    for key in given.kinds:
        kinds.get(key)
    if given.unit_id is not None and db.get(Unit, given.unit_id) is None:
        raise NotFound
    _refuse_depth(db, given.parent_id, plan_id)
    if given.is_active:
        _refuse_twin(db, name, given, plan_id)
    return {
        "name": name,
        "first_year": given.first_year,
        "last_year": given.last_year,
        "parent_id": given.parent_id,
        "unit_id": given.unit_id,
        "kinds": dump([key for key in kinds.KEYS if key in given.kinds]),
        "is_active": given.is_active,
    }


def _refuse_depth(db: Session, parent_id: int | None, plan_id: int | None) -> None:
    if parent_id is None:
        return
    parent = one(db, parent_id)
    has_below = plan_id is not None and bool(below(db, plan_id))
    if parent.parent_id is not None or parent_id == plan_id or has_below:
        raise errors.SubPlanOfSubPlan(name=parent.name)


def _refuse_twin(db: Session, name: str, given: Given, plan_id: int | None) -> None:
    same = select(_table.c.id).where(
        _table.c.name == name,
        _table.c.is_active,
        _table.c.id != (plan_id or 0),
        _table.c.first_year <= given.last_year,
        _table.c.last_year >= given.first_year,
    )
    if db.execute(same.limit(1)).first() is not None:
        raise errors.PlanThere(name=name)


def dump(keys: Collection[str]) -> str:
    """Kinds as they are stored."""
    return orjson.dumps(list(keys)).decode()


def _rows() -> Select[Any]:
    above, unit = aliased(_table), Unit.__table__
    return (
        select(_table, above.c.name.label("parent"), unit.c.name.label("unit"))
        .join(above, above.c.id == _table.c.parent_id, isouter=True)
        .join(unit, unit.c.id == _table.c.unit_id, isouter=True)
    )


def _read(row: Row[Any]) -> PlanRow:
    return PlanRow(
        id=row.id,
        name=row.name,
        first_year=row.first_year,
        last_year=row.last_year,
        parent_id=row.parent_id,
        parent=row.parent or "",
        unit_id=row.unit_id,
        unit=row.unit or "",
        kinds=tuple(orjson.loads(row.kinds)),
        is_active=row.is_active,
    )
