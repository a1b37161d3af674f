"""Subjects as people read them: who may know of which, lists, one with its head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, Select, func, not_, or_, select, true
from sqlalchemy.orm import Session

from engine import permissions
from engine.errors import NotFound
from engine.models import Unit, UnitAbove, User
from engine.people import Actor
from engine.permissions import Action
from quality import kinds, pages, sharing, units
from quality.kinds import SubjectKind
from quality.models import Stage, Subject
from quality.pages import Page
from quality.subjects import described
from quality.subjects.references import read_reference

_subject = Subject.__table__
_above = _subject.alias("above")
CHOICES: Final = 1_000
LISTED_UNITS: Final = ("department", "college")


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A subject as lists show it; `header` are the values that the register itself keeps."""

    id: int
    kind: str
    kind_label: str
    kind_short: str
    code: str
    name: str
    unit_id: int
    unit: str
    unit_code: str
    owner_id: int | None
    owner: str
    parent_id: int | None
    parent: str
    header: Mapping[str, Any]
    is_pilot: bool
    is_active: bool
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which subjects a list shows; None does not narrow. A unit counts with all below it.

    An owner who left is none.
    """

    kind: str | None = None
    unit_id: int | None = None
    parent_id: int | None = None
    owner_id: int | None = None
    is_pilot: bool | None = None
    has_owner: bool | None = None
    is_active: bool | None = None
    text: str = ""

    def of_any_kind(self) -> Wanted:
        """The same, whatever the kind."""
        return replace(self, kind=None)

    def of_pilots(self) -> Wanted:
        """The same, pilots only."""
        return replace(self, is_pilot=True)


EVERYTHING: Final = Wanted()


def known_to(db: Session, person: Actor) -> ColumnElement[bool]:
    """The condition on subjects this person may know of: who keeps the register knows them all."""
    if permissions.may(person, Action.SUBJECT_EDIT):
        return true()
    return sharing.may_see(db, person)


def one(db: Session, person: Actor, subject_id: int) -> SubjectRow:
    """A subject this person may know of. Raises `NotFound`."""
    row = db.execute(rows().where(_subject.c.id == subject_id, known_to(db, person))).one_or_none()
    if row is None:
        raise NotFound
    return read(row)


def has_documents_for(db: Session, person: Actor, subject_id: int) -> bool:
    """Whether this person sees what the subject publishes; knowing of it is not enough."""
    seen = select(_subject.c.id).where(_subject.c.id == subject_id, sharing.may_see(db, person))
    return db.execute(seen).one_or_none() is not None


def known(db: Session, person: Actor, subject_ids: Iterable[int | None]) -> frozenset[int]:
    """Which of these subjects this person may know of: the others are named, not linked."""
    ids = {subject_id for subject_id in subject_ids if subject_id is not None}
    if not ids:
        return frozenset()
    wanted = select(_subject.c.id).where(_subject.c.id.in_(ids), known_to(db, person))
    return frozenset(db.execute(wanted).scalars())


def is_kept_from(db: Session, person: Actor, reference: str) -> bool:
    """Whether what is written about a subject is not for this person: of a kind apart, no grant."""
    try:
        subject_id = read_reference(reference)
    except NotFound:
        return False
    apart = _subject.c.kind.in_(sorted(kinds.APART)), not_(sharing.may_see(db, person))
    found = select(_subject.c.id).where(_subject.c.id == subject_id, *apart)
    return db.execute(found).first() is not None


def visible(
    db: Session,
    person: Actor,
    wanted: Wanted = EVERYTHING,
    *,
    after: int | None = None,
    limit: int = 50,
) -> Page[SubjectRow]:
    """Subjects this person may know of, by number."""
    conditions = [known_to(db, person), *narrowed(wanted)]
    found, following = fetched(db, conditions, after, pages.clamp(limit))
    return Page(tuple(read(row) for row in found), following)


def counts(db: Session, person: Actor, wanted: Wanted = EVERYTHING) -> dict[str, int]:
    """How many such subjects this person may know of, by kind."""
    owner = User.__table__
    counting = (
        select(_subject.c.kind, func.count().label("number"))
        .select_from(_subject.join(owner, owner.c.id == _subject.c.owner_id, isouter=True))
        .where(known_to(db, person), *narrowed(wanted))
        .group_by(_subject.c.kind)
    )
    return {row.kind: row.number for row in db.execute(counting)}


def units_of(db: Session, person: Actor) -> tuple[tuple[int, str], ...]:
    """Departments and colleges with subjects this person may know of: for a filter."""
    unit, above = Unit.__table__, UnitAbove.__table__
    holding = (
        select(above.c.above_id)
        .join(_subject, _subject.c.unit_id == above.c.unit_id)
        .where(known_to(db, person))
    )
    named = (
        select(unit.c.id, unit.c.name)
        .where(unit.c.kind.in_(LISTED_UNITS), unit.c.id.in_(holding))
        .order_by(unit.c.kind, unit.c.position, unit.c.id)
        .limit(pages.MOST)
    )
    return tuple((row.id, row.name) for row in db.execute(named))


def parents_for(db: Session, key: str) -> tuple[tuple[int, str], ...]:
    """Subjects in use that one of this kind may belong to, for whoever keeps the register."""
    wanted = kinds.get(key).register.parents
    found = (
        select(_subject.c.id, _subject.c.kind, _subject.c.name, _subject.c.code)
        .where(_subject.c.kind.in_(wanted), _subject.c.is_active)
        .order_by(_subject.c.kind, _subject.c.code)
        .limit(CHOICES)
    )
    return tuple((row.id, f"{row.name} {row.code}") for row in db.execute(found))


def below(db: Session, person: Actor, subject_id: int) -> tuple[tuple[SubjectKind, int], ...]:
    """How many subjects in use stand directly below one, by kind."""
    found = counts(db, person, Wanted(parent_id=subject_id, is_active=True))
    return tuple((kind, found[kind.key]) for kind in kinds.every() if kind.key in found)


def head(
    db: Session, row: SubjectRow, stage: Stage = Stage.GOAL
) -> tuple[tuple[str, str | None], ...]:
    """The head as the tables of a stage print it; None for what only a case will know."""
    known = {"code": row.code, "name": row.name}
    fields = kinds.get(row.kind).header
    if any(one.source == "college" for one in fields):
        known["college"] = units.college_of(db, row.unit_id)[1]
    return tuple(
        (
            one.label_in(stage),
            described.typed(row.header.get(one.key)) if one.is_own else known.get(one.source),
        )
        for one in fields
    )


def chosen(db: Session, person: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """The condition that a subject is in a list, for acts on all that it shows."""
    owner = User.__table__
    ids = (
        select(_subject.c.id)
        .select_from(_subject.join(owner, owner.c.id == _subject.c.owner_id, isouter=True))
        .where(known_to(db, person), *narrowed(wanted))
    )
    return _subject.c.id.in_(ids)


def narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions of a list's filters; the rows must be joined with their owners."""
    asked = {
        _subject.c.kind: wanted.kind,
        _subject.c.parent_id: wanted.parent_id,
        _subject.c.owner_id: wanted.owner_id,
        _subject.c.is_pilot: wanted.is_pilot,
        _subject.c.is_active: wanted.is_active,
    }
    conditions = [column == value for column, value in asked.items() if value is not None]
    if wanted.unit_id is not None:
        conditions.append(_subject.c.unit_id.in_(units.at_or_below([wanted.unit_id])))
    if wanted.has_owner is not None:
        ownerless = _subject.c.owner_id.is_(None) | User.__table__.c.is_active.is_(False)
        conditions.append(~ownerless if wanted.has_owner else ownerless)
    words = wanted.text.strip()
    if words:
        conditions.append(
            or_(
                _subject.c.name.contains(words, autoescape=True),
                _subject.c.code.startswith(words, autoescape=True),
                User.__table__.c.name.contains(words, autoescape=True),
            )
        )
    return conditions


def rows() -> Select[Any]:
    """Subjects with the names of their unit, owner and parent."""
    unit, owner = Unit.__table__, User.__table__
    return (
        select(
            _subject,
            unit.c.name.label("unit"),
            unit.c.code.label("unit_code"),
            owner.c.name.label("owner"),
            _above.c.name.label("parent"),
        )
        .join(unit, unit.c.id == _subject.c.unit_id)
        .join(owner, owner.c.id == _subject.c.owner_id, isouter=True)
        .join(_above, _above.c.id == _subject.c.parent_id, isouter=True)
    )


def fetched(
    db: Session, conditions: list[ColumnElement[bool]], after: int | None, limit: int
) -> tuple[Sequence[Row[Any]], int | None]:
    """A page of rows by number, and the cursor of the next."""
    if after is not None:
        conditions = [*conditions, _subject.c.id > after]
    wanted = rows().where(*conditions).order_by(_subject.c.id).limit(limit + 1)
    return pages.cut(db.execute(wanted).all(), limit, "id")


def read(row: Row[Any]) -> SubjectRow:
    """A row of `rows` as a value."""
    return SubjectRow(
        id=row.id,
        kind=row.kind,
        kind_label=kinds.get(row.kind).label,
        kind_short=kinds.get(row.kind).short,
        code=row.code,
        name=row.name,
        unit_id=row.unit_id,
        unit=row.unit,
        unit_code=row.unit_code,
        owner_id=row.owner_id,
        owner=row.owner or "",
        parent_id=row.parent_id,
        parent=row.parent or "",
        header=orjson.loads(row.header),
        is_pilot=row.is_pilot,
        is_active=row.is_active,
        closed_on=row.closed_on,
    )
