"""Definitions and their versions for pages: who published what when, and what runs on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.models import (
    InstanceStatus,
    Post,
    ProcessDefinition,
    ProcessDraft,
    ProcessInstance,
    ProcessVersion,
    User,
)
from engine.queries.cases import MOST

_definition, _version = ProcessDefinition.__table__, ProcessVersion.__table__


@dataclass(frozen=True, slots=True)
class Flow:
    """A definition in the list; `number` is 0 while nothing is published."""

    id: int
    key: str
    name: str
    number: int
    published_at: datetime | None
    published_by: str
    running: int
    draft_saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Edition:
    """One published version, who published it with which note, and how many cases run on it."""

    id: int
    number: int
    name: str
    note: str
    sha256: str
    published_at: datetime
    published_by: str
    running: int
    is_active: bool


def flows(db: Session) -> tuple[Flow, ...]:
    """Every definition, by name."""
    rows = db.execute(_flows().order_by(_definition.c.name, _definition.c.id).limit(MOST))
    return tuple(_flow(row) for row in rows)


def flow(db: Session, key: str) -> Flow:
    """One definition. Raises `NotFound`."""
    row = db.execute(_flows().where(_definition.c.key == key)).one_or_none()
    if row is None:
        raise NotFound
    return _flow(row)


def _flows() -> Select[Any]:
    draft, case = ProcessDraft.__table__, ProcessInstance.__table__
    of_all = _version.alias("of_all")
    running = (
        select(func.count())
        .select_from(case.join(of_all, of_all.c.id == case.c.version_id))
        .where(of_all.c.definition_id == _definition.c.id)
        .where(case.c.status == InstanceStatus.RUNNING)
        .correlate(_definition)
        .scalar_subquery()
    )
    return (
        select(
            _definition.c.id,
            _definition.c.key,
            _definition.c.name,
            _version.c.number,
            _version.c.published_at,
            User.name.label("published_by"),
            running.label("running"),
            draft.c.saved_at,
        )
        .select_from(_definition)
        .join(_version, _version.c.id == _definition.c.active_version_id, isouter=True)
        .join(User, User.id == _version.c.published_by, isouter=True)
        .join(draft, draft.c.definition_id == _definition.c.id, isouter=True)
    )


def _flow(row: Row[Any]) -> Flow:
    return Flow(
        row.id,
        row.key,
        row.name,
        row.number or 0,
        row.published_at,
        row.published_by or "",
        row.running,
        row.saved_at,
    )


def editions(db: Session, key: str) -> tuple[Edition, ...]:
    """The published versions of a definition, the newest first."""
    case = ProcessInstance.__table__
    running = (
        select(func.count())
        .where(case.c.version_id == _version.c.id, case.c.status == InstanceStatus.RUNNING)
        .correlate(_version)
        .scalar_subquery()
    )
    rows = db.execute(
        select(
            _version.c.id,
            _version.c.number,
            _version.c.name,
            _version.c.note,
            _version.c.sha256,
            _version.c.published_at,
            func.coalesce(User.name, ""),
            running,
            _version.c.id == _definition.c.active_version_id,
        )
        .join(_definition, _definition.c.id == _version.c.definition_id)
        .join(User, User.id == _version.c.published_by, isouter=True)
        .where(_definition.c.key == key)
        .order_by(_version.c.number.desc())
        .limit(MOST)
    )
    return tuple(Edition(*row) for row in rows)


def bpmn(db: Session, version_id: int) -> bytes:
    """The diagram of a version as it was published. Raises `NotFound`."""
    wanted = select(_version.c.bpmn).where(_version.c.id == version_id)
    found: bytes | None = db.execute(wanted).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def posts(db: Session) -> dict[str, str]:
    """Names of posts by key."""
    return {row.key: row.name for row in db.execute(select(Post.key, Post.name))}
