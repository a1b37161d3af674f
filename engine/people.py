"""Who acts: a person with roles and the keys under which work may stand in their inbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    String,
    and_,
    bindparam,
    exists,
    false,
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
from engine.predicates import STUDENT_POST

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
    asked = {"who": user_id, "day": clock.today()}
    rows = db.execute(_ONESELF, asked).all()
    oneself = next((row for row in rows if row.kind == ""), None)
    if oneself is None:
        raise NotFound
    roles = {row.key for row in rows if row.kind == "r"}
    if oneself.is_external:
        roles.add(Role.EXTERNAL_EXPERT)
    return Actor(
        user_id,
        oneself.key,
        frozenset(roles),
        frozenset({*_keys(user_id, rows), *map(role_key, roles)}),
        frozenset(row.unit for row in rows if row.kind == "p"),
        deputy_for=_principals(db, asked) if oneself.stands_in else (),
    )


def principal(db: Session, user_id: int) -> Principal:
    """Somebody in whose place an administrator acts for once (代办). Raises `NotFound`."""
    one = actor(db, user_id)
    return Principal(user_id, one.name, one.keys)


def _principals(db: Session, asked: Mapping[str, Any]) -> tuple[Principal, ...]:
    """Those whom this person stands in for today, with their keys, in one statement."""
    found: dict[int, list[Any]] = {}
    for row in db.execute(_PRINCIPALS, asked):
        found.setdefault(row.deputy, []).append(row)
    return tuple(
        Principal(
            rows[0].person,
            rows[0].name,
            frozenset(_keys(rows[0].person, rows)),
            frozenset(orjson.loads(rows[0].definitions)) if rows[0].definitions else None,
        )
        for _number, rows in sorted(found.items())
    )


def _keys(person: int, rows: Iterable[Any]) -> Iterator[str]:
    """The keys of one person, from all that was found of them."""
    yield user_key(person)
    for row in rows:
        if row.kind == "p":
            yield from (post_key(row.key), post_key(row.key, row.unit))
        elif row.kind == "r":
            yield role_key(row.key)
        elif row.kind == "c":
            yield from (committee_key(row.key), committee_key(row.key, row.seat))


def in_force(dated: Any, day: date | BindParameter[date]) -> ColumnElement[bool]:
    """The condition that a row with `since` and `until` (a holding, a role) is in force."""
    return and_(dated.since <= day, or_(dated.until.is_(None), dated.until >= day))


def works_here(day: date) -> ColumnElement[bool]:
    """The condition that a row of `User` is staff and has not left, as `predicates.is_staff` asks.

    These are the people to whom others may give work by name.
    """
    posted = exists().where(
        Holding.user_id == User.id,
        Holding.post_id == Post.id,
        Post.key != STUDENT_POST,
        in_force(Holding, day),
    )
    granted = exists().where(RoleGrant.user_id == User.id, in_force(RoleGrant, day))
    outside = User.is_external | granted.where(RoleGrant.role == Role.EXTERNAL_EXPERT)
    return User.is_active & ~outside & (posted | granted)


_DAY: Final = bindparam("day", type_=Date)
_WHO: Final = bindparam("who", type_=BigInteger)
_NO_TEXT: Final = literal(None, String)
_NO_NUMBER: Final = literal(None, BigInteger)
_POST: Final = select(Post.key).where(Post.id == Holding.post_id).scalar_subquery()
_COMMITTEE: Final = (
    select(Committee.key).where(Committee.id == Membership.committee_id).scalar_subquery()
)
_HELD: Final[tuple[tuple[Any, tuple[Any, ...]], ...]] = (
    (Holding, (literal("p"), _POST, Holding.unit_id, _NO_TEXT)),
    (RoleGrant, (literal("r"), RoleGrant.role, _NO_NUMBER, _NO_TEXT)),
    (Membership, (literal("c"), _COMMITTEE, _NO_NUMBER, Membership.seat)),
)
"""What people hold: kind, key, unit, seat. Post and committee are looked up for each row: a join
might begin there and read everybody who holds the post."""
_ONESELF: Final[CompoundSelect[Any]] = union_all(
    select(
        literal("").label("kind"),
        User.name.label("key"),
        _NO_NUMBER.label("unit"),
        _NO_TEXT.label("seat"),
        User.is_external,
        exists().where(Deputy.user_id == _WHO, in_force(Deputy, _DAY)).label("stands_in"),
    ).where(User.id == _WHO, User.is_active),
    *(
        select(*columns, false(), false()).where(held.user_id == _WHO, in_force(held, _DAY))
        for held, columns in _HELD
    ),
)
"""A person, and a row for all that they hold today."""
_STOOD_FOR: Final = (
    select(
        Deputy.id.label("deputy"),
        Deputy.principal_id.label("person"),
        Deputy.definitions,
        User.name,
    )
    .join(User, User.id == Deputy.principal_id)
    .where(Deputy.user_id == _WHO, in_force(Deputy, _DAY), User.is_active)
)
_PRINCIPALS: Final[CompoundSelect[Any]] = union_all(
    _STOOD_FOR.add_columns(
        literal("").label("kind"),
        _NO_TEXT.label("key"),
        _NO_NUMBER.label("unit"),
        _NO_TEXT.label("seat"),
    ),
    *(
        _STOOD_FOR.add_columns(*columns)
        .join(held, held.user_id == Deputy.principal_id)
        .where(in_force(held, _DAY))
        for held, columns in _HELD
    ),
)
"""The same of those whom a person stands in for today."""


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


_PERSON: Final = User.__table__
_NAMES: Final = select(_PERSON.c.id, _PERSON.c.name).where(
    _PERSON.c.id.in_(bindparam("people", expanding=True))
)


Names = Mapping[int, str]
NOBODY: Final[Names] = {}


def names(db: Session, user_ids: Iterable[int | None], known: Names = NOBODY) -> dict[int, str]:
    """Names of people by id, in one query; in none where all are `known`."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    found = {user_id: known[user_id] for user_id in wanted & known.keys()}
    if unknown := sorted(wanted - known.keys()):
        found |= {row.id: row.name for row in db.execute(_NAMES, {"people": unknown})}
    return found


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
