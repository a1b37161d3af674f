"""Background work: write the good rows of an import, chunk by chunk, each looked at once more.

A chunk and the note that it is done are one transaction: whatever ends the worker, the next one
goes on with the first row that is not done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

import orjson
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog, people, permissions
from engine.entries import Kind
from engine.errors import Forbidden, Refused
from engine.people import Actor
from quality.imports import allowed, counting, covering, faults, leavers, rows
from quality.imports.columns import WORKERS, Row, Verdict, wrong
from quality.imports.faults import Fault
from quality.imports.models import Import, ImportStatus, RowAction

TOPIC: Final = "imports.apply"
CHUNK: Final = 500
LEAVING: Final = 50
WRITES: Final = (RowAction.ADD, RowAction.CHANGE, RowAction.LEAVE)
_run = Import.__table__


def work(db: Session, reference: str) -> bool:
    """Write one chunk; whether there is more to do."""
    import_id = int(reference)
    run = counting.locked(db, import_id)
    if run is None or run.status != ImportStatus.APPLYING:
        return False
    chunk = _chunk(db, import_id)
    if not chunk:
        _end(db, run)
        return False
    by = people.actor(db, run.by_id)
    permissions.require(by, WORKERS[chunk[0].sheet].right)
    _write(db, import_id, chunk, by=by)
    db.execute(update(_run).where(_run.c.id == import_id).values(done=_run.c.done + len(chunk)))
    return True


def _chunk(db: Session, import_id: int) -> list[Any]:
    """The next rows to write, all of one sheet, all of them leavers or none."""
    table = rows.TABLE
    wanted = (
        select(table)
        .where(
            table.c.import_id == import_id,
            table.c.is_done.is_(False),
            table.c.action.in_(WRITES),
        )
        .order_by(table.c.number)
        .limit(CHUNK)
    )
    found = db.execute(wanted).all()
    if not found:
        return []
    kind = _kind(found[0])
    chunk = list(takewhile(lambda row: _kind(row) == kind, found))
    return chunk[:LEAVING] if found[0].action == RowAction.LEAVE else chunk


def _kind(row: Any) -> tuple[str, bool]:
    return row.sheet, row.action == RowAction.LEAVE


def _write(db: Session, import_id: int, chunk: Sequence[Any], *, by: Actor) -> None:
    shown = {row.number: row for row in chunk}
    waiting = rows.stored(chunk)
    verdicts = _compared(db, waiting, chunk[0], by=by)
    good = [row for row in waiting if _is_as_shown(verdicts[row.number], shown[row.number])]
    refused = _apply(db, good, verdicts, chunk[0], by=by)
    done = [row.number for row in good if row.number not in refused]
    rows.finish(db, import_id, done)
    same = [n for n, verdict in verdicts.items() if verdict.action is RowAction.SAME]
    rows.finish(db, import_id, same, action=RowAction.SAME.value)
    covering.cover(db, import_id, [shown[number] for number in (*done, *same)])
    for number, verdict in verdicts.items():
        if number in refused or number in done or verdict.action is RowAction.SAME:
            continue
        refused[number] = list(verdict.faults) or [Fault("", faults.CHANGED_SINCE)]
    if refused:
        rows.keep(db, import_id, {number: wrong(found) for number, found in refused.items()})


def _compared(db: Session, waiting: list[Row], first: Any, *, by: Actor) -> dict[int, Verdict]:
    """What the rows would do now; it may be something else than when they were shown."""
    if first.action == RowAction.LEAVE:
        return leavers.compare(db, waiting)
    found = WORKERS[first.sheet].compare(db, waiting, rows.nothing)
    return allowed.judged(db, found, by=by)


def _is_as_shown(verdict: Verdict, shown: Any) -> bool:
    if verdict.action == RowAction.LEAVE:
        return True
    return bool(verdict.action == shown.action and dict(verdict.was) == orjson.loads(shown.was))


def _apply(
    db: Session, good: list[Row], verdicts: Mapping[int, Verdict], first: Any, *, by: Actor
) -> dict[int, list[Fault]]:
    """Write all rows together; where one is refused, each on its own. Returns those refused."""
    worker = leavers if first.action == RowAction.LEAVE else WORKERS[first.sheet]
    try:
        with db.begin_nested():
            worker.apply(db, good, verdicts, by=by)
    except (Refused, IntegrityError):
        pass
    else:
        return {}
    refused: dict[int, list[Fault]] = {}
    for row in good:
        try:
            with db.begin_nested():
                worker.apply(db, [row], verdicts, by=by)
        except Refused as refusal:
            is_barred = isinstance(refusal, Forbidden)
            sentence = faults.NOT_ALLOWED if is_barred else faults.GONE_SINCE
            refused[row.number] = [Fault("", sentence, {"why": str(refusal)})]
        except IntegrityError:
            refused[row.number] = [Fault("", faults.SAME_MOMENT)]
    return refused


def _end(db: Session, run: Any) -> None:
    counts = counting.counts(db, run.id)
    values = {
        "status": ImportStatus.DONE.value,
        "finished_at": clock.now(),
        "counts": counting.noted(run.counts, counts),
    }
    db.execute(update(_run).where(_run.c.id == run.id).values(values))
    eventlog.record(
        db,
        Kind.IMPORT_ENDED,
        by=f"user:{run.by_id}",
        asked={"import": run.id, "rows": counts},
        about=(f"import:{run.id}",),
    )
