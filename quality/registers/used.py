"""Where plans and points are used: the published goals and standards that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.models import Unit
from engine.people import Actor
from quality import kinds, offers, pages, periods, rows, sharing
from quality.models import Document, DocumentVersion, Stage, Subject
from quality.pages import Page

_document, _subject, _version = Document.__table__, Subject.__table__, DocumentVersion.__table__


class Named(StrEnum):
    """What a row of a document can name, by the key of the column."""

    PLAN = "school_plan"
    POINT = "work_point"


_STAGE: Final[Mapping[Named, Stage]] = {Named.PLAN: Stage.GOAL, Named.POINT: Stage.STANDARD}


@dataclass(frozen=True, slots=True)
class Use:
    """A published document that names it, and the rows in which it does."""

    document_id: int
    title: str
    unit: str
    number: int
    rows: tuple[str, ...]


def of(
    db: Session,
    person: Actor,
    named: Named,
    number: int,
    *,
    after: int | None = None,
    limit: int = 20,
) -> Page[Use]:
    """The documents this person may read whose newest version names it, the newest first."""
    stage, unit = _STAGE[named], Unit.__table__
    mark = f'"{named}":"{number}:'
    newest = (_version.c.document_id == _document.c.id) & (
        _version.c.number == _document.c.version_number
    )
    wanted = (
        select(
            _document.c.id,
            _document.c.period,
            _subject.c.kind,
            _subject.c.name,
            unit.c.name.label("unit"),
            _version.c.id.label("version_id"),
            _version.c.number,
            _version.c.data,
        )
        .join(_subject, _subject.c.id == _document.c.subject_id)
        .join(unit, unit.c.id == _subject.c.unit_id)
        .join(_version, newest)
        .where(_document.c.stage == stage, sharing.may_read(db, person))
        .where(_version.c.data.contains(mark, autoescape=True))
        .order_by(_version.c.id.desc())
    )
    if after is not None:
        wanted = wanted.where(_version.c.id < after)
    limit = pages.clamp(limit)
    found, following = pages.cut(db.execute(wanted.limit(limit + 1)).all(), limit, "version_id")
    return Page(tuple(_read(row, named, stage, f"{number}:") for row in found), following)


def _read(row: Row[Any], named: Named, stage: Stage, mark: str) -> Use:
    table = orjson.loads(row.data).get(rows.GRID[stage]) or ()
    labels = (one["label"] for one in table if str(one.get(named) or "").startswith(mark))
    title = offers.title(kinds.get(row.kind), row.name, stage, periods.stored(row.period))
    return Use(row.id, title, row.unit, row.number, tuple(labels))
