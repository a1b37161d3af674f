"""The tree of units as pages show it: in order, with how many people belong where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, distinct, func, or_, select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.errors import NotFound
from engine.models import Holding, Post, PostKind, Unit, UnitAbove, User

_unit, _above, _holding = Unit.__table__, UnitAbove.__table__, Holding.__table__
MOST: Final = 200
COLUMNS: Final = ("id", "code", "name", "kind", "parent_id", "campus_id", "since", "until")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit; `people` counts those who hold a post in it or below, each once."""

    id: int
    code: str
    name: str
    kind: str
    parent_id: int | None
    campus_id: int | None
    since: date | None
    until: date | None
    depth: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit and what stands below it."""

    unit: UnitRow
    below: tuple[Branch, ...]


def listed(db: Session, *, closed: bool = False) -> tuple[UnitRow, ...]:
    """Every unit that is open (or every one), parents before what is below them, in order."""
    return tuple(_walk(_branches(_rows(db, closed=closed), {})))


def tree(db: Session, *, closed: bool = False) -> tuple[Branch, ...]:
    """The topmost units with all below them, and how many people belong to each."""
    return _branches(_rows(db, closed=closed), _counts(db))


def below(db: Session, unit_id: int) -> tuple[UnitRow, ...]:
    """The units directly below one, with the people of each."""
    rows = _rows(db, closed=True, condition=_unit.c.parent_id == unit_id)
    counts = _counts(db, unit_id)
    return tuple(_row(row, 1, counts) for row in rows)


def one(db: Session, unit_id: int) -> UnitRow:
    """One unit with the people in and below it. Raises `NotFound`."""
    rows = _rows(db, closed=True, condition=_unit.c.id == unit_id)
    if not rows:
        raise NotFound
    return _row(rows[0], 0, _counts(db, unit_id))


def names(db: Session, unit_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of units by id, in one statement."""
    wanted = {one for one in unit_ids if one is not None}
    if not wanted:
        return {}
    found = select(_unit.c.id, _unit.c.name).where(_unit.c.id.in_(wanted))
    return {row.id: row.name for row in db.execute(found)}


def holders(db: Session, unit_ids: Iterable[int], post: str) -> dict[int, list[tuple[int, str]]]:
    """Who holds a post today in each of these units: number and name."""
    held = (
        select(Holding.unit_id, User.id, User.name)
        .join(Post, Post.id == Holding.post_id)
        .join(User, User.id == Holding.user_id)
        .where(Holding.unit_id.in_(list(unit_ids)), Post.key == post)
        .where(people.in_force(Holding, clock.today()))
        .order_by(Holding.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for unit_id, user_id, name in db.execute(held):
        found.setdefault(unit_id, []).append((user_id, name))
    return found


def _rows(db: Session, *, closed: bool, condition: Any = None) -> list[Any]:
    wanted = select(*(_unit.c[name] for name in COLUMNS))
    if not closed:
        wanted = wanted.where(or_(_unit.c.until.is_(None), _unit.c.until >= clock.today()))
    if condition is not None:
        wanted = wanted.where(condition)
    return list(db.execute(wanted.order_by(_unit.c.position, _unit.c.code)))


def _counts(db: Session, unit_id: int | None = None) -> Mapping[int, int]:
    """People in and below units: all of them, or one and those directly below it."""
    post = Post.__table__
    counted = (
        select(_above.c.above_id, func.count(distinct(_holding.c.user_id)))
        .join(_holding, _holding.c.unit_id == _above.c.unit_id)
        .join(post, and_(post.c.id == _holding.c.post_id, post.c.kind != PostKind.LEADER))
        .where(people.in_force(Holding, clock.today()))
        .group_by(_above.c.above_id)
    )
    if unit_id is not None:
        here = select(_unit.c.id).where(or_(_unit.c.id == unit_id, _unit.c.parent_id == unit_id))
        counted = counted.where(_above.c.above_id.in_(here))
    return {row[0]: row[1] for row in db.execute(counted)}


def _branches(rows: list[Any], counts: Mapping[int, int]) -> tuple[Branch, ...]:
    """The rows as a forest; one whose parent is not among them stands at the top."""
    there = {row.id for row in rows}
    children: dict[int | None, list[Any]] = {}
    for row in rows:
        children.setdefault(row.parent_id if row.parent_id in there else None, []).append(row)

    def grown(parent: int | None, depth: int) -> tuple[Branch, ...]:
        return tuple(
            Branch(_row(row, depth, counts), grown(row.id, depth + 1))
            for row in children.get(parent, ())
        )

    return grown(None, 0)


def _walk(branches: Iterable[Branch]) -> Iterable[UnitRow]:
    for branch in branches:
        yield branch.unit
        yield from _walk(branch.below)


def _row(row: Any, depth: int, counts: Mapping[int, int]) -> UnitRow:
    return UnitRow(*(*row, depth, counts.get(row.id, 0)))
