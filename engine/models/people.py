"""People, the units they belong to, the posts they hold there, and how their names are found.

What is dated says so itself: `since` and `until` are days, both included, no end is for good.
`given_seq` and `ended_seq` are numbers in the house chain: who made it so, and when, stands there.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId, sorted_text


class User(Base):
    """A person. One who left stays, with `is_active` off; `number` is the 工号 or 学号."""

    __tablename__ = "user_account"
    __table_args__ = (
        Index("ix_user_account_name", "name", postgresql_ops={"name": "text_pattern_ops"}),
        Index("ix_user_account_number", "number", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    number: Mapped[str | None] = mapped_column(String(40))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_external: Mapped[bool] = mapped_column(default=False)
    employer: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    id_number: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(10), default="")
    theme: Mapped[str] = mapped_column(String(10), default="")
    created_at: Mapped[datetime]
    left_on: Mapped[date | None]


class PersonWord(Base):
    """What a person is found by: the ends of the name, its pinyin initials, number, user name.

    Words are lower case and sorted by code point, so that a beginning is a range of the key.
    """

    __tablename__ = "person_word"
    __table_args__ = (Index("ix_person_word_user", "user_id", "word"),)

    word: Mapped[str] = mapped_column(sorted_text(100), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)


class Unit(Base):
    """A school, campus, department, college, section, class …, in a tree (docs/glossary.md).

    `kind` is a key of `engine.college.kinds`; without a campus of its own a unit has its parent's.
    """

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    campus_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    position: Mapped[int] = mapped_column(default=0)
    since: Mapped[date | None]
    until: Mapped[date | None]


class UnitAbove(Base):
    """The tree as pairs: every unit with itself (0 steps) and with each unit above it."""

    __tablename__ = "unit_above"
    __table_args__ = (Index("ix_unit_above_above", "above_id", "unit_id"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    above_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    steps: Mapped[int]


class PostKind(StrEnum):
    """What holding a post says about the person and the unit."""

    MEMBER = "member"
    """Belongs to the unit: 教师, 职员, 学生."""
    OFFICE = "office"
    """Acts in or for the unit: 负责人, 审核岗, 辅导员."""
    LEADER = "leader"
    """Leads the unit from above without belonging to it: 分管领导, 联系领导."""


class Post(Base):
    """A post that people hold in units (二级学院审核岗)."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20), default=PostKind.OFFICE)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class Holding(Base):
    """A person holds a post in a unit from one day to another."""

    __tablename__ = "holding"
    __table_args__ = (
        UniqueConstraint("user_id", "post_id", "unit_id", "since"),
        Index("ix_holding_post", "post_id", "unit_id"),
        Index("ix_holding_unit", "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    given_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]
