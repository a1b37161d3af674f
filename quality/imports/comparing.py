"""Background work: compare the rows of an upload with what is there, portion by portion."""

from __future__ import annotations

from itertools import takewhile
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import people
from quality.imports import allowed, counting, covering, leavers, rows
from quality.imports.columns import WORKERS
from quality.imports.models import Import, ImportStatus, RowAction

TOPIC: Final = "imports.compare"
_run = Import.__table__


def work(db: Session, reference: str) -> bool:
    """Compare one portion; whether there is more to do."""
    import_id = int(reference)
    run = counting.locked(db, import_id)
    if run is None or run.status != ImportStatus.COMPARING:
        return False
    portion = _portion(db, import_id)
    if portion:
        sheet = portion[0].sheet
        found = WORKERS[sheet].compare(db, rows.stored(portion), rows.promised(db, import_id))
        verdicts = allowed.judged(db, found, by=people.actor(db, run.by_id))
        rows.keep(db, import_id, verdicts)
        same = [row for row in portion if verdicts[row.number].action is RowAction.SAME]
        covering.cover(db, import_id, same)
        db.execute(
            update(_run).where(_run.c.id == import_id).values(done=_run.c.done + len(portion))
        )
        return True
    if run.with_leavers:
        leavers.find(db, import_id, but=run.by_id)
    counts = counting.counts(db, import_id)
    ready = {"status": ImportStatus.READY.value, "counts": counting.noted(run.counts, counts)}
    db.execute(update(_run).where(_run.c.id == import_id).values(ready))
    return False


def _portion(db: Session, import_id: int) -> list[Any]:
    """The next rows to compare, all of one sheet."""
    table = rows.TABLE
    wanted = (
        select(table)
        .where(table.c.import_id == import_id, table.c.action == RowAction.UNREAD)
        .order_by(table.c.number)
    )
    first = db.execute(wanted.limit(1)).one_or_none()
    if first is None:
        return []
    found = db.execute(wanted.limit(WORKERS[first.sheet].portion))
    return list(takewhile(lambda row: row.sheet == first.sheet, found))
