"""People a task can be handed to, found by the beginning of their name or user name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from engine import clock, people
from engine.models import Holding, Post, Unit, User

MOST: Final = 20
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person, and the posts held today, in words."""

    id: int
    name: str
    username: str
    posts: tuple[str, ...]


def starting_with(
    db: Session,
    text: str,
    limit: int = MOST,
    *,
    others: Collection[int] = (),
    but: int | None = None,
) -> tuple[Colleague, ...]:
    """Staff whose name or user name begins so, without `but`; nobody for an empty text.

    `others` may be named although they are no staff.
    """
    text = text.strip()[:LONGEST]
    if not text:
        return ()
    user = User.__table__
    may_be_named = people.works_here(clock.today())
    if others:
        may_be_named |= user.c.id.in_(others) & user.c.is_active
    matches = [
        select(user.c.id)
        .where(column.startswith(text, autoescape=True), may_be_named, user.c.id != (but or 0))
        .order_by(column)
        .limit(limit)
        .subquery()
        for column in (user.c.name, user.c.username)
    ]
    found = union(*(select(one.c.id) for one in matches)).subquery()
    rows = db.execute(
        select(user.c.id, user.c.name, user.c.username)
        .join(found, found.c.id == user.c.id)
        .order_by(user.c.name, user.c.id)
        .limit(limit)
    ).all()
    posts = _posts(db, [row.id for row in rows])
    return tuple(Colleague(*row, tuple(posts.get(row.id, ()))) for row in rows)


def named(db: Session, user_ids: Iterable[int]) -> tuple[Colleague, ...]:
    """These people, in the order named; whoever left is missing."""
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        return ()
    user = User.__table__
    rows = db.execute(
        select(user.c.id, user.c.name, user.c.username).where(
            user.c.id.in_(wanted), user.c.is_active
        )
    )
    found = {row.id: row for row in rows}
    posts = _posts(db, list(found))
    return tuple(
        Colleague(*found[one], tuple(posts.get(one, ()))) for one in wanted if one in found
    )


def _posts(db: Session, user_ids: list[int]) -> dict[int, list[str]]:
    rows = db.execute(
        select(Holding.user_id, Unit.name, Post.name)
        .join(Post, Post.id == Holding.post_id)
        .join(Unit, Unit.id == Holding.unit_id)
        .where(Holding.user_id.in_(user_ids), people.in_force(Holding, clock.today()))
        .order_by(Holding.user_id, Holding.id)
    )
    found: dict[int, list[str]] = {}
    for user_id, unit, post in rows:
        found.setdefault(user_id, []).append(f"{unit}·{post}")
    return found
