"""The published templates of a kind, and which of them documents are born from."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFound
from quality import kinds
from quality.templates import content
from quality.templates.content import Template
from quality.templates.models import TemplateVersion

MOST: Final = 200
"""How many versions of a kind are looked at, the newest first."""
_table = TemplateVersion.__table__


def lay(db: Session) -> int:
    """Put the template that comes with the product into the table, of kinds that have none.

    Of two nodes that start at once, one does. Returns how many.
    """
    there, laid = _laid(db), 0
    for key in (key for key in kinds.KEYS if key not in there):
        with suppress(IntegrityError), db.begin_nested():
            db.execute(insert(_table), _row(content.catalogue(key)))
            laid += 1
    return laid


def are_laid(db: Session) -> bool:
    """Whether every kind has its first template in the table."""
    return _laid(db) >= set(kinds.KEYS)


def _laid(db: Session) -> set[str]:
    return set(db.execute(select(_table.c.kind).distinct()).scalars())


def _row(template: Template) -> dict[str, Any]:
    return {
        "kind": template.kind,
        "number": template.number,
        "first_year": template.first_year,
        "data": content.dump(template.goals),
        "sha256": template.sha256,
        "note": template.note,
        "published_by": None,
        "instance_id": None,
        "published_at": clock.now(),
    }


def current(db: Session, kind: str, first_year: int) -> Template:
    """What documents whose period begins in this year are born from: the newest that holds by then.

    Raises `NotFound` for an unknown kind.
    """
    wanted = _of(kind).where(_table.c.first_year <= first_year)
    row = db.execute(wanted.limit(1)).one_or_none()
    return _read(row) if row is not None else content.catalogue(kind)


def newest(db: Session, kind: str) -> Template:
    """The template published last, whenever it begins to hold. Raises `NotFound`."""
    row = db.execute(_of(kind).limit(1)).one_or_none()
    return _read(row) if row is not None else content.catalogue(kind)


def listed(db: Session, kind: str) -> tuple[Template, ...]:
    """Every published template of a kind, the newest first. Raises `NotFound`."""
    found = tuple(_read(row) for row in db.execute(_of(kind).limit(MOST)))
    return found or (content.catalogue(kind),)


def one(db: Session, kind: str, number: int) -> Template:
    """A published template by its number. Raises `NotFound`."""
    row = db.execute(_of(kind).where(_table.c.number == number)).one_or_none()
    if row is not None:
        return _read(row)
    if number != content.CATALOGUE_NUMBER:
        raise NotFound
    return content.catalogue(kind)


def of_hash(db: Session, kind: str, sha256: str) -> Template | None:
    """The template that a version of a document names; None for one from before there were any."""
    if sha256 == content.catalogue(kind).sha256:
        return content.catalogue(kind)
    row = db.execute(_of(kind).where(_table.c.sha256 == sha256).limit(1)).one_or_none()
    return _read(row) if row is not None else None


def counts(db: Session) -> dict[str, int]:
    """How many templates each kind has published. One statement."""
    numbers = select(_table.c.kind, func.max(_table.c.number)).group_by(_table.c.kind)
    found = {row[0]: row[1] for row in db.execute(numbers)}
    return {key: found.get(key, content.CATALOGUE_NUMBER) for key in kinds.KEYS}


def _of(kind: str) -> Select[Any]:
    kinds.get(kind)
    return select(_table).where(_table.c.kind == kind).order_by(_table.c.number.desc())


def _read(row: Row[Any]) -> Template:
    return Template(
        kind=row.kind,
        number=row.number,
        first_year=row.first_year,
        sha256=row.sha256,
        goals=content.read(row.data),
        note=row.note,
        published_by=row.published_by,
        published_at=row.published_at,
    )
