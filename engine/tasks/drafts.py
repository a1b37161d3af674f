"""What somebody typed and has not handed in: kept on the server, with the task, not the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import clock, eventlog, hotpath, instances
from engine.errors import StaleDraft
from engine.forms import calculated, removed, validation
from engine.forms.removed import Removed
from engine.models import Draft
from engine.people import Actor
from engine.permissions import Action
from engine.tasks.held import Held, hold

_REMOVED: Final = "-"
"""Where rows that were taken out lie in what is stored: no field can be called so."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as it stands; `revision` 0 means that there is none yet.

    `case_revision` is that of the case when it was saved; `calculated` is what was worked out while
    saving, in words by path, as far as the step shows it. `taken_out` are rows that can come back.
    """

    values: dict[str, Any]
    revision: int
    saved_by: int | None
    saved_at: datetime | None
    case_revision: int | None = None
    calculated: Mapping[str, str] = field(default_factory=dict)
    taken_out: Removed = field(default_factory=dict)


NONE = Saved({}, 0, None, None)


def draft(db: Session, task_id: int) -> Saved:
    """The draft of a task, or `NONE`."""
    return read(hotpath.draft(db, task_id))


def read(row: tuple[Any, ...] | None) -> Saved:
    """A draft from its row: text, revision, by whom and when, revision of the case."""
    if row is None:
        return NONE
    values = orjson.loads(row[0])
    gone = values.pop(_REMOVED, {})
    revision, by_id, at, case_revision = row[1:]
    return Saved(values, revision, by_id, at, case_revision, taken_out=gone)


def save_draft(
    db: Session, task_id: int, *, by: Actor, values: Mapping[str, Any], revision: int
) -> Saved:
    """Keep what was typed, over the revision the person started from. Nothing is required yet.

    Raises `StaleDraft` if it was saved elsewhere, `validation.Invalid` for a wrong shape.
    """
    held = hold(db, task_id, Action.TASK_COMPLETE, by=by)
    before = draft(db, task_id)
    if before.revision != revision:
        raise StaleDraft
    kept, gone, told = _kept(db, held, values, before)
    now = clock.now()
    row = {
        "task": task_id,
        "data": eventlog.as_json({**kept, _REMOVED: gone} if gone else kept, in_order=False),
        "revision": revision + 1,
        "case_revision": held.case.revision,
        "saved_by": by.id,
        "saved_at": now,
    }
    hotpath.keep_draft(db, row)
    return Saved(kept, revision + 1, by.id, now, calculated=told, taken_out=gone)


def _kept(
    db: Session, held: Held, values: Mapping[str, Any], before: Saved
) -> tuple[dict[str, Any], Removed, dict[str, str]]:
    """What is kept of these values, what waits of removed rows, and what was worked out."""
    case, version = held.case, held.case.version
    form, rights = version.form(held.element_id), version.rights(held.element_id)
    if form is None:
        return {}, {}, {}
    kept, gone = None, before.taken_out
    if before.case_revision == case.revision:
        kept = validation.redraft(form, values, rights, case.variables, before=before.values)
    if kept is None:
        stored = instances.values(db, case.content_id)
        is_one = case.offered_id == case.content_id
        offered = stored if is_one else instances.values(db, case.offered_id)
        posted = removed.brought_back(values, gone)
        kept = validation.draft(
            form, posted, rights, case.variables, stored=stored, offered=offered
        )
        gone = removed.waiting(form, rights, before.values, kept, gone)
    return kept, gone, calculated.told(form, kept, rights)


def discard_draft(db: Session, task_id: int, *, by: Actor, revision: int) -> None:
    """Throw the draft of a task away: the form is again as it was handed over.

    Raises `StaleDraft` if somebody else has saved it since.
    """
    hold(db, task_id, Action.TASK_COMPLETE, by=by)
    stands = draft(db, task_id)
    if stands.revision != revision and stands.saved_by not in (None, by.id):
        raise StaleDraft
    db.execute(delete(Draft).where(Draft.task_id == task_id))
