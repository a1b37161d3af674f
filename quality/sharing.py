"""Who may see a subject and its published documents, and who may start work: query conditions.

The conditions are made of grants, one of each; `quality.explain` asks the same ones, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from engine import clock, grants, people
from engine.college.kinds import SCHOOL
from engine.grants import NewGrant, Scope
from engine.models import Reach, Unit, UnitAbove
from engine.people import Actor
from engine.permissions import Action
from quality import kinds
from quality.models import Document, Subject, SubjectMember

YEAR: Final = 4
_subject, _document, _above = Subject.__table__, Document.__table__, UnitAbove.__table__
_unit_table = Unit.__table__


def may_see(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on subjects that this person may know of."""
    return _any(person, grants.scopes(db, person, Action.SUBJECT_VIEW))


def may_read(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on documents, joined with their subjects, that this person may read."""
    scopes = grants.scopes(db, person, Action.SUBJECT_VIEW)
    return or_(false(), *(and_(reached(person, one), in_year(one)) for one in scopes))


def may_start(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on subjects for which this person may start work."""
    return _any(person, grants.scopes(db, person, Action.SUBJECT_START))


def _any(person: Actor, scopes: tuple[Scope, ...]) -> ColumnElement[bool]:
    return or_(false(), *(reached(person, one) for one in scopes))


def reached(person: Actor, scope: Scope) -> ColumnElement[bool]:
    """The condition on subjects that one grant reaches for this person."""
    return and_(in_reach(person, scope), of_kind(scope))


def in_reach(person: Actor, scope: Scope) -> ColumnElement[bool]:
    """The condition that a subject is near enough: one's own, of the unit, below it, any.

    Kinds apart are below a college or a department, never below the school as a whole.
    """
    return _REACHES[scope.reach](person, scope)


def of_kind(scope: Scope) -> ColumnElement[bool]:
    """The condition that a subject is of a kind that a grant is for.

    One for no particular kind is for all but those apart, unless these are one's own.
    """
    if scope.subject_kind is not None:
        return _subject.c.kind == scope.subject_kind
    if scope.reach is Reach.OWN or scope.action == Action.TEMPLATE_EDIT:
        return true()
    return _subject.c.kind.not_in(sorted(kinds.APART))


def in_year(scope: Scope) -> ColumnElement[bool]:
    """The condition that a document's period covers the year a grant is narrowed to."""
    return true() if scope.year is None else covers(scope.year)


def covers(year: int) -> ColumnElement[bool]:
    """The condition that a document's period covers a year."""
    period = _document.c.period
    last = func.substr(period, func.length(period) - YEAR + 1, YEAR)
    return and_(func.substr(period, 1, YEAR) <= str(year), last >= str(year))


def own(person: Actor) -> ColumnElement[bool]:
    """The condition on subjects that this person answers for or works on."""
    team = select(SubjectMember.subject_id).where(
        SubjectMember.user_id == person.id, people.in_force(SubjectMember, clock.today())
    )
    return or_(_subject.c.owner_id == person.id, _subject.c.id.in_(team))


def _own(person: Actor, scope: Scope) -> ColumnElement[bool]:
    if scope.action == Action.SUBJECT_START:
        return _subject.c.owner_id == person.id
    return own(person)


def _unit(_person: Actor, scope: Scope) -> ColumnElement[bool]:
    return _subject.c.unit_id.in_(sorted(scope.units))


def _below(_person: Actor, scope: Scope) -> ColumnElement[bool]:
    under = select(_above.c.unit_id).where(_above.c.above_id.in_(sorted(scope.units)))
    if scope.subject_kind in kinds.APART:
        whole = select(_unit_table.c.id).where(_unit_table.c.kind == SCHOOL)
        under = under.where(_above.c.above_id.not_in(whole))
    return _subject.c.unit_id.in_(under)


def _all(_person: Actor, _scope: Scope) -> ColumnElement[bool]:
    return true()


_REACHES: Final[Mapping[Reach, Callable[[Actor, Scope], ColumnElement[bool]]]] = {
    Reach.OWN: _own,
    Reach.UNIT: _unit,
    Reach.BELOW: _below,
    Reach.ALL: _all,
}


def give(db: Session, asked: NewGrant, *, by: Actor) -> int:
    """Give a grant whose kind of subject, if it names one, there is. Raises `NotFound`."""
    if asked.subject_kind is not None:
        kinds.get(asked.subject_kind)
    return grants.give(db, asked, by=by)
