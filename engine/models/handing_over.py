"""Work handed over when somebody leaves: who confirmed it, and what became of each thing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class HandOverStatus(StrEnum):
    """What became of one thing that was to be handed over."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class HandOver(Base):
    """What somebody confirmed for a person who leaves: one list, worked off in portions."""

    __tablename__ = "hand_over"
    __table_args__ = (Index("ix_hand_over_user", "user_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(Text)
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime]


class HandOverItem(Base):
    """One thing of a list: what it is, who gets it, and what became of it in a sentence.

    `sort` and `reference` name the thing (`task`, `12`); `name` is how it was shown.
    """

    __tablename__ = "hand_over_item"
    __table_args__ = (Index("ix_hand_over_item_run", "hand_over_id", "status", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hand_over_id: Mapped[int] = mapped_column(ForeignKey("hand_over.id"))
    sort: Mapped[str] = mapped_column(String(20))
    reference: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(500))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[str] = mapped_column(String(20))
    sentence: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[str] = mapped_column(Text, default="{}")
