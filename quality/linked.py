"""The linked chain of one subject in one year, row by row: goal, standard, plan, result.

Everything is what is published and what this person may read; what is missing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from engine.forms import fieldtypes
from engine.forms.model import Form, Grid, Kind
from engine.people import Actor
from quality import documents, kinds, pages, periods, rows, sharing, subjects, templates
from quality.models import Document, DocumentStatus, Stage, Subject
from quality.pages import Page
from quality.subjects import SubjectRow, Wanted, listed

_document, _subject = Document.__table__, Subject.__table__
MOST_YEARS: Final = 30


class Standing(StrEnum):
    """Where a document stands for whoever reads the chain."""

    PUBLISHED = "published"
    IN_APPROVAL = "in_approval"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Link:
    """A stage of the chain: its title, the document that holds in the year, where it stands."""

    stage: Stage
    title: str
    standing: Standing
    document_id: int | None
    instance_id: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """What a stage says about an item: its columns that are filled, label and text.

    `gap` says why there is nothing: the stage has no such row (`no_row`), or the row is `empty`.
    """

    stage: Stage
    texts: tuple[tuple[str, str], ...] = ()
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item under a goal, with one cell for each stage after the goals that is published."""

    id: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal with what it says, and its items, if it is one that `takes_items`.

    `has_gap` where items should be and are not.
    """

    id: str
    label: str
    texts: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    takes_items: bool
    has_gap: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """A subject's chain in a year. `years` are those for which there is anything."""

    subject: SubjectRow
    year: int
    years: tuple[int, ...]
    links: tuple[Link, ...]
    goals: tuple[Goal, ...]
    gaps: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A subject of a list, with where each stage of the year stands."""

    subject: SubjectRow
    links: tuple[Link, ...]


def chain(db: Session, person: Actor, subject_id: int, year: int) -> Chain | None:
    """The chain of a subject in a year; None for who knows the subject and reads nothing of it.

    Raises `NotFound` for who may not know of it.
    """
    subject = subjects.one(db, person, subject_id)
    if not subjects.has_documents_for(db, person, subject_id):
        return None
    links = _links(db, person, [subject], year)[subject.id]
    published = {
        link.document_id: link.stage
        for link in links
        if link.standing is Standing.PUBLISHED and link.document_id is not None
    }
    told = {
        published[document_id]: _Table(published[document_id], form, values)
        for document_id, (form, values) in documents.contents(db, published).items()
    }
    goals = tuple(_goals(db, subject, year, told))
    missing = sum(link.standing is not Standing.PUBLISHED for link in links)
    empty = sum(bool(cell.gap) for goal in goals for item in goal.items for cell in item.cells)
    return Chain(
        subject=subject,
        year=year,
        years=_years(db, person, subject_id, year),
        links=links,
        goals=goals,
        gaps=missing + empty + sum(goal.has_gap for goal in goals),
    )


def overview(
    db: Session,
    person: Actor,
    wanted: Wanted,
    year: int,
    *,
    gaps_only: bool = False,
    after: int | None = None,
    limit: int = 50,
) -> Page[Overview]:
    """Subjects whose documents this person may read, each with its four stages. Two statements."""
    conditions = [sharing.may_see(db, person), *listed.narrowed(wanted)]
    if gaps_only:
        conditions.append(_published_in(year) < len(Stage))
    found, following = listed.fetched(db, conditions, after, pages.clamp(limit))
    here = [listed.read(row) for row in found]
    links = _links(db, person, here, year)
    return Page(tuple(Overview(one, links[one.id]) for one in here), following)


def _published_in(year: int) -> ScalarSelect[int]:
    """How many stages of a subject are published in a year."""
    stages = select(func.count(_document.c.stage.distinct()))
    mine = _document.c.subject_id == _subject.c.id
    published = stages.where(mine, _document.c.version_number > 0, sharing.covers(year))
    return published.correlate(_subject).scalar_subquery()


def _links(
    db: Session, person: Actor, here: Sequence[SubjectRow], year: int
) -> Mapping[int, tuple[Link, ...]]:
    """The stages of these subjects in a year, in one statement."""
    wanted = (
        select(
            _document.c.id,
            _document.c.subject_id,
            _document.c.stage,
            _document.c.version_number,
            _document.c.status,
            _document.c.instance_id,
        )
        .join(_subject, _subject.c.id == _document.c.subject_id)
        .where(_document.c.subject_id.in_([one.id for one in here]))
        .where(sharing.covers(year), sharing.may_read(db, person))
        .order_by(_document.c.version_number == 0, _document.c.period.desc())
    )
    held: dict[tuple[int, str], Any] = {}
    for row in db.execute(wanted):
        held.setdefault((row.subject_id, row.stage), row)
    return {
        one.id: tuple(
            _link(stage, title, held.get((one.id, stage)))
            for stage, title in kinds.get(one.kind).stages.items()
        )
        for one in here
    }


def _link(stage: Stage, title: str, row: Any) -> Link:
    if row is None:
        return Link(stage, title, Standing.MISSING, None, None)
    if row.version_number:
        standing = Standing.PUBLISHED
    elif row.status == DocumentStatus.IN_APPROVAL:
        standing = Standing.IN_APPROVAL
    else:
        standing = Standing.MISSING
    return Link(stage, title, standing, row.id, row.instance_id)


def _years(db: Session, person: Actor, subject_id: int, year: int) -> tuple[int, ...]:
    wanted = (
        select(_document.c.period)
        .join(_subject, _subject.c.id == _document.c.subject_id)
        .where(_subject.c.id == subject_id, sharing.may_read(db, person))
        .distinct()
        .limit(pages.MOST)
    )
    found = {year}
    for period in map(periods.stored, db.execute(wanted).scalars()):
        found.update(range(period.first, period.last + 1))
    return tuple(sorted(found))[-MOST_YEARS:]


def _goals(
    db: Session, subject: SubjectRow, year: int, told: Mapping[Stage, _Table]
) -> Iterable[Goal]:
    """The goals with their items, in the order of the goals; those only later stages have last."""
    kept = told[Stage.GOAL].rows if Stage.GOAL in told else {}
    later = [stage for stage in Stage if stage is not Stage.GOAL and stage in told]
    template = templates.current(db, subject.kind, year).goals
    itemless = {goal.id for goal in template if goal.label_in_standard is None}
    items: dict[str, dict[str, Mapping[str, Any]]] = {goal: {} for goal in kept}
    for stage in later:
        for key, row in told[stage].rows.items():
            items.setdefault(str(row.get("goal") or key), {}).setdefault(key, row)
    for goal, under in items.items():
        first = next(iter(under.values()), {})
        yield Goal(
            id=goal,
            label=str(kept[goal]["label"] if goal in kept else first.get("goal_label", "")),
            texts=told[Stage.GOAL].texts(goal) if goal in kept else (),
            items=tuple(
                Item(key, str(row.get("label") or ""), tuple(told[one].cell(key) for one in later))
                for key, row in under.items()
            ),
            takes_items=goal not in itemless,
            has_gap=Stage.STANDARD in told and not under and goal not in itemless,
        )


class _Table:
    """The grid of a published version: its rows by id, and what its own columns say of one."""

    def __init__(self, stage: Stage, form: Form, values: Mapping[str, Any]) -> None:
        part = form.field(rows.GRID[stage])
        own = {*rows.COLUMNS[stage], *rows.STAYING}
        columns = part.columns if isinstance(part, Grid) else ()
        self.columns = [one for one in columns if one.key in own and one.kind is not Kind.EVIDENCE]
        self.stage = stage
        listed = values.get(rows.GRID[stage]) or []
        self.rows: Mapping[str, Mapping[str, Any]] = {str(row["id"]): row for row in listed}

    def texts(self, key: str) -> tuple[tuple[str, str], ...]:
        """What the columns say of a row, the empty ones left out."""
        row = self.rows[key]
        read = ((one.label, fieldtypes.read(one, row.get(one.key))) for one in self.columns)
        return tuple((label, text) for label, text in read if text.strip())

    def cell(self, key: str) -> Cell:
        """What the stage says of an item."""
        if key not in self.rows:
            return Cell(self.stage, gap="no_row")
        texts = self.texts(key)
        return Cell(self.stage, texts, "" if texts else "empty")
