"""Through what people have rights: their roles, posts and seats, and the grants under their keys.

Each with its days, and with who gave it and when, as the house chain of the log has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import clock, eventlog, grants, people
from engine.grants import Scope
from engine.models import (
    Committee,
    Grant,
    Holding,
    LogEntry,
    Membership,
    Post,
    Role,
    RoleGrant,
    Unit,
    User,
)
from engine.people import PUBLIC, Actor

MOST_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Source:
    """A row through which a person has something: a role, a post in a unit, a seat, a grant.

    `what` is the key of a role, else a name; `given_by` is "" where the system did it.
    """

    kind: str
    what: str
    where: str
    keys: frozenset[str]
    since: date
    until: date | None
    given_by: str
    given_at: datetime | None
    given_seq: int | None


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant as it is shown: how far it reaches for this person, from when, by whom, why."""

    scope: Scope
    unit_id: int | None
    unit: str
    since: date
    until: date | None
    reason: str
    given_by: str
    given_at: datetime | None


def sources(db: Session, user_id: int) -> tuple[Source, ...]:
    """The roles, posts and seats of a person today, with who gave them."""
    today = clock.today()
    roles = select(RoleGrant.role, *_dates(RoleGrant)).where(
        RoleGrant.user_id == user_id, people.in_force(RoleGrant, today)
    )
    posts = (
        select(Post.key, Post.name, Unit.id, Unit.name.label("unit"), *_dates(Holding))
        .join(Post, Post.id == Holding.post_id)
        .join(Unit, Unit.id == Holding.unit_id)
        .where(Holding.user_id == user_id, people.in_force(Holding, today))
    )
    seats = (
        select(Committee.key, Committee.name, Membership.seat, *_dates(Membership))
        .join(Committee, Committee.id == Membership.committee_id)
        .where(Membership.user_id == user_id, people.in_force(Membership, today))
    )
    held: list[tuple[str, str, str, frozenset[str], Any]] = [
        ("role", row.role, "", frozenset({people.role_key(row.role)}), row)
        for row in db.execute(roles.order_by(RoleGrant.id))
    ]
    for row in db.execute(posts.order_by(Holding.id)):
        keys = frozenset({people.post_key(row.key), people.post_key(row.key, row.id)})
        held.append(("post", row.name, row.unit, keys, row))
    for row in db.execute(seats.order_by(Membership.id)):
        keys = frozenset({people.committee_key(row.key), people.committee_key(row.key, row.seat)})
        held.append(("seat", row.seat, row.name, keys, row))
    given = given_by(db, (row.given_seq for *_rest, row in held))
    return tuple(
        Source(
            kind,
            what,
            where,
            keys,
            row.since,
            row.until,
            given.get(row.given_seq, ("", None))[0],
            given.get(row.given_seq, ("", None))[1],
            row.given_seq,
        )
        for kind, what, where, keys, row in held
    )


def _dates(table: Any) -> tuple[Any, ...]:
    return (table.since, table.until, table.given_seq)


def grants_of(db: Session, person: Actor) -> tuple[Granted, ...]:
    """The grants in force under this person's keys."""
    table = Grant.__table__
    mine = table.c.holder.in_(sorted(person.keys | {grants.EVERYBODY}))
    wanted = select(table).where(mine, people.in_force(Grant, clock.today()))
    return granted(db, db.execute(wanted.order_by(table.c.id)), person)


def granted(db: Session, rows: Iterable[Any], person: Actor = PUBLIC) -> tuple[Granted, ...]:
    """Grants as they are shown, in a few statements however many."""
    rows = list(rows)
    units = {row.unit_id for row in rows if row.unit_id is not None}
    named = select(Unit.id, Unit.name).where(Unit.id.in_(units))
    names = {row.id: row.name for row in db.execute(named)} if units else {}
    given = given_by(db, (row.given_seq for row in rows))
    return tuple(
        Granted(
            scope=grants.scope_of(person, row),
            unit_id=row.unit_id,
            unit=names.get(row.unit_id, ""),
            since=row.since,
            until=row.until,
            reason=row.reason,
            given_by=given.get(row.given_seq, ("", None))[0],
            given_at=given.get(row.given_seq, ("", None))[1],
        )
        for row in rows
    )


def given_by(db: Session, seqs: Iterable[int | None]) -> dict[int, tuple[str, datetime]]:
    """Who made these entries of the house chain, and when; "" for the system."""
    wanted = sorted({seq for seq in seqs if seq is not None})
    if not wanted:
        return {}
    columns = select(LogEntry.seq, LogEntry.by, LogEntry.at)
    rows = db.execute(
        columns.where(LogEntry.chain == eventlog.HOUSE, LogEntry.seq.in_(wanted))
    ).all()
    names = people.names(db, [people.marked(row.by) for row in rows])
    return {
        row.seq: (names.get(people.marked(row.by) or 0, ""), datetime.fromisoformat(row.at))
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role that somebody has, or is to have."""

    user_id: int
    name: str
    role: str
    since: date
    until: date | None
    given_by: str
    given_at: datetime | None


def with_roles(db: Session) -> tuple[RoleHeld, ...]:
    """Everybody with a role of the product beyond being staff; the first few hundred.

    The experts from outside, who may be many, come last.
    """
    wanted = (
        select(RoleGrant.user_id, User.name, RoleGrant.role, *_dates(RoleGrant))
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role != Role.STAFF)
        .where(or_(RoleGrant.until.is_(None), RoleGrant.until >= clock.today()))
        .order_by(RoleGrant.role == Role.EXTERNAL_EXPERT, RoleGrant.role, User.name, RoleGrant.id)
        .limit(MOST_SHOWN)
    )
    rows = db.execute(wanted).all()
    made = given_by(db, (row.given_seq for row in rows))
    return tuple(
        RoleHeld(
            row.user_id,
            row.name,
            row.role,
            row.since,
            row.until,
            made.get(row.given_seq, ("", None))[0],
            made.get(row.given_seq, ("", None))[1],
        )
        for row in rows
    )
