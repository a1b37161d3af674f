"""Committees and groups as lists show them: who leads them, how many sit there, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.college import seated
from engine.college.composition import Lack, Rule
from engine.college.seated import Seated
from engine.errors import NotFound
from engine.models import Committee, Membership, Unit


@dataclass(frozen=True, slots=True)
class CommitteeRow:
    """A committee; `members` sit there today, `lacks` is what its rule still asks for."""

    id: int
    key: str
    name: str
    kind: str
    unit_id: int | None
    unit: str
    parent_id: int | None
    parent: str
    duties: tuple[str, ...]
    rule: Mapping[str, Any]
    term_years: int | None
    position: int
    since: date | None
    until: date | None
    members: int
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class Nominated:
    """How many experts a unit has in a pool, and how many it should have."""

    unit_id: int
    unit: str
    inside: int
    outside: int
    inside_wanted: int
    outside_wanted: int

    @property
    def is_complete(self) -> bool:
        """It has named as many as it should."""
        return self.inside >= self.inside_wanted and self.outside >= self.outside_wanted


def listed(db: Session, *, closed: bool = False) -> tuple[CommitteeRow, ...]:
    """Committees that are there today, or all; in the college's order, in a few statements."""
    return _rows(db, closed=closed)


def one(db: Session, committee_id: int) -> CommitteeRow:
    """One committee. Raises `NotFound`."""
    rows = _rows(db, Committee.id == committee_id, closed=True)
    if not rows:
        raise NotFound
    return rows[0]


def options(db: Session) -> list[tuple[int, str]]:
    """Committees to choose from."""
    wanted = select(Committee.id, Committee.name).where(_is_open())
    rows = db.execute(wanted.order_by(Committee.position, Committee.id))
    return [(row.id, row.name) for row in rows]


def names(db: Session) -> dict[str, str]:
    """Names of committees by key."""
    return {row.key: row.name for row in db.execute(select(Committee.key, Committee.name))}


def nominated(db: Session, rule: Rule, members: Sequence[Seated]) -> tuple[Nominated, ...]:
    """The units that name experts under a rule, with how many of theirs sit in the pool."""
    wanted = {one.kind: one for one in rule.nominated}
    if not wanted:
        return ()
    open_units = (
        select(Unit.id, Unit.name, Unit.kind)
        .where(Unit.kind.in_(wanted), or_(Unit.until.is_(None), Unit.until >= clock.today()))
        .order_by(Unit.kind, Unit.position, Unit.id)
    )
    return tuple(
        Nominated(
            row.id,
            row.name,
            sum(one.unit_id == row.id and not one.is_external for one in members),
            sum(one.unit_id == row.id and one.is_external for one in members),
            wanted[row.kind].inside,
            wanted[row.kind].outside,
        )
        for row in db.execute(open_units)
    )


def _rows(db: Session, *conditions: Any, closed: bool) -> tuple[CommitteeRow, ...]:
    above = Committee.__table__.alias("above")
    wanted = (
        select(Committee, Unit.name, above.c.name)
        .join(Unit, Unit.id == Committee.unit_id, isouter=True)
        .join(above, above.c.id == Committee.parent_id, isouter=True)
        .where(*conditions)
        .order_by(Committee.position, Committee.id)
    )
    if not closed:
        wanted = wanted.where(_is_open())
    found = db.execute(wanted).all()
    ids = [committee.id for committee, _unit, _parent in found]
    day = clock.today()
    counted = (
        select(Membership.committee_id, func.count())
        .where(Membership.committee_id.in_(ids), people.in_force(Membership, day))
        .group_by(Membership.committee_id)
    )
    members = {row[0]: row[1] for row in db.execute(counted)}
    lacks = seated.lacks(db, ids, day)
    return tuple(
        CommitteeRow(
            committee.id,
            committee.key,
            committee.name,
            committee.kind,
            committee.unit_id,
            unit or "",
            committee.parent_id,
            parent or "",
            tuple(orjson.loads(committee.duties)),
            orjson.loads(committee.rule),
            committee.term_years,
            committee.position,
            committee.since,
            committee.until,
            members.get(committee.id, 0),
            tuple(lacks[committee.id]),
        )
        for committee, unit, parent in found
    )


def _is_open() -> Any:
    return or_(Committee.until.is_(None), Committee.until >= clock.today())
