"""Who acts: a person with roles and the keys under which work may stand in their inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    and_,
    exists,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import (
    Committee,
    Deputy,
    Holding,
    Membership,
    Post,
    Role,
    RoleGrant,
    User,
)

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY: Final = _HASHER.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody in whose place another person may act now: a deputy's principal (代理).

    `definitions` are the flows it goes for, None for all.
    """

    id: int
    name: str
    keys: frozenset[str]
    definitions: frozenset[str] | None = None

    def covers(self, definition: str) -> bool:
        """Whether it goes for this flow."""
        return self.definitions is None or definition in self.definitions


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as the engine sees one. `id` is None for the system itself.

    `keys` are `u:<user>`, `r:<role>`, `p:<post>` and `p:<post>:<unit>` for every post held today,
    `c:<committee>` and `c:<committee>:<seat>` for every seat.
    `seen_by` is who tries this person's eyes on: whatever is recorded meanwhile names them.
    `deputy_for` are those in whose place they may act today; their keys are not this person's.
    """

    id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    units: frozenset[int] = frozenset()
    seen_by: int | None = None
    deputy_for: tuple[Principal, ...] = ()

    @property
    def mark(self) -> str:
        """How the log names the person."""
        return "system" if self.id is None else f"user:{self.seen_by or self.id}"


SYSTEM: Final = Actor(None, "system")
PUBLIC: Final = Actor(0, "public")
"""Whoever is not signed in: the policy allows them nothing."""


def marked(mark: str) -> int | None:
    """The person whom the log names so; None for the system."""
    return int(mark.removeprefix("user:")) if mark.startswith("user:") else None


def actor(db: Session, user_id: int) -> Actor:
    """Load a person with roles, posts and seats as of today. Raises `NotFound` for one who left."""
    today = clock.today()
    stands_in = exists().where(Deputy.user_id == user_id, in_force(Deputy, today))
    known = select(User.name, User.is_external, stands_in.label("stands_in"))
    known = known.where(User.id == user_id, User.is_active)
    user = db.execute(known).one_or_none()
    if user is None:
        raise NotFound
    roles = frozenset(
        db.execute(
            select(RoleGrant.role).where(RoleGrant.user_id == user_id, in_force(RoleGrant, today))
        ).scalars()
    )
    holdings = (
        select(Post.key, Holding.unit_id, literal(None, String).label("seat"))
        .join(Post, Post.id == Holding.post_id)
        .where(Holding.user_id == user_id, in_force(Holding, today))
    )
    seats = (
        select(Committee.key, literal(None, BigInteger), Membership.seat)
        .join(Committee, Committee.id == Membership.committee_id)
        .where(Membership.user_id == user_id, in_force(Membership, today))
    )
    if user.is_external:
        roles |= {Role.EXTERNAL_EXPERT}
    keys = {user_key(user_id), *(role_key(role) for role in roles)}
    units: set[int] = set()
    held: Sequence[Any] = db.execute(holdings.union_all(seats)).all()
    for key, unit_id, seat in held:
        if seat is not None:
            keys |= {committee_key(key), committee_key(key, seat)}
        else:
            keys |= {post_key(key), post_key(key, unit_id)}
            units.add(unit_id)
    principals = _principals(db, user_id, today) if user.stands_in else ()
    return Actor(
        user_id, user.name, roles, frozenset(keys), frozenset(units), deputy_for=principals
    )


def principal(db: Session, user_id: int) -> Principal:
    """Somebody in whose place an administrator acts for once (代办). Raises `NotFound`."""
    one = actor(db, user_id)
    return Principal(user_id, one.name, one.keys)


def _principals(db: Session, user_id: int, today: date) -> tuple[Principal, ...]:
    """Those whom this person stands in for today, with their keys, in one statement."""
    mine = (
        select(Deputy.id, Deputy.principal_id, Deputy.definitions, User.name)
        .join(User, User.id == Deputy.principal_id)
        .where(Deputy.user_id == user_id, in_force(Deputy, today), User.is_active)
        .cte("mine")
    )
    number, text = literal(None, BigInteger), literal(None, String)
    rows = db.execute(
        union_all(
            select(mine, literal("").label("kind"), text.label("key"), number.label("unit")),
            select(mine, literal("p"), Post.key, Holding.unit_id)
            .join(Holding, Holding.user_id == mine.c.principal_id)
            .join(Post, Post.id == Holding.post_id)
            .where(in_force(Holding, today)),
            select(mine, literal("r"), RoleGrant.role, number)
            .join(RoleGrant, RoleGrant.user_id == mine.c.principal_id)
            .where(in_force(RoleGrant, today)),
            select(mine, Membership.seat, Committee.key, number)
            .join(Membership, Membership.user_id == mine.c.principal_id)
            .join(Committee, Committee.id == Membership.committee_id)
            .where(in_force(Membership, today)),
        )
    ).all()
    found: dict[int, tuple[Any, set[str]]] = {}
    for row in rows:
        _row, keys = found.setdefault(row.id, (row, {user_key(row.principal_id)}))
        keys |= _keys_of(row)
    return tuple(
        Principal(
            row.principal_id,
            row.name,
            frozenset(keys),
            frozenset(orjson.loads(row.definitions)) if row.definitions is not None else None,
        )
        for _number, (row, keys) in sorted(found.items())
    )


def _keys_of(row: Any) -> set[str]:
    if not row.kind:
        return set()
    if row.kind == "p":
        return {post_key(row.key), post_key(row.key, row.unit)}
    if row.kind == "r":
        return {role_key(row.key)}
    return {committee_key(row.key), committee_key(row.key, row.kind)}


def in_force(dated: Any, day: date) -> ColumnElement[bool]:
    """The condition that a row with `since` and `until` (a holding, a role) is in force."""
    return and_(dated.since <= day, or_(dated.until.is_(None), dated.until >= day))


def user_key(user_id: int) -> str:
    """The inbox key of one person."""
    return f"u:{user_id}"


def role_key(role: str) -> str:
    """The inbox key of everybody with a role of the product."""
    return f"r:{role}"


def post_key(post: str, unit_id: int | None = None) -> str:
    """The inbox key of everybody who holds a post, in one unit or anywhere."""
    return f"p:{post}" if unit_id is None else f"p:{post}:{unit_id}"


def committee_key(committee: str, seat: str | None = None) -> str:
    """The inbox key of everybody who sits in a committee, in one kind of seat or any."""
    return f"c:{committee}" if seat is None else f"c:{committee}:{seat}"


def names(db: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people by id, in one query."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    return {
        row.id: row.name
        for row in db.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    }


def hashed(password: str) -> str:
    """The hash of a password as it is stored; slow on purpose."""
    return _HASHER.hash(password)


def set_password(db: Session, user_id: int, password: str, *, by: Actor) -> None:
    """Give a person a new password."""
    changed = {"password_hash": hashed(password), "password_changed_at": clock.now()}
    db.execute(update(User).where(User.id == user_id).values(changed))
    asked, about = {"user": user_id}, (f"user:{user_id}",)
    eventlog.record(db, Kind.PASSWORD_CHANGED, by=by.mark, asked=asked, about=about)


def drop_password(db: Session, user_id: int) -> bool:
    """Let nobody in with this person's password any more. Returns whether there was one."""
    had = (User.id == user_id) & User.password_hash.is_not(None)
    dropped = update(User).where(had).values(password_hash=None, password_changed_at=None)
    return db.execute(dropped.returning(User.id)).first() is not None


def password_matches(stored: str | None, password: str) -> bool:
    """Compare in the same time whether or not there is such a person."""
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return stored is not None
