"""Work for later as rows: put down by whoever needs it, held by a worker, finished once.

`engine.jobs` leases and runs it; what a kind of work does stands with what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from engine import clock, hotpath
from engine.errors import LeaseLost
from engine.models import Incident, IncidentStatus, Job, JobKind, JobStatus

_TABLE: Final = Job.__table__
_PUT: Final = insert(_TABLE).returning(_TABLE.c.id)


@dataclass(frozen=True, slots=True)
class Leased:
    """A job in this worker's hands. `fence` is the number of the lease.

    `instance_id` is 0 for background work, which belongs to no case.
    """

    id: int
    kind: str
    instance_id: int
    token: str
    element_id: str
    topic: str
    reference: str
    due_at: datetime
    attempts: int
    fence: int

    @property
    def late_seconds(self) -> int:
        """How long after its time it is done."""
        return max(0, int((clock.now() - self.due_at).total_seconds()))


def put(  # noqa: PLR0913  (the columns of a job, by keyword)
    db: Session,
    kind: JobKind,
    *,
    due: datetime | None = None,
    instance_id: int | None = None,
    token: str | None = None,
    element_id: str | None = None,
    topic: str = "",
    reference: str = "",
    status: JobStatus = JobStatus.WAITING,
) -> int:
    """Put a job down, due now unless said otherwise. Returns its number."""
    now = clock.now()
    row = {
        "kind": kind.value,
        "instance_id": instance_id,
        "token": token,
        "element_id": element_id,
        "topic": topic,
        "reference": reference,
        "status": status.value,
        "due_at": due or now,
        "attempts": 0,
        "fence": 0,
        "created_at": now,
    }
    job_id: int = db.execute(_PUT, row).scalar_one()
    return job_id


def enqueue(db: Session, topic: str, reference: str, *, at: datetime | None = None) -> None:
    """Have background work done as soon as a worker is free, but not before `at`."""
    put(db, JobKind.BACKGROUND, topic=topic, reference=reference, due=at)


def is_put(db: Session, topic: str, *, after: datetime | None = None) -> bool:
    """Whether such background work waits, or failed and an open incident tells of it.

    With `after`, an incident of a job that was due before then counts no more.
    """
    mine, told = _TABLE.c.topic == topic, Incident.__table__
    waits = select(_TABLE.c.id).where(mine, _TABLE.c.status == JobStatus.WAITING)
    if db.execute(waits.limit(1)).first() is not None:
        return True
    failed = (
        select(told.c.id)
        .join(_TABLE, _TABLE.c.id == told.c.job_id)
        .where(told.c.status == IncidentStatus.OPEN, mine, _TABLE.c.status == JobStatus.FAILED)
    )
    if after is not None:
        failed = failed.where(_TABLE.c.due_at > after)
    return db.execute(failed.limit(1)).first() is not None


def finish(db: Session, job: Leased) -> None:
    """Mark the job done, if the lease is still this one. Raises `LeaseLost`."""
    if not hotpath.read(db, "finish", {"job": job.id, "fence": job.fence, "at": clock.now()}):
        raise LeaseLost


def mine(job: Leased) -> ColumnElement[bool]:
    """The condition that a job is still in these hands."""
    return (
        (_TABLE.c.id == job.id)
        & (_TABLE.c.fence == job.fence)
        & (_TABLE.c.status == JobStatus.WAITING)
    )
