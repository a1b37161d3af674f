"""The standards that units keep, and their approved versions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class StandardKind(StrEnum):
    """What a standard is about: how a unit works, or what has to be reached at least."""

    WORK = "work"
    BASIC = "basic"


class CollegeStandard(Base):
    """A standard that a unit keeps; `category` is one of the catalogue's (按类别)."""

    __tablename__ = "college_standard"
    __table_args__ = (Index("ix_college_standard_unit", "unit_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    version_number: Mapped[int] = mapped_column(default=0)


class CollegeStandardVersion(Base):
    """An approved version, in force until its last year is over or a newer one is there."""

    __tablename__ = "college_standard_version"
    __table_args__ = (UniqueConstraint("standard_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    standard_id: Mapped[int] = mapped_column(ForeignKey("college_standard.id"))
    number: Mapped[int]
    data: Mapped[str] = mapped_column(Text)
    first_year: Mapped[int]
    last_year: Mapped[int]
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    published_at: Mapped[datetime]
