"""What could not go on, for the people who see to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, String, cast, false, func, select
from sqlalchemy.orm import Session

from engine import policies, versions
from engine.errors import NotFound
from engine.models import (
    Incident,
    IncidentStatus,
    Job,
    JobKind,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
)
from engine.queries.cases import MOST, PAGE


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident, its case and step by name; `sentence` is filled in with `values`.

    `only_tells` says that nothing stopped: somebody is to look, and there is nothing to try again.
    `flow` is the flow that did not begin by itself, where no case is there.
    """

    id: int
    instance_id: int | None
    job_id: int | None
    element_id: str | None
    status: str
    opened_at: datetime
    resolved_at: datetime | None
    title: str | None
    sentence: str
    values: Mapping[str, Any]
    step: str
    only_tells: bool
    flow_key: str
    flow: str


def listed(
    db: Session, status: IncidentStatus, *, after: int | None = None, limit: int = PAGE
) -> tuple[tuple[IncidentRow, ...], int | None]:
    """Incidents that are open, or resolved, the newest first, and where the next page begins."""
    table, limit = Incident.__table__, max(1, min(limit, MOST))
    wanted = _rows().where(table.c.status == status).order_by(table.c.id.desc()).limit(limit + 1)
    if after is not None:
        wanted = wanted.where(table.c.id < after)
    rows = db.execute(wanted).all()
    found = tuple(_row(db, row) for row in rows[:limit])
    return found, found[-1].id if len(rows) > limit else None


def one(db: Session, incident_id: int) -> IncidentRow:
    """One incident. Raises `NotFound`."""
    row = db.execute(_rows().where(Incident.__table__.c.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound
    return _row(db, row)


def _rows() -> Select[Any]:
    table, case, version = Incident.__table__, ProcessInstance.__table__, ProcessVersion.__table__
    job, definition = Job.__table__, ProcessDefinition.__table__
    told = (job.c.kind == JobKind.DEADLINE) & (job.c.topic == policies.TOLD)
    begins = (job.c.kind == JobKind.SCHEDULE) & (job.c.topic == cast(definition.c.id, String))
    wanted = select(
        table.c.id,
        table.c.instance_id,
        table.c.job_id,
        table.c.element_id,
        table.c.status,
        table.c.opened_at,
        table.c.resolved_at,
        case.c.title,
        table.c.sentence,
        table.c.data,
        case.c.version_id,
        version.c.sha256,
        func.coalesce(told, false()).label("only_tells"),
        func.coalesce(definition.c.key, "").label("flow_key"),
        func.coalesce(definition.c.name, "").label("flow"),
    )
    return (
        wanted.join(case, case.c.id == table.c.instance_id, isouter=True)
        .join(version, version.c.id == case.c.version_id, isouter=True)
        .join(job, job.c.id == table.c.job_id, isouter=True)
        .join(definition, begins, isouter=True)
    )


def _row(db: Session, row: Any) -> IncidentRow:
    return IncidentRow(
        row.id,
        row.instance_id,
        row.job_id,
        row.element_id,
        row.status,
        row.opened_at,
        row.resolved_at,
        row.title,
        row.sentence,
        orjson.loads(row.data),
        _step(db, row),
        row.only_tells,
        row.flow_key,
        row.flow,
    )


def _step(db: Session, row: Any) -> str:
    """The name of the step; versions are kept compiled, so a list asks for each only once."""
    if row.version_id is None or row.element_id is None:
        return ""
    return versions.load_version(db, row.version_id, row.sha256).process.label(row.element_id)
