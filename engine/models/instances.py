"""Running and finished cases, the work that waits for people, and drafts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class InstanceStatus(StrEnum):
    """Where a case is in its life."""

    RUNNING = "running"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    """Where a task is in its life; the first two are open."""

    READY = "ready"
    CLAIMED = "claimed"
    COMPLETED = "completed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class ProcessInstance(Base):
    """A case. `state` is the kernel's; `log_seq` and `log_hash` are the head of its chain.

    `offered_id` and `content_id` are the form values it began with and those that stand now.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_started", "started_by", "started_at"),
        Index("ix_process_instance_subject", "subject"),
        Index("ix_process_instance_version", "version_id", "status"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("process_version.id"))
    status: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300))
    business_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    subject: Mapped[str | None] = mapped_column(String(60))
    variables: Mapped[str] = mapped_column(Text)
    offered_id: Mapped[int | None] = mapped_column(BigId)
    content_id: Mapped[int | None] = mapped_column(BigId)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    log_seq: Mapped[int]
    log_hash: Mapped[str] = mapped_column(String(64))
    started_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UserTask(Base):
    """Work that waits for a person, or waited. `candidates` keeps whom it was for, as keys."""

    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_instance", "instance_id", "status"),
        Index("ix_user_task_done", "completed_by", "completed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    token: Mapped[str] = mapped_column(String(20))
    element_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    candidates: Mapped[str] = mapped_column(Text)
    returned: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[str | None] = mapped_column(String(40))


class TaskCandidate(Base):
    """Whose inbox an open task stands in: one row per key (`u:7`, `p:dean:12`)."""

    __tablename__ = "task_candidate"
    __table_args__ = (Index("ix_task_candidate_inbox", "key", "sort_at", "task_id"),)

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    sort_at: Mapped[datetime]
    returned: Mapped[bool] = mapped_column(default=False)


class Draft(Base):
    """What somebody typed into an open task and has not handed in."""

    __tablename__ = "draft"

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    data: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    saved_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]
