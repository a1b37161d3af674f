"""Who acts: a person with roles and the keys under which work may stand in their inbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import (
    Grant,
    Holding,
    Membership,
    Post,
    Role,
    RoleGrant,
    Unit,
    User,
)

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY: Final = _HASHER.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as the engine sees one. `id` is None for the system itself.

    `keys` are `u:<user>`, `r:<role>`, `p:<post>` and `p:<post>:<unit>` for every post held today.
    """

    id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    units: frozenset[int] = frozenset()

    @property
    def mark(self) -> str:
        """How the log names the person."""
        return "system" if self.id is None else f"user:{self.id}"


SYSTEM: Final = Actor(None, "system")
Dated = Holding | Membership | RoleGrant | Grant


def marked(mark: str) -> int | None:
    """The person whom the log names so; None for the system."""
    return int(mark.removeprefix("user:")) if mark.startswith("user:") else None


def actor(db: Session, user_id: int) -> Actor:
    """Load a person with roles and posts as of today. Raises `NotFound` for one who left."""
    today = clock.today()
    user = db.execute(select(User.name).where(User.id == user_id, User.is_active)).one_or_none()
    if user is None:
        raise NotFound
    roles = frozenset(
        db.execute(
            select(RoleGrant.role).where(RoleGrant.user_id == user_id, in_force(RoleGrant, today))
        ).scalars()
    )
    posts = db.execute(
        select(Post.key, Holding.unit_id)
        .join(Post, Post.id == Holding.post_id)
        .where(Holding.user_id == user_id, in_force(Holding, today))
    ).all()
    keys = {user_key(user_id), *(role_key(role) for role in roles)}
    for key, unit_id in posts:
        keys |= {post_key(key), post_key(key, unit_id)}
    return Actor(
        user_id, user.name, roles, frozenset(keys), frozenset(unit for _key, unit in posts)
    )


def in_force(table: type[Dated], day: date) -> ColumnElement[bool]:
    """The condition that a dated row (a holding, a seat, a role, a grant) is in force on `day`."""
    return (table.since <= day) & or_(table.until.is_(None), table.until >= day)


def user_key(user_id: int) -> str:
    """The inbox key of one person."""
    return f"u:{user_id}"


def role_key(role: str) -> str:
    """The inbox key of everybody with a role of the product."""
    return f"r:{role}"


def post_key(post: str, unit_id: int | None = None) -> str:
    """The inbox key of everybody who holds a post, in one unit or anywhere."""
    return f"p:{post}" if unit_id is None else f"p:{post}:{unit_id}"


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


def create_user(
    db: Session,
    username: str,
    name: str,
    *,
    by: Actor,
    password: str | None = None,
    password_hash: str | None = None,
) -> int:
    """Add a person, with a password or with the hash of one. Returns the id."""
    stored = hashed(password) if password is not None else password_hash
    row = {
        "username": username,
        "name": name,
        "password_hash": stored,
        "is_active": True,
        "language": "",
        "theme": "",
        "created_at": clock.now(),
    }
    user_id = db.execute(insert(User).returning(User.id), row).scalar_one()
    asked = {"user": user_id, "username": username}
    eventlog.record(db, Kind.USER_CREATED, by=by.mark, asked=asked)
    return user_id


def create_unit(
    db: Session, code: str, name: str, kind: str, *, by: Actor, parent: int | None = None
) -> int:
    """Add a unit below `parent`. Returns the id."""
    row = {"code": code, "name": name, "kind": kind, "parent_id": parent}
    unit_id = db.execute(insert(Unit).returning(Unit.id), row).scalar_one()
    eventlog.record(db, Kind.UNIT_CREATED, by=by.mark, asked={"unit": unit_id, **row})
    return unit_id


def create_post(db: Session, key: str, name: str, *, by: Actor) -> int:
    """Add a post. Returns the id."""
    post_id = db.execute(insert(Post).returning(Post.id), {"key": key, "name": name}).scalar_one()
    eventlog.record(
        db, Kind.POST_CREATED, by=by.mark, asked={"post": post_id, "key": key, "name": name}
    )
    return post_id


def give_post(
    db: Session,
    user_id: int,
    post_id: int,
    unit_id: int,
    *,
    since: date,
    by: Actor,
    until: date | None = None,
) -> None:
    """Let a person hold a post in a unit from `since` to `until` (inclusive)."""
    row = {
        "user_id": user_id,
        "post_id": post_id,
        "unit_id": unit_id,
        "since": since,
        "until": until,
    }
    db.execute(insert(Holding), row)
    asked = {**row, "since": since.isoformat(), "until": until.isoformat() if until else None}
    eventlog.record(db, Kind.POST_GIVEN, by=by.mark, asked=asked)


def give_role(db: Session, user_id: int, role: Role, *, by: Actor) -> None:
    """Give a person a role of the product."""
    db.execute(insert(RoleGrant), {"user_id": user_id, "role": role, "since": clock.today()})
    eventlog.record(db, Kind.ROLE_GIVEN, by=by.mark, asked={"user": user_id, "role": role})


def set_password(db: Session, user_id: int, password: str, *, by: Actor) -> None:
    """Give a person a new password."""
    db.execute(update(User).where(User.id == user_id).values(password_hash=hashed(password)))
    eventlog.record(db, Kind.PASSWORD_CHANGED, by=by.mark, asked={"user": user_id})


def password_matches(stored: str | None, password: str) -> bool:
    """Compare in the same time whether or not there is such a person."""
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return stored is not None
