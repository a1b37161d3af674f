"""Running and finished cases, the work that waits for people, and drafts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class InstanceStatus(StrEnum):
    """Where a case is in its life."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    """Where a task is in its life; the first two are open, the third opens when its turn comes."""

    READY = "ready"
    CLAIMED = "claimed"
    WAITING = "waiting"
    COMPLETED = "completed"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    NOT_NEEDED = "not_needed"
    STEPPED_ASIDE = "stepped_aside"
    REMOVED = "removed"


class TaskPart(StrEnum):
    """What a task is in its step: the work itself, a seat of its vote, or a signer added to it."""

    HOLDER = "holder"
    SIGNER = "signer"
    CHAIR = "chair"
    ADDED = "added"


class ProcessInstance(Base):
    """A case. `state` is the kernel's; `log_seq` and `log_hash` are the head of its chain.

    `offered_id` and `content_id` are the form values it began with and those that stand now.
    A called case knows the place in the case above it that waits for it, and how deep it is.
    `successor_id` stands in for who started it and has left.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_started", "started_by", "started_at"),
        Index("ix_process_instance_subject", "subject"),
        Index("ix_process_instance_version", "version_id", "status"),
        Index("ix_process_instance_parent", "parent_id", "parent_token"),
        Index("ix_process_instance_successor", "successor_id"),
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
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    parent_token: Mapped[str | None] = mapped_column(String(20))
    depth: Mapped[int] = mapped_column(default=0, server_default="0")
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class UserTask(Base):
    """Work that waits for a person, or waited. `candidates` keeps whom it was for, as keys.

    A step that several sign has a row for each: `seat` numbers them (0 where there is one row
    alone), `turn` says in which order they open, `follows` the seat after which a waiting one
    does (0: none). `lent_by` gave it out of hand and gets it back
    (委派); `done_for` is the person in whose place it was done. `seen_at` is when somebody it is
    for first opened it, `due_first` the deadline before any change.
    """

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
    seat: Mapped[int] = mapped_column(default=0, server_default="0")
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    follows: Mapped[int] = mapped_column(default=0, server_default="0")
    part: Mapped[str] = mapped_column(
        String(20), default=TaskPart.HOLDER, server_default=TaskPart.HOLDER.value
    )
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    added_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    lent_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    done_for: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    seen_at: Mapped[datetime | None]
    due_first: Mapped[datetime | None]


class TaskCandidate(Base):
    """Whose inbox an open task stands in: one row per key (`u:7`, `p:dean:12`)."""

    __tablename__ = "task_candidate"
    __table_args__ = (Index("ix_task_candidate_inbox", "key", "sort_at", "task_id"),)

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    sort_at: Mapped[datetime]
    returned: Mapped[bool] = mapped_column(default=False)


class Draft(Base):
    """What somebody typed into an open task and has not handed in.

    `case_revision` is that of the case when it was saved: no act since means that nothing it lies
    over is another.
    """

    __tablename__ = "draft"

    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int]
    case_revision: Mapped[int | None]
    saved_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]


class SigningRound(Base):
    """A step that several sign, as counted so far: one row for each pass of the step.

    `rule` is the rule as drawn; numbers are weights of votes. `casting` is what the chair said on
    a tie, or `asked`. While `hidden`, votes are their authors' alone until `outcome` is there.
    """

    __tablename__ = "signing_round"

    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(20), primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    seats: Mapped[int]
    weight: Mapped[int]
    approved: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    abstained: Mapped[int] = mapped_column(default=0)
    stepped_aside: Mapped[int] = mapped_column(default=0)
    left: Mapped[int]
    added_left: Mapped[int] = mapped_column(default=0)
    added_refused: Mapped[int] = mapped_column(default=0)
    casting: Mapped[str | None] = mapped_column(String(20))
    hidden: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None] = mapped_column(String(40))
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class ClockStop(Base):
    """A span in which the clock of a case stood still: returned for rework, or suspended."""

    __tablename__ = "clock_stop"
    __table_args__ = (Index("ix_clock_stop_instance", "instance_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    why: Mapped[str] = mapped_column(String(20))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DueChange(Base):
    """A deadline that was moved: both dates, why, by whom, and the case that allowed it."""

    __tablename__ = "due_change"
    __table_args__ = (Index("ix_due_change_task", "task_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("user_task.id"))
    due_before: Mapped[datetime | None]
    due_after: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(String(20))
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime]
    allowed_in: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))


class Copy(Base):
    """A case shown to somebody (抄送), and when they read it (已阅)."""

    __tablename__ = "copy"
    __table_args__ = (
        Index("ix_copy_inbox", "user_id", "sent_at", "id"),
        Index("ix_copy_instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("user_task.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Subscription(Base):
    """A place in a running case, or a start of a definition, that waits for a message or signal.

    `key` is the correlation: "" takes any message of that name.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        Index("ix_subscription_name", "kind", "name", "key"),
        Index("ix_subscription_instance", "instance_id", "token"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200), default="")
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"))
    token: Mapped[str | None] = mapped_column(String(20))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    element_id: Mapped[str] = mapped_column(String(200))
