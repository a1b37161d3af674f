"""Files that no row names: what a crash left, removed by a job each night once they are a day old.

A file is put down before its row is written, and an upload looks once more while it holds the end
of the record. The walk holds the same while it looks and removes: what a row names is never lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import calendars, clock, eventlog, handlers, later
from engine.models import LogChain
from quality.evidence.models import EvidenceFile
from quality.evidence.store import Store

TOPIC: Final = "evidence.orphans"
AT: Final = time(3, 30)
"""When the walk begins, by the school's clock."""
OLD: Final = timedelta(days=1)
PORTION: Final = 500
DIGITS: Final = "0123456789abcdef"


def register(store: Store) -> None:
    """Have the job look through these files."""

    @handlers.background(TOPIC)
    def work(db: Session, reference: str) -> bool:
        sweep(db, store, reference)
        following = DIGITS.find(reference) + 1
        if 0 < following < len(DIGITS):
            later.enqueue(db, TOPIC, DIGITS[following])
        else:
            begin(db)
        return False


def begin(db: Session) -> None:
    """Have the walk done next night, unless it is put down or failed already."""
    if not later.is_put(db, TOPIC):
        tomorrow = calendars.local(clock.now()) + timedelta(days=1)
        later.enqueue(db, TOPIC, DIGITS[0], at=calendars.moment(tomorrow, AT))


def sweep(db: Session, store: Store, digit: str) -> int:
    """Remove old files without a row whose name begins so, and what was never finished."""
    old = list(_old(store, digit))
    removed = 0
    for start in range(0, len(old), PORTION):
        part = old[start : start + PORTION]
        _hold_record(db)
        named = select(EvidenceFile.sha256).where(
            EvidenceFile.sha256.in_([one.name for one in part])
        )
        kept = set(db.execute(named).scalars())
        for path in part:
            if path.name not in kept and _is_old(path):
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _hold_record(db: Session) -> None:
    """Hold the end of the house chain, as every upload does before it looks for its file."""
    mine = select(LogChain.seq).where(LogChain.name == eventlog.HOUSE).with_for_update()
    db.execute(mine).one_or_none()


def _old(store: Store, digit: str) -> Iterator[Path]:
    return (path for path in store.names() if path.name.startswith(digit) and _is_old(path))


def _is_old(path: Path) -> bool:
    try:
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return False
    return changed < clock.now() - OLD
