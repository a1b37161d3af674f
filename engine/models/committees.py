"""Committees and groups: their duties, their terms, who sits in them, what they must consist of."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class Seat(StrEnum):
    """What somebody is in a committee or group."""

    CHAIR = "chair"
    DEPUTY = "deputy"
    MEMBER = "member"
    SECRETARY = "secretary"


class Committee(Base):
    """A committee, office, working group or expert pool.

    `duties` is a JSON list of sentences; `rule` a JSON object of what it must consist of
    (`engine.college.composition`); `unit_id` is the unit that leads it or that it belongs to.
    """

    __tablename__ = "committee"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    duties: Mapped[str] = mapped_column(Text, default="[]")
    rule: Mapped[str] = mapped_column(Text, default="{}")
    term_years: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    since: Mapped[date | None]
    until: Mapped[date | None]


class Membership(Base):
    """A person sits in a committee from one day to another; `unit_id` is who nominated them."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("committee_id", "user_id", "since"),
        Index("ix_membership_user", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    seat: Mapped[str] = mapped_column(String(20), default=Seat.MEMBER)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    given_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]
