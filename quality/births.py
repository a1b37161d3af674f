"""What a document is born with: its rows, those on offer, last year's, and what it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from quality import kinds, offers, periods, rows, templates
from quality.kinds import SubjectKind
from quality.models import Document, DocumentVersion, Stage, Subject
from quality.offers import Standing
from quality.periods import Period
from quality.templates import Template

_document, _version, _subject = Document.__table__, DocumentVersion.__table__, Subject.__table__


@dataclass(frozen=True, slots=True)
class Published:
    """A published version as later documents read it: its rows, its template, its own basis."""

    id: int
    number: int
    rows: list[rows.Row]
    template: str
    made_from_id: int | None


@dataclass(frozen=True, slots=True)
class Birth:
    """How a document begins.

    `offered` has every row that may be taken, `last` the rows of the document before it, whose
    period is `last_period`; `template` is the hash of its template, `made_from` the version of the
    stage before.
    """

    filled: list[rows.Row]
    offered: list[rows.Row]
    last: list[rows.Row]
    last_period: str
    template: str
    made_from: int | None


NOTHING: Final = Published(0, 0, [], "", None)


def born(
    db: Session, kind: SubjectKind, standing: list[Standing], stage: Stage, period: Period
) -> Birth:
    """Everything a document of this stage and period begins with."""
    here = _newest(db, offers.find(standing, stage, period.key), stage)
    before = offers.before(standing, stage, period)
    last = _newest(db, before, stage)
    basis_of = offers.basis(standing, stage, period)
    basis = _newest(db, basis_of, rows.EARLIER[stage]) if basis_of is not None else NOTHING
    template = templates.current(db, kind.key, period.first)
    hashed, offered = template.sha256, rows.offered
    if stage is Stage.GOAL:
        new = rows.goals(template.goals, last.rows)
        filled = here.rows or new
    elif stage is Stage.STANDARD:
        goals = _with_older(db, template, basis.template)
        new = rows.standards(goals, basis.rows, last.rows)
        filled = rows.again(here.rows, new) if here.rows else new
    else:
        hashed, offered = basis.template, rows.carried_offered
        new = rows.carried(stage, basis.rows)
        was = _ids(db, here.made_from_id, rows.EARLIER[stage])
        filled = rows.carried_again(stage, here.rows, basis.rows, was) if here.rows else new
    return Birth(
        filled=filled,
        offered=offered(filled, new),
        last=last.rows,
        last_period=before.period if before is not None else "",
        template=hashed,
        made_from=basis.id or None,
    )


def _newest(db: Session, document: Standing | None, stage: Stage) -> Published:
    """The newest published version of a document; nothing where there is none."""
    if document is None or not document.number:
        return NOTHING
    newest = select(_version).where(
        _version.c.document_id == document.id, _version.c.number == document.number
    )
    row = db.execute(newest).one()
    found: list[rows.Row] = orjson.loads(row.data).get(rows.GRID[stage]) or []
    return Published(row.id, row.number, found, row.template, row.made_from_id)


def _ids(db: Session, version_id: int | None, stage: Stage) -> frozenset[str]:
    """The rows of a version by their ids."""
    data = select(_version.c.data).where(_version.c.id == version_id)
    written = db.execute(data).scalar_one_or_none() if version_id is not None else None
    found = orjson.loads(written).get(rows.GRID[stage], ()) if written is not None else ()
    return frozenset(row["id"] for row in found)


def _with_older(db: Session, template: Template, made_from: str) -> tuple[kinds.Goal, ...]:
    """The goals of the template, and what it no longer has of the one the goals were made from."""
    older = templates.of_hash(db, template.kind, made_from)
    if older is None or older.sha256 == template.sha256:
        return template.goals
    known = {goal.id for goal in template.goals}
    return (*template.goals, *(goal for goal in older.goals if goal.id not in known))


@dataclass(frozen=True, slots=True)
class Basis:
    """The version of the stage before that a document was made from, in words."""

    version_id: int
    document_id: int
    title: str
    number: int
    newest: int

    @property
    def is_newest(self) -> bool:
        """Whether nothing newer was published since."""
        return self.number == self.newest


@dataclass(frozen=True, slots=True)
class Origin:
    """What a document was made from: the version of the stage before, and a template; if known.

    `newest` is the number of the template published last.
    """

    basis: Basis | None
    template: Template | None
    newest: int


def origin(db: Session, kind: str, template: str, made_from: int | None) -> Origin:
    """What stands behind the hash and the number that a version, or a case, keeps."""
    found = bases(db, [made_from]) if made_from is not None else {}
    made_by = templates.of_hash(db, kind, template)
    newest = templates.newest(db, kind).number if made_by is not None else 0
    return Origin(found.get(made_from or 0), made_by, newest)


def bases(db: Session, version_ids: list[int]) -> Mapping[int, Basis]:
    """What these versions were, by id: for documents that were made from them. One statement."""
    wanted = (
        select(
            _version.c.id,
            _version.c.number,
            _version.c.document_id,
            _document.c.stage,
            _document.c.period,
            _document.c.version_number,
            _subject.c.kind,
            _subject.c.name,
        )
        .join(_document, _document.c.id == _version.c.document_id)
        .join(_subject, _subject.c.id == _document.c.subject_id)
        .where(_version.c.id.in_(version_ids))
    )
    return {row.id: _basis(row) for row in db.execute(wanted)} if version_ids else {}


def _basis(row: Any) -> Basis:
    stage, period = Stage(row.stage), periods.stored(row.period)
    title = offers.title(kinds.get(row.kind), row.name, stage, period)
    return Basis(row.id, row.document_id, title, row.number, row.version_number)
