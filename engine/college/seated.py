"""Who sits or sat in committees, who made it so, and what a committee lacks on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from engine import people
from engine.college import composition, parts, witness
from engine.college.composition import Lack, Member, Nominator, Rule
from engine.college.witness import Witness
from engine.errors import NotFound
from engine.models import Committee, Membership, Seat, Unit, User

_committee, _membership = Committee.__table__, Membership.__table__
_unit, _user = Unit.__table__, User.__table__


@dataclass(frozen=True, slots=True)
class Seated:
    """A seat somebody has or had; `unit` is who nominated them."""

    id: int
    committee_id: int
    committee: str
    committee_kind: str
    user_id: int
    name: str
    is_external: bool
    employer: str
    seat: Seat
    unit_id: int | None
    unit: str
    since: date
    until: date | None
    given: Witness | None
    ended: Witness | None


def on(db: Session, committee_id: int, day: date) -> list[Seated]:
    """Who sits in a committee on a day, the chair first."""
    here = _membership.c.committee_id == committee_id
    rows = seats(db, here & people.in_force(Membership, day))
    return sorted(rows, key=lambda one: (list(Seat).index(one.seat), one.since, one.id))


def seats(db: Session, *conditions: ColumnElement[bool], limit: int = 1_000) -> list[Seated]:
    """Seats by conditions on membership, committee or person, the oldest first; three queries."""
    columns = select(
        _membership,
        _committee.c.name.label("committee"),
        _committee.c.kind.label("committee_kind"),
        _user.c.name,
        _user.c.is_external,
        _user.c.employer,
        _unit.c.name.label("unit"),
    )
    rows = db.execute(
        columns.join(_committee, _committee.c.id == _membership.c.committee_id)
        .join(_user, _user.c.id == _membership.c.user_id)
        .outerjoin(_unit, _unit.c.id == _membership.c.unit_id)
        .where(*conditions)
        .order_by(_membership.c.since, _membership.c.id)
        .limit(limit)
    ).all()
    told = witness.of(db, [seq for row in rows for seq in (row.given_seq, row.ended_seq)])
    return [
        Seated(
            row.id,
            row.committee_id,
            row.committee,
            row.committee_kind,
            row.user_id,
            row.name,
            row.is_external,
            row.employer,
            Seat(row.seat),
            row.unit_id,
            row.unit or "",
            row.since,
            row.until,
            told.get(row.given_seq or 0),
            told.get(row.ended_seq or 0),
        )
        for row in rows
    ]


def lacks(db: Session, committee_ids: Sequence[int], day: date) -> dict[int, list[Lack]]:
    """What each of these committees lacks on a day, in three queries however many they are."""
    committees: list[Row[Any]] = []
    counted: dict[int, list[Member]] = {}
    for portion in parts.chunks(committee_ids):
        here = _membership.c.committee_id.in_(portion) & people.in_force(Membership, day)
        committees += db.execute(select(_committee).where(_committee.c.id.in_(portion))).all()
        columns = select(
            _membership.c.committee_id,
            _membership.c.seat,
            _membership.c.unit_id,
            _user.c.is_external,
        )
        joined = columns.join(_user, _user.c.id == _membership.c.user_id)
        for row in db.execute(joined.where(here)):
            member = Member(Seat(row.seat), row.is_external, row.unit_id)
            counted.setdefault(row.committee_id, []).append(member)
    if len(committees) < len(set(committee_ids)):
        raise NotFound
    rules = {row.id: rule(row) for row in committees}
    units = _nominators(db, list(rules.values()), day)
    return {
        row.id: composition.missing(rules[row.id], counted.get(row.id, ()), units, kind=row.kind)
        for row in committees
    }


def rule(committee: Row[Any]) -> Rule:
    """The rule of a committee's row."""
    return composition.read(orjson.loads(committee.rule))


def duties(committee: Row[Any]) -> list[str]:
    """The duties of a committee's row."""
    told: list[str] = orjson.loads(committee.duties)
    return told


def _nominators(db: Session, rules: Sequence[Rule], day: date) -> list[Nominator]:
    """The units that nominate experts under any of these rules."""
    wanted = {one.kind for rule_ in rules for one in rule_.nominated}
    if not wanted:
        return []
    is_open = _unit.c.until.is_(None) | (_unit.c.until >= day)
    columns = select(_unit.c.id, _unit.c.name, _unit.c.kind)
    rows = db.execute(
        columns.where(_unit.c.kind.in_(wanted), is_open).order_by(_unit.c.position, _unit.c.id)
    )
    return [Nominator(row.id, row.name, row.kind) for row in rows]
