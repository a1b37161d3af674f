"""Rows as they are kept and as they are worked on: cells read, faults kept, others' rows asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine.college import parts
from quality.imports import columns, faults, values
from quality.imports.columns import WORKERS, Promised, Row, Sheet, Verdict
from quality.imports.faults import Fault
from quality.imports.models import ImportRow, RowAction

TABLE: Final = ImportRow.__table__
AT_ONCE: Final = 1_000


def cleaned(sheet: Sheet, line: int, typed: Mapping[str, str]) -> Row:
    """A row with its cells read; what cannot be read is a fault, and has no value."""
    row = Row(0, line, "", dict(typed), {}, [])
    for column in sheet.columns:
        text = typed.get(column.key, "")
        value, fault = values.meant(column.kind, text, column.most)
        if fault is not None:
            row.faults.append(replace(fault, column=column.key))
        elif value is not None:
            row.values[column.key] = value
        elif column.is_required:
            row.faults.append(Fault(column.key, faults.MISSING))
    row.key = WORKERS[sheet.key].key(row.values)[:200]
    return row


def written(import_id: int, sheet: Sheet, row: Row) -> dict[str, Any]:
    """A row as it is kept until it is compared."""
    return {
        "import_id": import_id,
        "number": row.number,
        "sheet": sheet.key,
        "line": row.line,
        "action": RowAction.UNREAD.value,
        "is_done": False,
        "key": row.key,
        "data": orjson.dumps(row.typed).decode(),
        "was": "{}",
        "reasons": faults.dumped(row.faults),
    }


def stored(found: Iterable[Any]) -> list[Row]:
    """Rows as they were kept, to be worked on; their faults are those of the file itself."""
    sheets = columns.sheets()
    rows = []
    for kept in found:
        row = cleaned(sheets[kept.sheet], kept.line, orjson.loads(kept.data))
        row.number, row.faults = kept.number, faults.loaded(kept.reasons)
        rows.append(row)
    return rows


def promised(db: Session, import_id: int) -> Promised:
    """Ask what other rows of the same file will bring."""

    def ask(sheet: str, keys: set[str]) -> Mapping[str, RowAction]:
        found: dict[str, RowAction] = {}
        for portion in parts.chunks(sorted(keys), AT_ONCE):
            wanted = select(TABLE.c.key, TABLE.c.action).where(
                TABLE.c.import_id == import_id, TABLE.c.sheet == sheet, TABLE.c.key.in_(portion)
            )
            for key, action in db.execute(wanted):
                if found.get(key, RowAction.ERROR) is RowAction.ERROR:
                    found[key] = RowAction(action)
        return found

    return ask


def nothing(sheet: str, keys: set[str]) -> Mapping[str, RowAction]:
    """Rows that are applied are not helped by what other rows say, only by what they did."""
    del sheet, keys
    return {}


def keep(db: Session, import_id: int, verdicts: Mapping[int, Verdict]) -> None:
    """Keep what came of comparing."""
    statement = (
        update(TABLE)
        .where(TABLE.c.import_id == import_id, TABLE.c.number == bindparam("of"))
        .values(
            action=bindparam("new_action"),
            was=bindparam("new_was"),
            reasons=bindparam("new_reasons"),
        )
    )
    changed = [
        {
            "of": number,
            "new_action": verdict.action.value,
            "new_was": orjson.dumps(dict(verdict.was)).decode(),
            "new_reasons": faults.dumped(list(verdict.faults)),
        }
        for number, verdict in verdicts.items()
    ]
    db.execute(statement, changed)


def finish(db: Session, import_id: int, numbers: Sequence[int], **new: object) -> None:
    """Write down that these rows are dealt with."""
    for portion in parts.chunks(numbers, AT_ONCE):
        mine = (TABLE.c.import_id == import_id) & TABLE.c.number.in_(portion)
        db.execute(update(TABLE).where(mine).values(is_done=True, **new))
