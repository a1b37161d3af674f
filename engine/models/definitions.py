"""Definitions, their drafts, and their published versions, which never change."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class ProcessDefinition(Base):
    """The lasting thing with a key; `active_version_id` is what new cases start on."""

    __tablename__ = "process_definition"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    active_version_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]


class ProcessVersion(Base):
    """A published bundle: the BPMN bytes as they came, the forms and tables they refer to."""

    __tablename__ = "process_version"
    __table_args__ = (UniqueConstraint("definition_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    bpmn: Mapped[bytes] = mapped_column(LargeBinary)
    forms: Mapped[str] = mapped_column(Text)
    decisions: Mapped[str] = mapped_column(Text, default="{}")
    sha256: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime]


class FormText(Base):
    """A form as it stands in the library; publishing copies it into the version."""

    __tablename__ = "form_text"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    saved_at: Mapped[datetime]


class DecisionText(Base):
    """A decision table (DMN) as it stands in the library; publishing copies it into the version."""

    __tablename__ = "decision_text"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    dmn: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int]
    saved_at: Mapped[datetime]


class MoveRun(Base):
    """Cases moved to another version together (迁移). `places` is JSON: what became what."""

    __tablename__ = "move_run"
    __table_args__ = (Index("ix_move_run_definition", "definition_id", "started_at"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    from_version_id: Mapped[int] = mapped_column(ForeignKey("process_version.id"))
    to_version_id: Mapped[int] = mapped_column(ForeignKey("process_version.id"))
    places: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    started_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    started_at: Mapped[datetime]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_at: Mapped[datetime | None]


class MoveStatus(StrEnum):
    """What became of a case in a run; two of them wait for the worker."""

    WAITING = "waiting"
    MOVED = "moved"
    REFUSED = "refused"
    GOING_BACK = "going_back"
    MOVED_BACK = "moved_back"
    STAYS = "stays"


class CaseMove(Base):
    """A case of a run: whether it was moved, in which entry, or why not (`sentence`, `data`)."""

    __tablename__ = "case_move"
    __table_args__ = (
        Index("ix_case_move_instance", "instance_id"),
        Index("ix_case_move_run", "run", "status", "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run: Mapped[str] = mapped_column(ForeignKey("move_run.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    status: Mapped[str] = mapped_column(String(20))
    seq: Mapped[int | None]
    sentence: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[str] = mapped_column(Text, default="{}")
    moved_at: Mapped[datetime | None]
    moved_back_at: Mapped[datetime | None]


class ProcessDraft(Base):
    """What the designer saves; `revision` refuses a save over somebody else's."""

    __tablename__ = "process_draft"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), unique=True)
    bpmn: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int]
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]
