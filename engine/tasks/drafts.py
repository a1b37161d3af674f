"""What somebody typed and has not handed in: kept on the server, with the task, not the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, instances
from engine.errors import StaleDraft
from engine.forms import calculated, validation
from engine.models import Draft
from engine.people import Actor
from engine.permissions import Action
from engine.tasks.held import hold


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it stands; `revision` 0 means that there is none yet.

    `calculated` is what was worked out while saving, in words by path, as far as the step shows it.
    """

    values: dict[str, Any]
    revision: int
    saved_by: int | None
    saved_at: datetime | None
    calculated: Mapping[str, str] = field(default_factory=dict)


NONE = Saved({}, 0, None, None)


def draft(db: Session, task_id: int) -> Saved:
    """The draft of a task, or `NONE`."""
    table = Draft.__table__
    row = db.execute(select(table).where(table.c.task_id == task_id)).one_or_none()
    return Saved(orjson.loads(row.data), row.revision, row.saved_by, row.saved_at) if row else NONE


def save_draft(
    db: Session, task_id: int, *, by: Actor, values: Mapping[str, Any], revision: int
) -> Saved:
    """Keep what was typed, over the revision the person started from. Nothing is required yet.

    Raises `StaleDraft` if it was saved elsewhere, `validation.Invalid` for a wrong shape.
    """
    held = hold(db, task_id, Action.TASK_COMPLETE, by=by)
    case, version = held.case, held.case.version
    form = version.form(held.element_id)
    kept: dict[str, Any] = {}
    told: dict[str, str] = {}
    if form is not None:
        stored, offered = (
            instances.values(db, case.content_id),
            instances.values(db, case.offered_id),
        )
        rights = version.rights(held.element_id)
        kept = validation.draft(
            form, values, rights, case.variables, stored=stored, offered=offered
        )
        told = calculated.told(form, kept, rights)
    now = clock.now()
    row = {
        "data": eventlog.as_json(kept).decode(),
        "revision": revision + 1,
        "saved_by": by.id,
        "saved_at": now,
    }
    table = Draft.__table__
    if draft(db, task_id).revision != revision:
        raise StaleDraft
    if revision == 0:
        db.execute(insert(table), {"task_id": task_id, **row})
    else:
        db.execute(update(table).where(table.c.task_id == task_id).values(row))
    return Saved(kept, revision + 1, by.id, now, told)


def discard_draft(db: Session, task_id: int) -> None:
    """Throw the draft of a task away."""
    table = Draft.__table__
    db.execute(delete(table).where(table.c.task_id == task_id))
