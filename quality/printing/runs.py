"""Batches in print as people handle them: begin, look at, cancel; and as the worker does: go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import Select, String, cast, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, later
from engine.errors import NotFound
from engine.models import Incident, IncidentStatus, Job, JobStatus, User
from engine.people import Actor
from quality.pages import Page, clamp, cut
from quality.printing.errors import NothingToPrint, RunOver, TooManyRuns, TooManyToPrint
from quality.printing.models import PrintRun, PrintStatus

TOPIC: Final = "print.run"
MOST: Final = 500
"""Documents in one batch."""
AT_ONCE: Final = 2
"""Batches of one person in work at the same time."""
MOST_HEALED: Final = 100
_run, _job = PrintRun.__table__, Job.__table__


class PrintForm(StrEnum):
    """As what a document is printed."""

    PDF = "pdf"
    WORD = "docx"


@dataclass(frozen=True, slots=True)
class Run:
    """A batch as it is shown and worked on. `done` counts those that failed, too."""

    id: int
    by_id: int
    documents: tuple[int, ...]
    language: str
    form: PrintForm
    status: PrintStatus
    done: int
    failed: int
    total: int
    sha256: str
    made_at: datetime
    ended_at: datetime | None

    def seconds_left(self, now: datetime) -> int | None:
        """How long the rest will take, if it goes on as before; None where nothing is known yet."""
        if self.done == 0 or self.status is not PrintStatus.WAITING:
            return None
        passed = max((now - self.made_at).total_seconds(), 0.0)
        return round(passed / self.done * (self.total - self.done))


def begin(
    db: Session, documents: Sequence[int], form: PrintForm, *, by: Actor, language: str
) -> int:
    """Have documents printed in the background. Returns the number of the batch.

    Raises `NothingToPrint`, `TooManyToPrint`, `TooManyRuns`.
    """
    wanted = list(dict.fromkeys(documents))
    if not wanted:
        raise NothingToPrint
    if len(wanted) > MOST:
        raise TooManyToPrint(most=MOST)
    # two requests at once count one after the other
    db.execute(select(User.id).where(User.id == by.id).with_for_update())
    mine = (_run.c.by_id == by.id) & (_run.c.status == PrintStatus.WAITING)
    if db.execute(select(func.count()).select_from(_run).where(mine)).scalar_one() >= AT_ONCE:
        raise TooManyRuns(most=AT_ONCE)
    row = {
        "by_id": by.id,
        "asked": orjson.dumps({"documents": wanted, "language": language}).decode(),
        "form": form.value,
        "status": PrintStatus.WAITING.value,
        "done": 0,
        "failed": 0,
        "total": len(wanted),
        "sha256": "",
        "made_at": clock.now(),
        "ended_at": None,
    }
    run_id: int = db.execute(insert(_run).returning(_run.c.id), row).scalar_one()
    later.enqueue(db, TOPIC, str(run_id))
    return run_id


def one(db: Session, by: Actor, run_id: int) -> Run:
    """A batch that this person asked for. Raises `NotFound`."""
    found = db.execute(_rows().where(_run.c.id == run_id, _run.c.by_id == by.id)).one_or_none()
    if found is None:
        raise NotFound
    return _read(found)


def listed(db: Session, by: Actor, *, after: int | None = None, limit: int = 20) -> Page[Run]:
    """The batches that this person asked for, the newest first."""
    limit = clamp(limit)
    mine = _rows().where(_run.c.by_id == by.id).order_by(_run.c.id.desc()).limit(limit + 1)
    if after is not None:
        mine = mine.where(_run.c.id < after)
    rows, following = cut(db.execute(mine).all(), limit, "id")
    return Page(tuple(map(_read, rows)), following)


def cancel(db: Session, run_id: int, *, by: Actor) -> None:
    """Have no more of a batch printed. Raises `NotFound`, `RunOver`."""
    one(db, by, run_id)
    if not end(db, run_id, PrintStatus.CANCELLED):
        raise RunOver


def _rows() -> Select[Any]:
    return select(_run)


def _read(row: Any) -> Run:
    asked = orjson.loads(row.asked)
    return Run(
        row.id,
        row.by_id,
        tuple(asked["documents"]),
        asked["language"],
        PrintForm(row.form),
        PrintStatus(row.status),
        row.done,
        row.failed,
        row.total,
        row.sha256,
        row.made_at,
        row.ended_at,
    )


def in_work(db: Session, run_id: int) -> Run | None:
    """The batch, if it is still to be worked on."""
    waits = _rows().where(_run.c.id == run_id, _run.c.status == PrintStatus.WAITING)
    found = db.execute(waits).one_or_none()
    return _read(found) if found is not None else None


def note(db: Session, run: Run, number: int, *, failed: bool) -> bool:
    """Note that the document of this number (from 0) is done; whether nobody else was faster."""
    mine = (_run.c.id == run.id) & (_run.c.done == number)
    changed = (
        update(_run)
        .where(mine, _run.c.status == PrintStatus.WAITING)
        .values(done=number + 1, failed=_run.c.failed + int(failed))
    )
    return db.execute(changed.returning(_run.c.id)).first() is not None


def end(db: Session, run_id: int, status: PrintStatus, sha256: str = "") -> bool:
    """End a batch; whether it was still in work."""
    changed = (
        update(_run)
        .where(_run.c.id == run_id, _run.c.status == PrintStatus.WAITING)
        .values(status=status.value, sha256=sha256, ended_at=clock.now())
    )
    return db.execute(changed.returning(_run.c.id)).first() is not None


def heal(db: Session) -> None:
    """Put down work for batches that have none: whoever was to put it down was killed."""
    put = (
        select(_job.c.id)
        .where(
            _job.c.topic == TOPIC,
            _job.c.reference == cast(_run.c.id, String),
            _job.c.status.in_((JobStatus.WAITING, JobStatus.FAILED)),
        )
        .correlate(_run)
    )
    waits = select(_run.c.id).where(_run.c.status == PrintStatus.WAITING, ~exists(put))
    for run_id in db.execute(waits.limit(MOST_HEALED)).scalars().all():
        later.enqueue(db, TOPIC, str(run_id))


def is_stuck(db: Session, run_id: int) -> bool:
    """Whether the work on a batch came to an incident that is still open."""
    found = (
        select(Incident.id)
        .join(Job, Job.id == Incident.job_id)
        .where(
            Incident.status == IncidentStatus.OPEN,
            Job.topic == TOPIC,
            Job.reference == str(run_id),
        )
    )
    return db.execute(found.limit(1)).first() is not None


def old(db: Session, days: int, limit: int) -> tuple[int, ...]:
    """Batches that began so many days ago, the oldest first."""
    before = clock.now() - timedelta(days=days)
    found = select(_run.c.id).where(_run.c.made_at < before).order_by(_run.c.id).limit(limit)
    return tuple(db.execute(found).scalars())


def forget(db: Session, run_ids: Sequence[int]) -> None:
    """Take batches off the list; their files are the caller's to remove."""
    db.execute(delete(_run).where(_run.c.id.in_(run_ids)))
