"""The school's time: working days, terms with teaching weeks, and what happens at deadlines."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class CalendarDay(Base):
    """A day that differs from what the State's calendar says: worked, or free, and why.

    `campus` is "" for the whole school. Calendars are computed from the State's days and these.
    """

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("campus", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    campus: Mapped[str] = mapped_column(String(40), default="")
    day: Mapped[date]
    is_working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(100))


class Term(Base):
    """A term (学期): teaching week 1 begins on `first_monday`."""

    __tablename__ = "term"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    first_monday: Mapped[date]
    weeks: Mapped[int]


class EscalationPolicy(Base):
    """What happens before and after a deadline: `rungs` is JSON, a list in order of time."""

    __tablename__ = "escalation_policy"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    rungs: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]


class CalendarVersion(Base):
    """The number that goes up with every change of days or terms: deadlines remember it.

    `state_days` is the hash of the State's days up to the end of `announced_until`.
    """

    __tablename__ = "calendar_version"
    __table_args__ = (Index("ix_calendar_version_at", "changed_at"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime]
    state_days: Mapped[str] = mapped_column(String(64))
    announced_until: Mapped[int]
