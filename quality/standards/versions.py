"""The approved versions of a standard: read, drawn on the form they were approved on, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import versions
from engine.errors import NotFound
from engine.forms.model import Form
from engine.models import ProcessInstance
from quality import pages
from quality.standards.models import CollegeStandardVersion

_version = CollegeStandardVersion.__table__


@dataclass(frozen=True, slots=True)
class VersionRow:
    """An approved version."""

    number: int
    first_year: int
    last_year: int
    instance_id: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version to be drawn."""

    row: VersionRow
    form: Form
    values: Mapping[str, Any]


def listed(db: Session, standard_id: int) -> tuple[VersionRow, ...]:
    """The versions of a standard, the newest first."""
    columns = (
        _version.c.number,
        _version.c.first_year,
        _version.c.last_year,
        _version.c.instance_id,
        _version.c.published_at,
    )
    wanted = select(*columns).where(_version.c.standard_id == standard_id)
    newest = wanted.order_by(_version.c.number.desc()).limit(pages.MOST)
    return tuple(VersionRow(*row) for row in db.execute(newest))


def one(db: Session, standard_id: int, number: int) -> VersionView:
    """One version with its form and values. Raises `NotFound`."""
    here = (_version.c.standard_id == standard_id) & (_version.c.number == number)
    row = db.execute(select(_version).where(here)).one_or_none()
    if row is None:
        raise NotFound
    instance = ProcessInstance.__table__
    ran_on = select(instance.c.version_id).where(instance.c.id == row.instance_id)
    flow = versions.of_case(db, db.execute(ran_on).scalar_one())
    form = flow.form(flow.first_step)
    if form is None:
        raise NotFound
    told = VersionRow(row.number, row.first_year, row.last_year, row.instance_id, row.published_at)
    return VersionView(told, form, orjson.loads(row.data))
