"""Batches of documents being printed, and where the result is fetched."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class PrintStatus(StrEnum):
    """How far a batch is."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"


class PrintRun(Base):
    """A batch of documents that somebody asked for as one zip.

    `asked` says which, in which language (JSON); of `done` documents, `failed` were not printed.
    """

    __tablename__ = "print_run"
    __table_args__ = (Index("ix_print_run_by", "by_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20))
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), default="")
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
