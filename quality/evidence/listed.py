"""Evidence as people read it: lists, one piece with its files, where it is cited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFound
from engine.models import ProcessInstance, Unit, User
from engine.people import Actor
from quality import pages, sharing
from quality.evidence import filetypes, rights
from quality.evidence.filetypes import Family
from quality.evidence.models import Citation, Evidence, EvidenceFile
from quality.models import Document, DocumentVersion, Subject
from quality.pages import Page

SOON: Final = timedelta(days=30)
MOST_CITED: Final = 50
_piece, _file, _citation = Evidence.__table__, EvidenceFile.__table__, Citation.__table__
_subject, _document, _version = Subject.__table__, Document.__table__, DocumentVersion.__table__
_unit, _owner = Unit.__table__, User.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which evidence a list shows. `whose`: mine, subjects, units or any."""

    whose: str = ""
    family: Family | None = None
    state: str = ""
    subject_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A piece of evidence with its newest file. `cases` is how many cases cite it."""

    id: int
    name: str
    note: str
    owner_id: int
    owner: str
    unit_id: int
    unit: str
    subject_id: int | None
    subject: str
    number: int
    filename: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    expires_on: date | None
    is_active: bool
    cases: int

    @property
    def family(self) -> Family | None:
        """What its type is to people."""
        return filetypes.family(self.media_type)

    @property
    def is_expired(self) -> bool:
        """Whether the last day it counts has passed."""
        return is_expired(self.expires_on)

    @property
    def expires_soon(self) -> bool:
        """Whether it will have expired in a month."""
        today = clock.today()
        return self.expires_on is not None and today <= self.expires_on <= today + SOON


@dataclass(frozen=True, slots=True)
class FileRow:
    """One of the files that a piece is or was."""

    number: int
    filename: str
    media_type: str
    size: int
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Cited:
    """A case that cites a piece, and the document it published, as far as the reader may know."""

    instance_id: int | None
    title: str
    number: int
    places: int
    document_id: int | None
    version: int | None


def is_expired(expires_on: date | None) -> bool:
    """Whether a last day has passed."""
    return expires_on is not None and expires_on < clock.today()


def listed(
    db: Session,
    person: Actor,
    wanted: Wanted,
    *,
    after: int | None = None,
    limit: int = 50,
) -> Page[EvidenceRow]:
    """Evidence this person may see, the newest first."""
    found = _rows().where(rights.visible(db, person), *narrowed(db, person, wanted))
    if after is not None:
        found = found.where(_piece.c.id < after)
    limit = pages.clamp(limit)
    fetched = db.execute(found.order_by(_piece.c.id.desc()).limit(limit + 1)).all()
    rows, following = pages.cut(fetched, limit, "id")
    counts = _counts(db, [row.id for row in rows])
    return Page(tuple(_read(row, counts) for row in rows), following)


def narrowed(db: Session, person: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions of a list's filters."""
    today = clock.today()
    states = {
        "": _piece.c.is_active.is_(True),
        "expiring": and_(_piece.c.is_active, _piece.c.expires_on <= today + SOON),
        "retired": _piece.c.is_active.is_(False),
    }
    conditions = [states[wanted.state]]
    if wanted.whose == "mine":
        conditions.append(_piece.c.owner_id == person.id)
    elif wanted.whose == "subjects":
        conditions.append(rights.of_my_subjects(db, person))
    elif wanted.whose == "units":
        conditions.append(rights.of_my_units(person))
    if wanted.family is not None:
        types = [one for one in filetypes.TYPES.values() if one.family is wanted.family]
        conditions.append(_file.c.media_type.in_(sorted({one.media_type for one in types})))
    if wanted.subject_id is not None:
        conditions.append(_piece.c.subject_id == wanted.subject_id)
    words = wanted.text.strip()
    if words:
        texts = (_piece.c.name, _piece.c.note, _file.c.filename, _subject.c.name)
        conditions.append(or_(*(one.contains(words, autoescape=True) for one in texts)))
    return conditions


def one(db: Session, person: Actor, evidence_id: int) -> EvidenceRow:
    """A piece this person may see. Raises `NotFound`."""
    mine = _rows().where(_piece.c.id == evidence_id, rights.visible(db, person))
    row = db.execute(mine).one_or_none()
    if row is None:
        raise NotFound
    return _read(row, _counts(db, [evidence_id]))


def keeps(db: Session, person: Actor, evidence_id: int) -> bool:
    """Whether this person may change a piece."""
    mine = select(_piece.c.id).where(_piece.c.id == evidence_id, rights.kept_by(db, person))
    return db.execute(mine).first() is not None


def files(db: Session, evidence_id: int) -> tuple[FileRow, ...]:
    """All files of a piece, the newest first. Who asks was let see it before."""
    wanted = (
        select(_file, _owner.c.name)
        .join(_owner, _owner.c.id == _file.c.uploaded_by)
        .where(_file.c.evidence_id == evidence_id)
        .order_by(_file.c.number.desc())
        .limit(pages.MOST)
    )
    return tuple(_file_row(row) for row in db.execute(wanted))


def file(db: Session, person: Actor, evidence_id: int, number: int | None) -> FileRow:
    """One file of a piece this person may see, the newest unless told. Raises `NotFound`."""
    which = _piece.c.number if number is None else number
    wanted = (
        select(_file, _owner.c.name)
        .join(_piece, _piece.c.id == _file.c.evidence_id)
        .join(_owner, _owner.c.id == _file.c.uploaded_by)
        .where(_piece.c.id == evidence_id, _file.c.number == which, rights.visible(db, person))
    )
    row = db.execute(wanted).one_or_none()
    if row is None:
        raise NotFound
    return _file_row(row)


def cited(db: Session, person: Actor, evidence_id: int) -> tuple[tuple[Cited, ...], int]:
    """The cases that cite a piece and that this person may know of; how many there are besides."""
    instance = ProcessInstance.__table__
    is_seen = case((rights.case_seen(person), 1), else_=0)
    is_read = case((and_(_version.c.id.is_not(None), sharing.may_read(db, person)), 1), else_=0)
    columns = (
        instance.c.id,
        instance.c.title,
        func.max(_citation.c.number).label("number"),
        func.count().label("places"),
        func.max(_document.c.id).label("document_id"),
        func.max(_version.c.number).label("version"),
        func.max(is_seen).label("is_seen"),
        func.max(is_read).label("is_read"),
    )
    wanted = (
        select(*columns)
        .select_from(_citation)
        .join(instance, instance.c.id == _citation.c.instance_id)
        .join(_version, _version.c.instance_id == instance.c.id, isouter=True)
        .join(_document, _document.c.id == _version.c.document_id, isouter=True)
        .join(_subject, _subject.c.id == _document.c.subject_id, isouter=True)
        .where(_citation.c.evidence_id == evidence_id)
        .group_by(instance.c.id, instance.c.title)
        .subquery()
    )
    known = or_(wanted.c.is_seen == 1, wanted.c.is_read == 1)
    rows = db.execute(
        select(wanted).where(known).order_by(wanted.c.id.desc()).limit(MOST_CITED)
    ).all()
    total = db.execute(select(func.count()).select_from(wanted)).scalar_one()
    return tuple(_cited(row) for row in rows), total - len(rows)


def _cited(row: Row[Any]) -> Cited:
    return Cited(
        row.id if row.is_seen else None,
        row.title,
        row.number,
        row.places,
        row.document_id if row.is_read else None,
        row.version if row.is_read else None,
    )


def _rows() -> Select[Any]:
    newest = and_(_file.c.evidence_id == _piece.c.id, _file.c.number == _piece.c.number)
    return (
        select(
            _piece,
            _file.c.filename,
            _file.c.media_type,
            _file.c.size,
            _file.c.sha256,
            _file.c.uploaded_at,
            _owner.c.name.label("owner"),
            _unit.c.name.label("unit"),
            _subject.c.name.label("subject"),
        )
        .join(_file, newest)
        .join(_owner, _owner.c.id == _piece.c.owner_id)
        .join(_unit, _unit.c.id == _piece.c.unit_id)
        .join(_subject, _subject.c.id == _piece.c.subject_id, isouter=True)
    )


def _counts(db: Session, ids: list[int]) -> Mapping[int, int]:
    if not ids:
        return {}
    wanted = (
        select(_citation.c.evidence_id, func.count(_citation.c.instance_id.distinct()).label("n"))
        .where(_citation.c.evidence_id.in_(ids))
        .group_by(_citation.c.evidence_id)
    )
    return {row.evidence_id: row.n for row in db.execute(wanted)}


def _read(row: Row[Any], counts: Mapping[int, int]) -> EvidenceRow:
    names = (name for name in EvidenceRow.__slots__ if name not in ("subject", "cases"))
    values = {name: getattr(row, name) for name in names}
    return EvidenceRow(**values, subject=row.subject or "", cases=counts.get(row.id, 0))


def _file_row(row: Row[Any]) -> FileRow:
    return FileRow(
        row.number,
        row.filename,
        row.media_type,
        row.size,
        row.sha256,
        row.name,
        row.uploaded_at,
    )
