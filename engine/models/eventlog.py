"""The record: entries in chains, the heads of the chains, and contents under salted hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class LogEntry(Base):
    """One act. Triggers refuse UPDATE and DELETE.

    `body` is canonical JSON (asked, known, followed); `hash` covers all else in the row and the
    hash before it in the chain.
    """

    __tablename__ = "event_log"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_event_log_kind", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    chain: Mapped[str] = mapped_column(String(60))
    seq: Mapped[int]
    at: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(60))
    by: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class LogMention(Base):
    """An index of the house chain: which entries are about a thing (`user:5`, `unit:3`)."""

    __tablename__ = "log_mention"

    thing: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)


class LogChain(Base):
    """The head of a chain that belongs to no case (`house`, `seal`); locked while it grows."""

    __tablename__ = "log_chain"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class Content(Base):
    """What was written in an act (form values, opinion, variables), outside the log.

    The log holds sha256(salt + data). Erasing sets `data` and `salt` to nothing and is an entry of
    its own, so a lawful gap can be told from a loss.
    """

    __tablename__ = "content"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    erased_at: Mapped[datetime | None]
