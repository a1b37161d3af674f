"""What the record says about a subject."""

from __future__ import annotations

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import eventlog
from engine.models import LogEntry, LogMention
from quality import subjects


def entries(db: Session, subject_id: int) -> list[tuple[str, str, dict[str, object]]]:
    """What the record says about a subject: kind, by, asked and what was kept aside."""
    wanted = (
        select(LogEntry.kind, LogEntry.by, LogEntry.body)
        .join(LogMention, LogMention.seq == LogEntry.seq)
        .where(LogMention.thing == subjects.reference(subject_id), LogEntry.chain == eventlog.HOUSE)
        .order_by(LogEntry.seq)
    )
    return [(row.kind, row.by, orjson.loads(row.body)["asked"]) for row in db.execute(wanted)]
