"""Pieces of evidence, the files they have been, and where they are cited."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class Evidence(Base):
    """A piece of evidence of a person, for a subject or a unit; its newest file is `number`."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_owner", "owner_id", "id"),
        Index("ix_evidence_unit", "unit_id", "id"),
        Index("ix_evidence_subject", "subject_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"))
    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(1000), default="")
    expires_on: Mapped[date | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    number: Mapped[int]
    made_at: Mapped[datetime]


class EvidenceFile(Base):
    """A file that a piece of evidence is or was: kept under its hash, never written over."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        UniqueConstraint("evidence_id", "number"),
        Index("ix_evidence_file_sha256", "sha256"),
        Index("ix_evidence_file_uploaded_by", "uploaded_by"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    number: Mapped[int]
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime]


class Citation(Base):
    """Where evidence is cited: a row and column of the form of a case, in the version it had."""

    __tablename__ = "evidence_citation"
    __table_args__ = (
        UniqueConstraint("instance_id", "place", "evidence_id"),
        Index("ix_evidence_citation_evidence", "evidence_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    number: Mapped[int]
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    place: Mapped[str] = mapped_column(String(320))
