"""Who may see a piece of evidence, who keeps it, and where a person may add one: query conditions.

A piece that belongs to a subject is seen by whoever the grants let see that subject; one of a unit
by the unit's staff and those whom a grant for all kinds reaches it; any piece also by whoever may
read a case or a published document that cites it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Exists, and_, false, not_, or_, select, true
from sqlalchemy.orm import Session

from engine import clock, grants, people, permissions, predicates
from engine.errors import NotFound
from engine.grants import Scope
from engine.models import Reach, Unit, UnitAbove
from engine.people import Actor
from engine.permissions import Action
from engine.queries import cases
from quality import kinds, sharing, subjects
from quality.evidence.errors import NoPlace
from quality.evidence.models import Citation, Evidence
from quality.models import Document, DocumentVersion, Subject, SubjectMember

MOST_PLACES: Final = 200
_piece, _citation = Evidence.__table__, Citation.__table__
_subject, _document, _version = Subject.__table__, Document.__table__, DocumentVersion.__table__


@dataclass(frozen=True, slots=True)
class Place:
    """What a piece belongs to: a subject, or a unit as such."""

    unit_id: int
    subject_id: int | None
    name: str
    unit: str = ""

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"subject:{self.subject_id}" if self.subject_id else f"unit:{self.unit_id}"


def visible(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on evidence that this person may see it."""
    scopes = grants.scopes(db, person, Action.SUBJECT_VIEW)
    seen = or_(false(), *(sharing.reached(person, one) for one in scopes))
    subjects_seen = select(_subject.c.id).where(seen).correlate(None)
    return or_(
        _piece.c.owner_id == person.id,
        _piece.c.subject_id.in_(subjects_seen),
        and_(_piece.c.subject_id.is_(None), _of_unit(person, scopes)),
        _cited_in_cases(person, seen),
        _cited_in_documents(db, person),
    )


def citable(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on evidence that this person may cite it; a deputy, the principals' too."""
    principals = [one.id for one in person.deputy_for]
    return or_(visible(db, person), _piece.c.owner_id.in_(principals))


def kept_by(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on evidence that this person may change it: their own, or where they work."""
    mine = select(_subject.c.id).where(_workable(db, person)).correlate(None)
    return or_(
        _piece.c.owner_id == person.id,
        _piece.c.subject_id.in_(mine),
        and_(_piece.c.subject_id.is_(None), _piece.c.unit_id.in_(_own_units(person))),
    )


def of_my_subjects(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition that a piece belongs to a subject this person works for."""
    mine = select(_subject.c.id).where(_workable(db, person)).correlate(None)
    return _piece.c.subject_id.in_(mine)


def of_my_units(person: Actor) -> ColumnElement[bool]:
    """The condition that a piece belongs to a unit of this person, or to a subject in it."""
    return _piece.c.unit_id.in_(_own_units(person))


def case_seen(person: Actor) -> ColumnElement[bool]:
    """The condition on citations that this person may know of the case they stand in."""
    if permissions.may(person, Action.INSTANCE_VIEW_ANY):
        return true()
    return _takes_part(person)


def _takes_part(person: Actor) -> ColumnElement[bool]:
    return _citation.c.instance_id.in_(cases.own(person).correlate(None))


def places(db: Session, person: Actor) -> list[Place]:
    """Where this person may add evidence: the subjects they work for, then their units."""
    unit = Unit.__table__
    wanted = (
        select(_subject.c.id, _subject.c.name, _subject.c.unit_id, unit.c.name.label("unit"))
        .join(unit, unit.c.id == _subject.c.unit_id)
        .where(_subject.c.is_active, _workable(db, person))
        .order_by((_subject.c.owner_id == person.id).desc(), _subject.c.kind, _subject.c.code)
        .limit(MOST_PLACES)
    )
    found = [Place(row.unit_id, row.id, row.name, row.unit) for row in db.execute(wanted)]
    return found + list(_units(db, person))


def place(db: Session, person: Actor, key: str, *, case: int | None = None) -> Place:
    """A place by its key, if this person may add evidence there. Raises `NoPlace`."""
    found = find(db, person, key, case=case)
    if found is None:
        raise NoPlace
    return found


def find(db: Session, person: Actor, key: str, *, case: int | None = None) -> Place | None:
    """The same, or None. Who has a task of a case in hand may add to what the case is about."""
    if key.startswith("unit:"):
        return next((one for one in _units(db, person) if one.key == key), None)
    try:
        subject_id = subjects.read_reference(key)
    except NotFound:
        return None
    unit = Unit.__table__
    wanted = (
        select(_subject.c.id, _subject.c.name, _subject.c.unit_id, unit.c.name.label("unit"))
        .join(unit, unit.c.id == _subject.c.unit_id)
        .where(_subject.c.id == subject_id)
    )
    if case is None or of_case(db, person, case) != key:
        wanted = wanted.where(_subject.c.is_active, _workable(db, person))
    row = db.execute(wanted).one_or_none()
    return Place(row.unit_id, row.id, row.name, row.unit) if row is not None else None


def of_case(db: Session, person: Actor, instance_id: int) -> str:
    """The key of what a case is about, for whoever has a task of it in hand; else empty."""
    if cases.open_for(db, person, instance_id) is None:
        return ""
    return cases.one(db, person, instance_id).row.subject or ""


def _units(db: Session, person: Actor) -> Iterator[Place]:
    unit = Unit.__table__
    wanted = select(unit.c.id, unit.c.name).where(unit.c.id.in_(_own_units(person)))
    for row in db.execute(wanted.order_by(unit.c.name).limit(MOST_PLACES)):
        yield Place(row.id, None, row.name)


def _own_units(person: Actor) -> list[int]:
    """The units whose evidence this person keeps: where they work."""
    return sorted(person.units) if predicates.is_staff(person, None) else []


def _workable(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on subjects this person works for: starts work for, owns, is of the team of."""
    team = (
        select(SubjectMember.subject_id)
        .where(SubjectMember.user_id == person.id, people.in_force(SubjectMember, clock.today()))
        .correlate(None)
    )
    return or_(
        sharing.may_start(db, person), _subject.c.owner_id == person.id, _subject.c.id.in_(team)
    )


def _of_unit(person: Actor, scopes: tuple[Scope, ...]) -> ColumnElement[bool]:
    """The condition on evidence of a unit as such; grants for a kind or a year do not reach it."""
    units = set(_own_units(person))
    near = [_piece.c.unit_id.in_(sorted(units))]
    for one in scopes:
        if one.subject_kind is not None or one.year is not None:
            continue
        if one.reach is Reach.ALL:
            return true()
        if one.reach is Reach.UNIT:
            near.append(_piece.c.unit_id.in_(sorted(one.units)))
        elif one.reach is Reach.BELOW:
            above = UnitAbove.__table__
            under = select(above.c.unit_id).where(above.c.above_id.in_(sorted(one.units)))
            near.append(_piece.c.unit_id.in_(under.correlate(None)))
    return or_(*near)


def _cited_in_cases(person: Actor, seen: ColumnElement[bool]) -> Exists:
    """Whoever sees a case only by an office reads there nothing of a subject of a kind apart."""
    told = case_seen(person)
    by_office = permissions.may(person, Action.INSTANCE_VIEW_ANY)
    if by_office and not predicates.is_auditor(person, None):
        kept = select(_subject.c.id).where(_subject.c.kind.in_(sorted(kinds.APART)), not_(seen))
        of_others = _piece.c.subject_id.in_(kept.correlate(None))
        told = or_(_piece.c.subject_id.is_(None), not_(of_others), _takes_part(person))
    mine = _citation.c.evidence_id == _piece.c.id
    return select(_citation.c.id).where(mine, told).correlate(_piece).exists()


def _cited_in_documents(db: Session, person: Actor) -> Exists:
    return (
        select(_citation.c.id)
        .join(_version, _version.c.instance_id == _citation.c.instance_id)
        .join(_document, _document.c.id == _version.c.document_id)
        .join(_subject, _subject.c.id == _document.c.subject_id)
        .where(_citation.c.evidence_id == _piece.c.id, sharing.may_read(db, person))
        .correlate(_piece)
        .exists()
    )
