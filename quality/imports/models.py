"""An import and its rows: what was read, what it would change, how far it has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class ImportStatus(StrEnum):
    """Where an import is in its life."""

    COMPARING = "comparing"
    READY = "ready"
    APPLYING = "applying"
    DONE = "done"
    DROPPED = "dropped"


class RowAction(StrEnum):
    """What a row would do to what is there."""

    UNREAD = "unread"
    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    LEAVE = "leave"
    """Nobody in the file: somebody who is missing from a list that says it is complete."""
    KEEP = "keep"
    """Missing as well, but stays."""
    ERROR = "error"


class Import(Base):
    """An uploaded workbook on its way into the register.

    `counts` is a JSON object from row action to number, beside `unused`, the headers that mean no
    column; `done` counts the rows dealt with in the present status, `total` how many there are.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20))
    with_leavers: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[str] = mapped_column(Text, default="{}")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """A row of a sheet: where it stood, what it said (JSON), and what came of it.

    `key` names the thing the row is about; `was` is a JSON object of the values it would replace;
    `reasons` a JSON list of [column, sentence, values] for a row in error.
    """

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_action", "import_id", "action", "number"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sheet: Mapped[str] = mapped_column(String(40))
    line: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    is_done: Mapped[bool] = mapped_column(default=False)
    key: Mapped[str] = mapped_column(String(200), default="")
    data: Mapped[str] = mapped_column(Text)
    was: Mapped[str] = mapped_column(Text, default="{}")
    reasons: Mapped[str] = mapped_column(Text, default="[]")
