"""Pages of posts held: of one person, in one unit, of one post, on a day or at any time."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Integer, bindparam, select, tuple_
from sqlalchemy.orm import Session, aliased

from engine import people
from engine.college import posts
from engine.college.posts import Held
from engine.errors import NotFound
from engine.models import Holding

PAGE: Final = 50
MOST: Final = 200


def listed(
    db: Session,
    *conditions: ColumnElement[bool],
    on: date | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[tuple[Held, ...], int | None]:
    """Holdings in force on a day, or any; the longest first. And where the next page begins."""
    limit = max(1, min(limit, MOST))
    wanted = list(conditions)
    if on is not None:
        wanted.append(people.in_force(Holding, on))
    if after is not None:
        last, number = aliased(Holding), bindparam("after", after, Integer)
        since = select(last.since).where(last.id == number).scalar_subquery()
        wanted.append(tuple_(Holding.since, Holding.id) > tuple_(since, number))
    rows = posts.held(db, *wanted, limit=limit + 1)
    return tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def one(db: Session, holding_id: int) -> Held:
    """One holding. Raises `NotFound`."""
    rows = posts.held(db, Holding.id == holding_id, limit=1)
    if not rows:
        raise NotFound
    return rows[0]
