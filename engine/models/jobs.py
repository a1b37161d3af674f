"""Work for later, leased with a fence, and the incidents that people resolve."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class JobKind(StrEnum):
    """What a job does; the table of functions is in `engine.jobs`."""

    TIMER = "timer"
    SERVICE = "service"
    BACKGROUND = "background"
    DEADLINE = "deadline"
    CALL = "call"
    SCHEDULE = "schedule"


class JobStatus(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


class Job(Base):
    """Something to do at `due_at`. `fence` counts the leases: only the newest holder may finish.

    A background job belongs to no case: `topic` says what it does, `reference` to what. A deadline
    job stands for the next rung of a task's escalation (`reference` is the task); a paused job
    belongs to a suspended case.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_due",
            "due_at",
            "id",
            postgresql_where=text("status = 'waiting'"),
            sqlite_where=text("status = 'waiting'"),
        ),
        Index("ix_job_instance", "instance_id", "token"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    token: Mapped[str | None] = mapped_column(String(20))
    element_id: Mapped[str | None] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(100), default="")
    reference: Mapped[str] = mapped_column(String(100), default="")
    status: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    locked_by: Mapped[str | None] = mapped_column(String(100))
    locked_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class IncidentStatus(StrEnum):
    """Open incidents wait for an administrator."""

    OPEN = "open"
    RESOLVED = "resolved"


class Incident(Base):
    """Something that could not go on: a stuck token, or a job out of attempts."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_open", "status", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    token: Mapped[str | None] = mapped_column(String(20))
    element_id: Mapped[str | None] = mapped_column(String(200))
    sentence: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(Text, default="{}")
    status: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
