"""The tree of units: adding, changing, moving, closing, and what stands above and below what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.college import kinds, parts, tree
from engine.college.errors import (
    CodeTaken,
    EndedAlready,
    NotACampus,
    UnitClosed,
    UnitMisplaced,
    UnitNotEmpty,
    UnknownUnitKind,
    WrittenTwice,
)
from engine.college.parts import KEEP, Keep
from engine.entries import Kind
from engine.errors import NotFound
from engine.eventlog import Fact
from engine.models import Committee, Holding, Unit
from engine.people import Actor

_unit = Unit.__table__
_holding = Holding.__table__
_committee = Committee.__table__
_CODE: Final = ("单位代码", 60)
_NAME: Final = ("单位名称", 200)


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to be added; `parent` is the code of a unit that is there or comes before it."""

    code: str
    name: str
    kind: str
    parent: str | None = None
    campus: str | None = None
    position: int = 0
    since: date | None = None


def create(  # noqa: PLR0913  (what is known of a unit, by keyword)
    db: Session,
    code: str,
    name: str,
    kind: str,
    *,
    by: Actor,
    parent: int | None = None,
    campus: int | None = None,
    position: int = 0,
    since: date | None = None,
) -> int:
    """Add a unit below `parent`. Returns the id. Raises `CodeTaken`, `UnitMisplaced` and others."""
    codes = _codes(db, [one for one in (parent, campus) if one is not None])
    row = NewUnit(
        code,
        name,
        kind,
        codes[parent] if parent is not None else None,
        codes[campus] if campus is not None else None,
        position,
        since,
    )
    return create_all(db, [row], by=by)[0]


def create_all(db: Session, rows: Sequence[NewUnit], *, by: Actor) -> list[int]:
    """Add units, parents before what is below them. Returns their ids in the same order.

    One statement for each level of the new part of the tree.
    """
    tree.lock(db)
    there = _by_code(db, rows)
    made: dict[str, int] = {}
    facts: dict[str, Fact] = {}
    waiting = [_checked(row) for row in rows]
    _refuse_taken(waiting, there)
    while waiting:
        level = [row for row in waiting if _is_ready(row, there)]
        if not level:
            raise NotFound
        for row in level:
            _refuse_misplaced(row, there)
        for row, unit_id in zip(level, _insert(db, level, there), strict=True):
            there[row.code] = _Known(unit_id, row.name, row.kind, None)
            made[row.code] = unit_id
            facts[row.code] = _created(unit_id, row, there)
        placed = {row.code for row in level}
        waiting = [row for row in waiting if row.code not in placed]
    order = [row.code.strip() for row in rows]
    eventlog.record_all(db, [facts[code] for code in order], by=by.mark)
    return [made[code] for code in order]


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    name: str
    kind: str
    until: date | None


def _by_code(db: Session, rows: Sequence[NewUnit]) -> dict[str, _Known]:
    """The units there are among those that the rows name."""
    named = {code.strip() for row in rows for code in (row.code, row.parent, row.campus) if code}
    found: dict[str, _Known] = {}
    for portion in parts.chunks(sorted(named)):
        columns = select(_unit.c.code, _unit.c.id, _unit.c.name, _unit.c.kind, _unit.c.until)
        for code, *rest in db.execute(columns.where(_unit.c.code.in_(portion))):
            found[code] = _Known(*rest)
    return found


def _checked(row: NewUnit) -> NewUnit:
    if row.kind not in kinds.UNIT_KINDS:
        raise UnknownUnitKind(kind=row.kind)
    parts.known_day(row.since)
    return NewUnit(
        parts.text(_CODE[0], row.code, _CODE[1]),
        parts.text(_NAME[0], row.name, _NAME[1]),
        row.kind,
        row.parent.strip() if row.parent else None,
        row.campus.strip() if row.campus else None,
        row.position,
        row.since,
    )


def _refuse_taken(rows: Sequence[NewUnit], there: Mapping[str, _Known]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.code in there:
            raise CodeTaken(code=row.code, who=there[row.code].name)
        if row.code in seen:
            raise WrittenTwice(value=row.code)
        seen.add(row.code)


def _is_ready(row: NewUnit, there: Mapping[str, _Known]) -> bool:
    return all(code is None or code in there for code in (row.parent, row.campus))


def _refuse_misplaced(row: NewUnit, there: Mapping[str, _Known]) -> None:
    if row.parent is not None:
        parent = there[row.parent]
        if parent.until is not None and parent.until < (row.since or clock.today()):
            raise UnitClosed(name=parent.name, on=parent.until)
        _refuse_kind(row.kind, parent.kind, parent.name)
    if row.campus is not None and there[row.campus].kind != kinds.CAMPUS:
        raise NotACampus(name=there[row.campus].name)


def _refuse_kind(kind: str, parent_kind: str, name: str) -> None:
    """Refuse a kind of unit that does not stand below such a parent."""
    known = kinds.UNIT_KINDS
    if kind in known and parent_kind not in known[kind].below:
        label = known[parent_kind].label if parent_kind in known else parent_kind
        raise UnitMisplaced(kind=known[kind].label, parent_kind=label, name=name)


def _insert(db: Session, level: Sequence[NewUnit], there: Mapping[str, _Known]) -> list[int]:
    written = [
        {
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "parent_id": there[row.parent].id if row.parent is not None else None,
            "campus_id": there[row.campus].id if row.campus is not None else None,
            "position": row.position,
            "since": row.since,
        }
        for row in level
    ]
    added = insert(_unit).returning(_unit.c.code, _unit.c.id)
    try:
        with db.begin_nested():
            made = {row.code: row.id for row in db.execute(added, written)}
    except IntegrityError:
        _refuse_taken(level, _by_code(db, level))
        raise
    ids = [made[row.code] for row in level]
    tree.add(db, ids)
    return ids


def _created(unit_id: int, row: NewUnit, there: Mapping[str, _Known]) -> Fact:
    asked = {
        "unit": unit_id,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "parent_id": there[row.parent].id if row.parent is not None else None,
        "campus_id": there[row.campus].id if row.campus is not None else None,
        "since": row.since.isoformat() if row.since is not None else None,
    }
    return Fact(Kind.UNIT_CREATED, asked, about=_things(unit_id, asked["parent_id"]))


def _things(*unit_ids: object) -> tuple[str, ...]:
    """How the log names units that an act is about."""
    return tuple(f"unit:{one}" for one in unit_ids if one is not None)


def change(  # noqa: PLR0913  (what is known of a unit, by keyword)
    db: Session,
    unit_id: int,
    *,
    by: Actor,
    code: str | None = None,
    name: str | None = None,
    kind: str | None = None,
    parent: int | Keep | None = KEEP,
    campus: int | Keep | None = KEEP,
    position: int | None = None,
) -> bool:
    """Change what is given; with another `parent` the unit moves, with all below it.

    Returns whether anything differed. Raises `UnitBelowItself`, `UnitMisplaced`, `CodeTaken` …
    """
    tree.lock(db)
    before = one(db, unit_id)
    after: dict[str, Any] = {
        "code": before.code if code is None else parts.text(_CODE[0], code, _CODE[1]),
        "name": before.name if name is None else parts.text(_NAME[0], name, _NAME[1]),
        "kind": before.kind if kind is None else kind,
        "parent_id": before.parent_id if parent is KEEP else parent,
        "campus_id": before.campus_id if campus is KEEP else campus,
        "position": before.position if position is None else position,
    }
    changed = eventlog.differences(before, after)
    if not changed:
        return False
    _refuse_change(db, before, after, changed)
    try:
        with db.begin_nested():
            db.execute(update(_unit).where(_unit.c.id == unit_id).values(after))
    except IntegrityError:
        _refuse_code(db, after["code"], unit_id)
        raise
    if "parent_id" in changed:
        tree.move(db, unit_id, after["parent_id"])
    about = _things(unit_id, *changed.get("parent_id", ()))
    asked = {"unit": unit_id, "changed": changed}
    eventlog.record(db, Kind.UNIT_CHANGED, by=by.mark, asked=asked, about=about)
    return True


def _refuse_change(
    db: Session, before: Row[Any], after: Mapping[str, Any], changed: Mapping[str, Any]
) -> None:
    if after["kind"] not in kinds.UNIT_KINDS:
        raise UnknownUnitKind(kind=after["kind"])
    if not {"parent_id", "kind"}.isdisjoint(changed):
        _refuse_place(db, before, after)
    if "campus_id" in changed and after["campus_id"] is not None:
        lies_on = one(db, after["campus_id"])
        if lies_on.kind != kinds.CAMPUS:
            raise NotACampus(name=lies_on.name)
    if "code" in changed:
        _refuse_code(db, after["code"], before.id)


def _refuse_place(db: Session, before: Row[Any], after: Mapping[str, Any]) -> None:
    """Refuse a parent below the unit, a closed one, and kinds that do not go together."""
    if after["parent_id"] is not None:
        parent = one(db, after["parent_id"])
        tree.refuse_circle(db, before, parent)
        if parent.until is not None and parent.until < clock.today():
            raise UnitClosed(name=parent.name, on=parent.until)
        _refuse_kind(after["kind"], parent.kind, parent.name)
    if before.kind != after["kind"]:
        children = select(_unit.c.kind).where(_unit.c.parent_id == before.id).distinct()
        for kind in db.execute(children).scalars():
            _refuse_kind(kind, after["kind"], after["name"])


def _refuse_code(db: Session, code: str, unit_id: int) -> None:
    found = select(_unit.c.name).where(_unit.c.code == code, _unit.c.id != unit_id)
    name = db.execute(found).scalar_one_or_none()
    if name is not None:
        raise CodeTaken(code=code, who=name)


def close(db: Session, unit_id: int, *, by: Actor, on: date) -> None:
    """Close a unit: `on` is its last day. Raises `UnitNotEmpty`, `EndedAlready` and others."""
    tree.lock(db)
    locked = select(_unit).where(_unit.c.id == unit_id).with_for_update()
    unit = db.execute(locked).one_or_none()
    if unit is None:
        raise NotFound
    if unit.until is not None:
        raise EndedAlready(until=unit.until)
    parts.period(unit.since or on, on)
    left = {
        "holdings": _after(db, _holding, _holding.c.unit_id == unit_id, on),
        "units": _after(db, _unit, _unit.c.parent_id == unit_id, on),
        "committees": _after(db, _committee, _committee.c.unit_id == unit_id, on),
    }
    if any(left.values()):
        raise UnitNotEmpty(name=unit.name, **left)
    db.execute(update(_unit).where(_unit.c.id == unit_id).values(until=on))
    about = _things(unit_id, unit.parent_id)
    asked = {"unit": unit_id, "until": on.isoformat()}
    eventlog.record(db, Kind.UNIT_CLOSED, by=by.mark, asked=asked, about=about)


def _after(db: Session, table: Any, condition: Any, on: date) -> int:
    """How many of these still run after a day."""
    runs = table.c.until.is_(None) | (table.c.until > on)
    if table is _holding:
        runs &= table.c.until.is_(None) | (table.c.until >= table.c.since)
    return db.execute(select(func.count()).select_from(table).where(condition, runs)).scalar_one()


def one(db: Session, unit_id: int) -> Row[Any]:
    """A unit. Raises `NotFound`."""
    row = db.execute(select(_unit).where(_unit.c.id == unit_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def above(db: Session, unit_id: int) -> list[Row[Any]]:
    """The units above a unit, the nearest first; not the unit itself."""
    return list(db.execute(tree.upwards(unit_id).where(tree.PAIRS.c.steps > 0)))


def below(unit_ids: Sequence[int]) -> Select[tuple[int]]:
    """These units and all below them, as a subquery."""
    pairs = tree.PAIRS
    return select(pairs.c.unit_id).where(pairs.c.above_id.in_(unit_ids))


def campus(db: Session, unit_id: int) -> Row[Any] | None:
    """The campus a unit lies on: its own, else that of the nearest unit above which has one."""
    for unit in db.execute(tree.upwards(unit_id)):
        if unit.kind == kinds.CAMPUS:
            return unit
        if unit.campus_id is not None:
            return one(db, unit.campus_id)
    return None


def _codes(db: Session, unit_ids: Sequence[int]) -> dict[int, str]:
    found = select(_unit.c.id, _unit.c.code).where(_unit.c.id.in_(unit_ids))
    codes = {row.id: row.code for row in db.execute(found)}
    if len(codes) < len(set(unit_ids)):
        raise NotFound
    return codes
