"""What is private in the rows of an import: shown by its ends, kept whole for a bounded time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from engine import clock, jobs
from quality.imports import columns, counting, faults, rows, values
from quality.imports.columns import Sheet
from quality.imports.faults import Fault
from quality.imports.models import Import, ImportStatus, RowAction

TOPIC: Final = "imports.forget"
KEPT: Final = timedelta(days=30)
"""How long an upload waits for a decision, and its rows in error for somebody to mend them."""
LATER: Final = timedelta(days=1)
"""When it is tried again where an import is just being written."""
CHUNK: Final = 500
_run = Import.__table__


def private(sheet: Sheet) -> frozenset[str]:
    """The columns of a sheet that are covered."""
    return frozenset(column.key for column in sheet.columns if column.is_sensitive)


def ends(sheet: Sheet, said: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row with the ends only of what is private."""
    covered = private(sheet)
    return {
        key: values.masked(str(text)) if text and key in covered else text
        for key, text in said.items()
    }


def whole(sheet: Sheet, said: Mapping[str, Any]) -> set[str]:
    """The private columns of a row that are not covered yet."""
    return {key for key in private(sheet) if said.get(key) and not values.is_covered(said[key])}


def reasons(sheet: Sheet, found: Iterable[Fault]) -> list[Fault]:
    """Faults that quote nothing private."""
    covered = private(sheet)
    return [
        replace(one, values=one.values | {"text": values.masked(str(one.values["text"]))})
        if one.column in covered and one.values.get("text")
        else one
        for one in found
    ]


def cover(db: Session, import_id: int, kept: Iterable[Any]) -> None:
    """Keep only the ends of what is private in rows that nobody has to mend any more."""
    sheets, changed = columns.sheets(), []
    for row in kept:
        sheet = sheets[row.sheet]
        now = {
            "new_data": orjson.dumps(ends(sheet, orjson.loads(row.data))).decode(),
            "new_was": orjson.dumps(ends(sheet, orjson.loads(row.was))).decode(),
            "new_reasons": faults.dumped(reasons(sheet, faults.loaded(row.reasons))),
        }
        if tuple(now.values()) != (row.data, row.was, row.reasons):
            changed.append({"of": row.number, **now})
    if changed:
        table = rows.TABLE
        mine = (table.c.import_id == import_id) & (table.c.number == bindparam("of"))
        new: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in ("data", "was", "reasons")
        }
        db.execute(update(table).where(mine).values(**new), changed)


def remember(db: Session, import_id: int) -> None:
    """Have what is private in this import forgotten when its time is over."""
    jobs.enqueue(db, TOPIC, str(import_id), at=clock.now() + KEPT)


def work(db: Session, reference: str) -> bool:
    """Forget a chunk of rows in error, or all of an import that waits for a decision still.

    The reference is the number of the import, and of the row after which to go on.
    """
    number, _colon, after = reference.partition(":")
    import_id = int(number)
    run = counting.locked(db, import_id)
    if run is None:
        return False
    if run.status == ImportStatus.APPLYING:
        jobs.enqueue(db, TOPIC, number, at=clock.now() + LATER)
    elif run.status in (ImportStatus.COMPARING, ImportStatus.READY):
        drop(db, import_id)
    else:
        chunk = _wrong(db, import_id, int(after or 0))
        cover(db, import_id, chunk)
        if len(chunk) == CHUNK:
            jobs.enqueue(db, TOPIC, f"{number}:{chunk[-1].number}")
    return False


def _wrong(db: Session, import_id: int, after: int) -> Sequence[Any]:
    table = rows.TABLE
    wanted = select(table).where(
        table.c.import_id == import_id,
        table.c.action == RowAction.ERROR,
        table.c.number > after,
    )
    return db.execute(wanted.order_by(table.c.number).limit(CHUNK)).all()


def drop(db: Session, import_id: int) -> None:
    """Give up an import, which nobody applied: its rows go, for they hold what people wrote."""
    table = rows.TABLE
    db.execute(delete(table).where(table.c.import_id == import_id))
    dropped = {"status": ImportStatus.DROPPED.value, "finished_at": clock.now()}
    db.execute(update(_run).where(_run.c.id == import_id).values(dropped))
