"""Which unit a word in an assignment rule means: `subject.college`, `initiator.unit` and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.errors import NotFound
from engine.handlers import Resolver
from engine.models import Holding, Post, PostKind
from quality import subjects, units
from quality.models import Subject


def subject_unit(db: Session, reference: str) -> int | None:
    """The unit of the subject."""
    try:
        subject_id = subjects.read_reference(reference)
    except NotFound:
        return None
    table = Subject.__table__
    return db.execute(select(table.c.unit_id).where(table.c.id == subject_id)).scalar_one_or_none()


def subject_college(db: Session, reference: str) -> int | None:
    """The college of the subject's unit; a department's subject has the department."""
    return _college(db, subject_unit(db, reference))


def initiator_unit(db: Session, user_id: str) -> int | None:
    """The unit in which a person holds a post; of several, the one held first.

    A unit that the person leads from above is not theirs.
    """
    table = Holding.__table__
    return db.execute(
        select(table.c.unit_id)
        .join(Post, Post.id == table.c.post_id)
        .where(table.c.user_id == int(user_id), people.in_force(Holding, clock.today()))
        .where(Post.kind != PostKind.LEADER)
        .order_by(table.c.since, table.c.id)
        .limit(1)
    ).scalar_one_or_none()


def initiator_college(db: Session, user_id: str) -> int | None:
    """The college of that unit."""
    return _college(db, initiator_unit(db, user_id))


def _college(db: Session, unit_id: int | None) -> int | None:
    return units.college_of(db, unit_id)[0] if unit_id is not None else None


RESOLVERS: Final[Mapping[str, Resolver]] = {
    "subject.unit": subject_unit,
    "subject.college": subject_college,
    "initiator.unit": initiator_unit,
    "initiator.college": initiator_college,
}
