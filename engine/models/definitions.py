"""Definitions, their drafts, and their published versions, which never change."""

from __future__ import annotations

from datetime import datetime

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


class CaseMove(Base):
    """A case moved to another version (迁移), with where it stood, so that it can be moved back."""

    __tablename__ = "case_move"
    __table_args__ = (
        Index("ix_case_move_instance", "instance_id"),
        Index("ix_case_move_run", "run"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run: Mapped[str] = mapped_column(String(40))
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    from_version_id: Mapped[int] = mapped_column(ForeignKey("process_version.id"))
    to_version_id: Mapped[int] = mapped_column(ForeignKey("process_version.id"))
    seq: Mapped[int]
    moved_at: Mapped[datetime]
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
