"""The posts of the college, and how many people hold each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.errors import NotFound
from engine.models import Holding, Post


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post; `holders` counts the people who hold it today, each once."""

    id: int
    key: str
    name: str
    kind: str
    position: int
    is_active: bool
    holders: int = 0


def listed(db: Session, *, unused: bool = False) -> tuple[PostRow, ...]:
    """The posts in use (or all), in the college's order, with how many hold each."""
    counted = (
        select(Holding.post_id, func.count(distinct(Holding.user_id)))
        .where(people.in_force(Holding, clock.today()))
        .group_by(Holding.post_id)
    )
    holders = {row[0]: row[1] for row in db.execute(counted)}
    wanted = select(Post).order_by(Post.position, Post.name, Post.id)
    if not unused:
        wanted = wanted.where(Post.is_active)
    return tuple(_row(post, holders.get(post.id, 0)) for post in db.execute(wanted).scalars())


def one(db: Session, post_id: int) -> PostRow:
    """One post. Raises `NotFound`."""
    post = db.execute(select(Post).where(Post.id == post_id)).scalar_one_or_none()
    if post is None:
        raise NotFound
    counted = select(func.count(distinct(Holding.user_id))).where(
        Holding.post_id == post_id, people.in_force(Holding, clock.today())
    )
    return _row(post, db.execute(counted).scalar_one())


def options(db: Session) -> list[tuple[int, str]]:
    """The posts in use, to choose from."""
    wanted = select(Post.id, Post.name).where(Post.is_active)
    rows = db.execute(wanted.order_by(Post.position, Post.name, Post.id))
    return [(row.id, row.name) for row in rows]


def _row(post: Post, holders: int) -> PostRow:
    return PostRow(post.id, post.key, post.name, post.kind, post.position, post.is_active, holders)
