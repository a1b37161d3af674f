"""Which unit or which people a word in an assignment rule means: `subject.college` and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, people
from engine.errors import NotFound
from engine.handlers import PeopleOf, Resolver
from engine.models import Holding, Post, PostKind
from quality import standards, subjects, units
from quality.models import Subject, SubjectMember


def subject_unit(db: Session, reference: str) -> int | None:
    """The unit of the subject; of a case about a standard, the unit that keeps it."""
    if standards.read_reference(reference) is not None:
        return standards.unit_of(db, reference)
    table = Subject.__table__
    unit = select(table.c.unit_id).where(table.c.id == _number(reference))
    return db.execute(unit).scalar_one_or_none()


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


def subject_owner(db: Session, reference: str) -> tuple[int, ...]:
    """Who answers for the subject."""
    table = Subject.__table__
    owner = select(table.c.owner_id).where(table.c.id == _number(reference))
    return tuple(one for one in db.execute(owner).scalars() if one is not None)


def subject_team(db: Session, reference: str) -> tuple[int, ...]:
    """The team around the subject, without who answers for it."""
    table = SubjectMember.__table__
    members = select(table.c.user_id).where(table.c.subject_id == _number(reference))
    today = people.in_force(SubjectMember, clock.today())
    return tuple(db.execute(members.where(today).order_by(table.c.user_id)).scalars())


def _number(reference: str) -> int | None:
    try:
        return subjects.read_reference(reference)
    except NotFound:
        return None


RESOLVERS: Final[Mapping[str, Resolver]] = {
    "subject.unit": subject_unit,
    "subject.college": subject_college,
    "initiator.unit": initiator_unit,
    "initiator.college": initiator_college,
}
PEOPLE: Final[Mapping[str, PeopleOf]] = {
    "subject.owner": subject_owner,
    "subject.team": subject_team,
}
