"""What could not go on by itself: raised by the engine, seen and resolved by administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.models import Incident, IncidentStatus


def raise_for(
    db: Session,
    instance_id: int | None,
    *,
    sentence: str,
    values: Mapping[str, Any] | None = None,
    token: str | None = None,
    element_id: str | None = None,
    job_id: int | None = None,
) -> None:
    """Open an incident: where it is, and a sentence (with values) that says what is wrong."""
    shown = {
        name: value if isinstance(value, (int, float)) else str(value)
        for name, value in (values or {}).items()
    }
    db.execute(
        insert(Incident),
        {
            "instance_id": instance_id,
            "job_id": job_id,
            "token": token,
            "element_id": element_id,
            "sentence": sentence,
            "data": orjson.dumps(shown).decode(),
            "status": IncidentStatus.OPEN,
            "opened_at": clock.now(),
        },
    )


def raise_again(
    db: Session, mark: str, *, sentence: str, values: Mapping[str, Any], job_id: int
) -> None:
    """Open the one incident of something outside all cases, or say there how it stands now."""
    now = {"data": orjson.dumps(dict(values)).decode(), "job_id": job_id}
    table = Incident.__table__
    changed = update(table).where(*_marked(mark)).values(now)
    if db.execute(changed.returning(table.c.id)).first() is None:
        raise_for(db, None, sentence=sentence, values=values, token=mark, job_id=job_id)


def standing(db: Session, mark: str) -> Mapping[str, Any] | None:
    """The values of the open incident of something outside all cases."""
    mine = select(Incident.__table__.c.data).where(*_marked(mark)).limit(1)
    found = db.execute(mine).scalar_one_or_none()
    return orjson.loads(found) if found is not None else None


def settle(db: Session, mark: str, *, by_id: int | None) -> None:
    """Resolve the open incident of something outside all cases."""
    values = {"status": IncidentStatus.RESOLVED, "resolved_at": clock.now(), "resolved_by": by_id}
    db.execute(update(Incident.__table__).where(*_marked(mark)).values(values))


def _marked(mark: str) -> tuple[ColumnElement[bool], ...]:
    table = Incident.__table__.c
    is_open = table.status == IncidentStatus.OPEN
    return is_open, table.instance_id.is_(None), table.token == mark


def close_for(
    db: Session,
    *,
    by_id: int | None,
    instance_id: int | None = None,
    token: str | None = None,
    job_id: int | None = None,
) -> None:
    """Mark the open incidents of a stuck token, or of a job, as resolved."""
    given = {"at": clock.now(), "by": by_id}
    if job_id is not None:
        db.execute(_OF_JOB, {**given, "job": job_id})
    else:
        db.execute(_OF_TOKEN, {**given, "case": instance_id, "place": token})


def somebody_found(db: Session, instance_id: int, token: str, *, by_id: int | None) -> None:
    """Somebody has a step that nobody had: what asked for it is resolved, no job's incident is."""
    db.execute(_OF_NOBODY, {"at": clock.now(), "by": by_id, "case": instance_id, "place": token})


_TABLE: Final = Incident.__table__
_CLOSED: Final = (
    update(_TABLE)
    .where(_TABLE.c.status == IncidentStatus.OPEN.value)
    .values(
        status=IncidentStatus.RESOLVED.value,
        resolved_at=bindparam("at"),
        resolved_by=bindparam("by"),
    )
)
_OF_JOB: Final = _CLOSED.where(_TABLE.c.job_id == bindparam("job"))
_OF_TOKEN: Final = _CLOSED.where(
    _TABLE.c.instance_id == bindparam("case"), _TABLE.c.token == bindparam("place")
)
_OF_NOBODY: Final = _OF_TOKEN.where(_TABLE.c.job_id.is_(None))
