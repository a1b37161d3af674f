"""Who may what: roles given to people, and grants that say how far a right reaches."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class Role(StrEnum):
    """Roles of the product; posts of the college are rows, not roles."""

    STAFF = "staff"
    LEADER = "leader"
    EXTERNAL_EXPERT = "external_expert"
    QUALITY_OFFICE = "quality_office"
    PROCESS_ADMIN = "process_admin"
    PEOPLE_ADMIN = "people_admin"
    OPERATOR = "operator"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


class RoleGrant(Base):
    """A role of the product given to a person from one day to another."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "since"),
        Index("ix_role_grant_role", "role"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[str] = mapped_column(String(40))
    since: Mapped[date]
    until: Mapped[date | None]
    given_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]


class Reach(StrEnum):
    """How far a grant reaches."""

    OWN = "own"
    UNIT = "unit"
    BELOW = "below"
    ALL = "all"


class Grant(Base):
    """An action allowed within a reach to whoever has a key (`u:5`, `r:leader`, `p:head`).

    `unit_id` fixes the unit that `unit` and `below` start from; without it, it is each unit in
    which the holder holds the post. `subject_kind` and `year` narrow, where given.
    """

    __tablename__ = "access_grant"
    __table_args__ = (Index("ix_access_grant_holder", "holder", "action"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    reach: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    year: Mapped[int | None]
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    given_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]


class Setting(Base):
    """A rule of the house that is changed in the browser; `value` is JSON (`engine.settings`)."""

    __tablename__ = "house_setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_seq: Mapped[int]
