"""The school's plans with their sub-plans, and the points of work of each year."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class SchoolPlan(Base):
    """A plan of the school (“十三五”规划 …) or a sub-plan, for years from `first` to `last`.

    `kinds` are the kinds of subject whose goals come from it (JSON list).
    """

    __tablename__ = "school_plan"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    first_year: Mapped[int]
    last_year: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("school_plan.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    kinds: Mapped[str] = mapped_column(Text, default="[]")
    is_active: Mapped[bool] = mapped_column(default=True)


class WorkPoint(Base):
    """A point of a year's work: of the school (党政工作要点), or of one unit's plan (工作计划)."""

    __tablename__ = "work_point"
    __table_args__ = (Index("ix_work_point_year", "year", "unit_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    year: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    number: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(500))
    is_active: Mapped[bool] = mapped_column(default=True)
