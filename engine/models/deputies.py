"""Who acts for whom while they are away (代理), for a period and a set of flows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class Deputy(Base):
    """`user_id` may act for `principal_id`. `definitions` is a JSON list of keys, or None for all.

    Dated like every right: ending sets `until` and `ended_seq`; the row stays.
    """

    __tablename__ = "deputy"
    __table_args__ = (
        Index("ix_deputy_user", "user_id", "since"),
        Index("ix_deputy_principal", "principal_id", "since"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    definitions: Mapped[str | None] = mapped_column(Text)
    since: Mapped[date]
    until: Mapped[date]
    given_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]
