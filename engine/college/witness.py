"""Who made it so: the entries that gave and ended dated rows, with whom they name and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import eventlog, people
from engine.college import parts
from engine.models import LogEntry


@dataclass(frozen=True, slots=True)
class Witness:
    """An entry of the house chain: its number, when, and who acted; "" is the system itself."""

    seq: int
    at: datetime
    user_id: int | None
    name: str


def of(db: Session, seqs: Iterable[int | None]) -> dict[int, Witness]:
    """Witnesses by their number, in two queries."""
    wanted = sorted({seq for seq in seqs if seq is not None})
    entry = LogEntry.__table__
    found: list[Any] = []
    for portion in parts.chunks(wanted):
        rows = select(entry.c.seq, entry.c.at, entry.c.by).where(
            entry.c.chain == eventlog.HOUSE, entry.c.seq.in_(portion)
        )
        found.extend(db.execute(rows))
    names = people.names(db, [people.marked(row.by) for row in found])
    return {
        row.seq: Witness(
            row.seq,
            datetime.fromisoformat(row.at),
            people.marked(row.by),
            names.get(people.marked(row.by) or 0, ""),
        )
        for row in found
    }
