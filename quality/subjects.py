"""Subjects: what is improved, who may know of it, and what may be started for it now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, Select, insert, or_, select
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import ProcessDefinition, Unit, User
from engine.people import Actor
from quality import kinds, offers, pages, sharing
from quality.models import Document, Stage, Subject
from quality.pages import Page

_REFERENCE: Final = re.compile(r"(?:subject:)?([1-9][0-9]{0,17})", re.ASCII)
_subject = Subject.__table__


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A subject as lists show it."""

    id: int
    kind: str
    kind_label: str
    code: str
    name: str
    unit_id: int
    unit: str
    owner_id: int | None
    owner: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Startable:
    """A subject that a person may start work for, with what can be started."""

    subject: SubjectRow
    definition: str
    offers: tuple[offers.Offer, ...]


def reference(subject_id: int) -> str:
    """How a case names its subject."""
    return f"subject:{subject_id}"


def read_reference(written: str) -> int:
    """The subject's id. Raises `NotFound` for anything that names none."""
    found = _REFERENCE.fullmatch(written)
    if found is None:
        raise NotFound
    return int(found[1])


def create(  # noqa: PLR0913  (the columns of a row)
    db: Session,
    kind: str,
    code: str,
    name: str,
    unit_id: int,
    *,
    by: Actor,
    owner_id: int | None = None,
    header: Mapping[str, str] | None = None,
) -> int:
    """Add a subject. Returns the id. Raises `NotFound` for an unknown kind."""
    row = {
        "kind": kinds.get(kind).key,
        "code": code,
        "name": name,
        "unit_id": unit_id,
        "owner_id": owner_id,
        "header": orjson.dumps(dict(header or {})).decode(),
        "is_active": True,
    }
    subject_id = db.execute(insert(Subject).returning(Subject.id), row).scalar_one()
    eventlog.record(db, Kind.SUBJECT_CREATED, by=by.mark, asked={"subject": subject_id, **row})
    return subject_id


def one(db: Session, person: Actor, subject_id: int) -> SubjectRow:
    """A subject this person may know of. Raises `NotFound`."""
    wanted = _rows().where(_subject.c.id == subject_id, sharing.may_see(person))
    row = db.execute(wanted).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


def visible(
    db: Session,
    person: Actor,
    *,
    kind: str | None = None,
    text: str = "",
    after: int | None = None,
    limit: int = 50,
) -> Page[SubjectRow]:
    """Subjects this person may know of, by number."""
    conditions = [sharing.may_see(person), *_narrowed(text, after)]
    if kind is not None:
        conditions.append(_subject.c.kind == kind)
    rows, following = _fetched(db, conditions, pages.clamp(limit))
    return Page(tuple(_read(row) for row in rows), following)


def startable(
    db: Session,
    person: Actor,
    *,
    text: str = "",
    subject_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[Startable]:
    """Subjects this person may start work for, with what may be started and why not, if not.

    With `subject_id`, that subject alone, if it is one of them.
    """
    published = _published_kinds(db)
    conditions = [
        sharing.may_start(person),
        _subject.c.is_active,
        _subject.c.kind.in_(published),
        *_narrowed(text, after),
    ]
    if subject_id is not None:
        conditions.append(_subject.c.id == subject_id)
    rows, following = _fetched(db, conditions, pages.clamp(limit))
    stands = standing(db, [row.id for row in rows])
    year = clock.now().year
    items = tuple(
        Startable(
            subject=_read(row),
            definition=kinds.get(row.kind).definition,
            offers=offers.suggest(kinds.get(row.kind), row.name, stands.get(row.id, ()), year),
        )
        for row in rows
    )
    return Page(items, following)


def _published_kinds(db: Session) -> list[str]:
    """The kinds whose flow is published."""
    wanted = {kind.definition for kind in kinds.every()}
    table = ProcessDefinition.__table__
    active = select(table.c.key).where(
        table.c.key.in_(wanted), table.c.active_version_id.is_not(None)
    )
    found = set(db.execute(active).scalars())
    return [kind.key for kind in kinds.every() if kind.definition in found]


def standing(
    db: Session, subject_ids: list[int], *, lock: bool = False
) -> dict[int, list[offers.Standing]]:
    """The documents of these subjects, newest period first; locked where one will be changed."""
    table = Document.__table__
    wanted = (
        select(table).where(table.c.subject_id.in_(subject_ids)).order_by(table.c.period.desc())
    )
    found: dict[int, list[offers.Standing]] = {}
    for row in db.execute(wanted.with_for_update() if lock else wanted):
        stands = offers.Standing(
            row.id, Stage(row.stage), row.period, row.version_number, row.instance_id
        )
        found.setdefault(row.subject_id, []).append(stands)
    return found


def _rows() -> Select[Any]:
    unit, owner = Unit.__table__, User.__table__
    return (
        select(_subject, unit.c.name.label("unit"), owner.c.name.label("owner"))
        .join(unit, unit.c.id == _subject.c.unit_id)
        .join(owner, owner.c.id == _subject.c.owner_id, isouter=True)
    )


def _narrowed(text: str, after: int | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if text.strip():
        words = text.strip()
        named = _subject.c.name.contains(words, autoescape=True)
        conditions.append(or_(named, _subject.c.code.startswith(words, autoescape=True)))
    if after is not None:
        conditions.append(_subject.c.id > after)
    return conditions


def _fetched(
    db: Session, conditions: list[ColumnElement[bool]], limit: int
) -> tuple[Sequence[Row[Any]], int | None]:
    wanted = _rows().where(*conditions).order_by(_subject.c.id).limit(limit + 1)
    return pages.cut(db.execute(wanted).all(), limit, "id")


def _read(row: Row[Any]) -> SubjectRow:
    return SubjectRow(
        id=row.id,
        kind=row.kind,
        kind_label=kinds.get(row.kind).label,
        code=row.code,
        name=row.name,
        unit_id=row.unit_id,
        unit=row.unit,
        owner_id=row.owner_id,
        owner=row.owner or "",
        is_active=row.is_active,
    )
