"""Published documents as people read them: lists, versions, differences, and the linked chain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from engine import people, versions
from engine.errors import NotFound
from engine.forms import changes, choices
from engine.forms.changes import Change
from engine.forms.choices import Choices
from engine.forms.model import Form
from engine.models import ProcessInstance, ProcessVersion, Unit
from engine.people import Actor
from quality import kinds, offers, pages, periods, publishing, sharing, subjects
from quality.models import Document, DocumentVersion, Stage, Subject
from quality.pages import Page
from quality.subjects import SubjectRow

_document, _subject, _version = Document.__table__, Subject.__table__, DocumentVersion.__table__


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents a list shows: those whose period covers `year`, of subjects that are `mine`.

    One's own are those that one answers for or works on.
    """

    kind: str | None = None
    stage: str | None = None
    period: str | None = None
    year: int | None = None
    subject_id: int | None = None
    unit_id: int | None = None
    mine: bool = False
    text: str = ""


ANY: Final = Wanted()


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A published document as lists show it; `status` is that of the newest work on it."""

    id: int
    subject_id: int
    subject: str
    code: str
    kind: str
    kind_label: str
    stage: str
    stage_label: str
    period: str
    period_text: str
    unit: str
    title: str
    status: str
    number: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version, the case that brought it, what it was made from (`births.origin`)."""

    number: int
    published_at: datetime
    instance_id: int
    template: str
    made_from_id: int | None


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with all its versions, newest first."""

    row: DocumentRow
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version to be drawn: the form it was approved on, its values, what conditions read."""

    document: DocumentView
    version: VersionRow
    form: Form
    values: Mapping[str, Any]
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """Goals, and what was made under them year by year: standard, plan, collection."""

    document: DocumentRow
    yearly: tuple[DocumentRow, ...]


@dataclass(frozen=True, slots=True)
class SubjectChain:
    """What a subject has published, linked from stage to stage."""

    subject: SubjectRow
    goals: tuple[ChainLink, ...]


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """The document a case is about; `number` is the version it published, if it did."""

    document_id: int
    subject_id: int
    stage: str
    period: str
    number: int | None


def published(
    db: Session,
    person: Actor,
    wanted: Wanted = ANY,
    *,
    after: int | None = None,
    limit: int = 50,
) -> Page[DocumentRow]:
    """Published documents this person may see, the last published first."""
    found = _rows().where(sharing.may_read(db, person), *_narrowed(person, wanted))
    if after is not None:
        found = found.where(_version.c.id < after)
    limit = pages.clamp(limit)
    fetched = db.execute(found.order_by(_version.c.id.desc()).limit(limit + 1)).all()
    rows, following = pages.cut(fetched, limit, "version_id")
    return Page(tuple(_read(row) for row in rows), following)


def _narrowed(person: Actor, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    asked = {
        _subject.c.kind: wanted.kind,
        _document.c.stage: wanted.stage,
        _document.c.period: wanted.period,
        _subject.c.id: wanted.subject_id,
        _subject.c.unit_id: wanted.unit_id,
    }
    yield from (column == value for column, value in asked.items() if value is not None)
    if wanted.year is not None:
        yield sharing.covers(wanted.year)
    if wanted.mine:
        yield sharing.own(person)
    if text := wanted.text.strip():
        named = _subject.c.name.contains(text, autoescape=True)
        yield or_(named, _subject.c.code.startswith(text, autoescape=True))


def first(db: Session, person: Actor, wanted: Wanted, most: int) -> list[DocumentRow]:
    """The list as a whole; one more than `most` says that there are more."""
    return pages.first(
        lambda after: published(db, person, wanted, after=after, limit=pages.MOST), most
    )


def units(db: Session, person: Actor) -> tuple[tuple[int, str], ...]:
    """The units whose published documents this person may see, by name: for a filter."""
    unit = Unit.__table__
    holding = select(_subject.c.unit_id).join(_document, _document.c.subject_id == _subject.c.id)
    wanted = holding.where(_document.c.version_number > 0, sharing.may_read(db, person))
    named = select(unit.c.id, unit.c.name).where(unit.c.id.in_(wanted)).order_by(unit.c.name)
    return tuple((row.id, row.name) for row in db.execute(named.limit(pages.MOST)))


def one(db: Session, person: Actor, document_id: int) -> DocumentView:
    """A published document this person may see. Raises `NotFound`."""
    wanted = _rows().where(_document.c.id == document_id, sharing.may_read(db, person))
    row = db.execute(wanted).one_or_none()
    if row is None:
        raise NotFound
    columns = (
        _version.c.number,
        _version.c.published_at,
        _version.c.instance_id,
        _version.c.template,
        _version.c.made_from_id,
    )
    told = db.execute(
        select(*columns)
        .where(_version.c.document_id == document_id)
        .order_by(_version.c.number.desc())
    )
    return DocumentView(_read(row), tuple(VersionRow(*version) for version in told))


def version(db: Session, person: Actor, document_id: int, number: int | None = None) -> VersionView:
    """One version of a document, the newest unless told. Raises `NotFound`."""
    document = one(db, person, document_id)
    wanted = document.row.number if number is None else number
    found = next((one_ for one_ in document.versions if one_.number == wanted), None)
    if found is None:
        raise NotFound
    variables = {name: getattr(document.row, name) for name in ("stage", "period", "kind")}
    form, values = contents(db, [document_id], wanted)[document_id]
    return VersionView(document, found, form, values, variables)


def contents(
    db: Session, document_ids: Collection[int], number: int | None = None
) -> Mapping[int, tuple[Form, Mapping[str, Any]]]:
    """What these documents say in a version, the newest unless told, and the form it is on.

    That is the form of the first step of the case that published it. Asks for no rights.
    """
    case, flow = ProcessInstance.__table__, ProcessVersion.__table__
    wanted = (
        select(_version.c.document_id, _version.c.data, flow.c.id, flow.c.sha256)
        .join(_document, _document.c.id == _version.c.document_id)
        .join(case, case.c.id == _version.c.instance_id)
        .join(flow, flow.c.id == case.c.version_id)
        .where(_document.c.id.in_(document_ids))
        .where(_version.c.number == (_document.c.version_number if number is None else number))
    )
    return {
        row.document_id: (_form(db, row.id, row.sha256), orjson.loads(row.data))
        for row in db.execute(wanted).all()
    }


def _form(db: Session, version_id: int, sha256: str) -> Form:
    ran_on = versions.load_version(db, version_id, sha256)
    form = ran_on.form(ran_on.first_step)
    if form is None:
        raise NotFound
    return form


def before(db: Session, person: Actor, row: DocumentRow) -> DocumentView | None:
    """The document of the same stage whose period lies last before, if this person may read it."""
    wanted = _rows().where(
        _document.c.subject_id == row.subject_id,
        _document.c.stage == row.stage,
        _document.c.period < row.period,
        sharing.may_read(db, person),
    )
    found = db.execute(wanted.order_by(_document.c.period.desc()).limit(1)).one_or_none()
    return one(db, person, found.id) if found is not None else None


def compare(
    earlier: VersionView, later: VersionView, named: Choices = choices.NONE
) -> tuple[Change, ...]:
    """What differs between two versions, told in the words of the later one's form.

    `named` is the evidence that they cite, by number.
    """
    return changes.changes(later.form, earlier.values, later.values, named)


def signatures(db: Session, found: VersionView) -> tuple[str, str]:
    """Who handed a version in, and who approved it last; "" where nobody did."""
    case = ProcessInstance.__table__
    began = select(case.c.started_by).where(case.c.id == found.version.instance_id)
    user_id = db.execute(began).scalar_one()
    by = people.names(db, [user_id]).get(user_id, "")
    return by, publishing.approver(db, found.version.instance_id)


def chain(db: Session, person: Actor, subject_id: int) -> SubjectChain:
    """A subject's published goals with what the years they cover brought. Raises `NotFound`."""
    subject = subjects.one(db, person, subject_id)
    if not subjects.has_documents_for(db, person, subject_id):
        raise NotFound
    readable = sharing.may_read(db, person)
    wanted = _rows().where(_subject.c.id == subject_id, readable)
    newest = wanted.order_by(_document.c.period.desc()).limit(pages.MOST)
    rows = [_read(row) for row in db.execute(newest)]
    goals = [row for row in rows if row.stage == Stage.GOAL]
    under: dict[int, list[DocumentRow]] = {row.id: [] for row in goals}
    order = list(Stage)
    for row in sorted(rows, key=lambda one: order.index(Stage(one.stage))):
        if row.stage != Stage.GOAL:
            year = periods.stored(row.period).first
            covering = (goal for goal in goals if periods.stored(goal.period).covers(year))
            if (goal := next(covering, None)) is not None:
                under[goal.id].append(row)
    for made in under.values():
        made.sort(key=lambda one: one.period, reverse=True)
    return SubjectChain(subject, tuple(ChainLink(goal, tuple(under[goal.id])) for goal in goals))


def of_case(db: Session, instance_id: int) -> CaseDocument | None:
    """The document a case works on or has published; None for a case that ended without."""
    columns = (_document.c.id, _document.c.subject_id, _document.c.stage, _document.c.period)
    wanted = (
        select(*columns, _version.c.number)
        .join(
            _version,
            (_version.c.document_id == _document.c.id) & (_version.c.instance_id == instance_id),
            isouter=True,
        )
        .where(or_(_document.c.instance_id == instance_id, _version.c.instance_id == instance_id))
    )
    row = db.execute(wanted).one_or_none()
    return CaseDocument(*row) if row is not None else None


def _rows() -> Select[Any]:
    """Documents with their newest version, subject and unit."""
    unit = Unit.__table__
    newest = (_version.c.document_id == _document.c.id) & (
        _version.c.number == _document.c.version_number
    )
    return (
        select(
            _document,
            _subject.c.kind,
            _subject.c.code,
            _subject.c.name,
            unit.c.name.label("unit"),
            _version.c.id.label("version_id"),
            _version.c.published_at,
        )
        .join(_subject, _subject.c.id == _document.c.subject_id)
        .join(unit, unit.c.id == _subject.c.unit_id)
        .join(_version, newest)
    )


def _read(row: Row[Any]) -> DocumentRow:
    kind, stage, period = kinds.get(row.kind), Stage(row.stage), periods.stored(row.period)
    return DocumentRow(
        id=row.id,
        subject_id=row.subject_id,
        subject=row.name,
        code=row.code,
        kind=row.kind,
        kind_label=kind.label,
        stage=row.stage,
        stage_label=kind.stages[stage],
        period=row.period,
        period_text=period.text,
        unit=row.unit,
        title=offers.title(kind, row.name, stage, period),
        status=row.status,
        number=row.version_number,
        published_at=row.published_at,
    )
