"""An import's row in the table: locked while somebody works on it, with its numbers."""

from __future__ import annotations

from typing import Any, Final

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quality.imports import rows
from quality.imports.models import Import

UNUSED: Final = "unused"
_run = Import.__table__


def locked(db: Session, import_id: int) -> Any:
    """The import, until the transaction ends nobody else's; None if there is none."""
    return db.execute(select(_run).where(_run.c.id == import_id).with_for_update()).one_or_none()


def counts(db: Session, import_id: int) -> dict[str, int]:
    """How many rows there are of each action."""
    table = rows.TABLE
    counted = (
        select(table.c.action, func.count().label("rows"))
        .where(table.c.import_id == import_id)
        .group_by(table.c.action)
    )
    return {row.action: row.rows for row in db.execute(counted)}


def noted(before: str, now: dict[str, int]) -> str:
    """The numbers as they are kept, beside what was noted at the upload."""
    return orjson.dumps({UNUSED: orjson.loads(before).get(UNUSED, []), **now}).decode()
