"""What the college improves and what it wrote about it: subjects, documents, their versions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class Stage(StrEnum):
    """The stages of the linked chain 目标 → 标准 → 诊改计划 → 诊改信息采集."""

    GOAL = "goal"
    STANDARD = "standard"
    PLAN = "plan"
    COLLECTION = "collection"


class DocumentStatus(StrEnum):
    """Where the newest work on a document stands; published versions stay published meanwhile."""

    IN_APPROVAL = "in_approval"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Subject(Base):
    """Something that is improved (诊改主体), of one of the eight kinds.

    `header` are the fields at the head of its tables that are its own (JSON). `parent_id` is the
    subject it belongs to (the major of a course), `is_pilot` marks one that goes ahead (试点).
    """

    __tablename__ = "subject"
    __table_args__ = (UniqueConstraint("kind", "code"), Index("ix_subject_unit", "unit_id", "kind"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("subject.id"), index=True)
    header: Mapped[str] = mapped_column(Text, default="{}")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_pilot: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]


class SubjectOwner(Base):
    """Who answers for a subject (负责人), from one day to another; `Subject.owner_id` is the last.

    Nobody knows since when an owner from before these rows were kept has been one.
    """

    __tablename__ = "subject_owner"
    __table_args__ = (
        Index("ix_subject_owner_subject", "subject_id"),
        Index("ix_subject_owner_user", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    since: Mapped[date | None]
    until: Mapped[date | None]
    given_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]


class SubjectMember(Base):
    """Somebody of the team around a subject (专业带头人及团队), from one day to another."""

    __tablename__ = "subject_member"
    __table_args__ = (
        UniqueConstraint("subject_id", "user_id", "since"),
        Index("ix_subject_member_user", "user_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    since: Mapped[date]
    until: Mapped[date | None]
    given_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]


class Document(Base):
    """What a subject writes for one stage and period: its versions, and the case under way."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("subject_id", "stage", "period"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    stage: Mapped[str] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    instance_id: Mapped[int | None] = mapped_column(ForeignKey("process_instance.id"), index=True)
    version_number: Mapped[int] = mapped_column(default=0)


class DocumentVersion(Base):
    """A published version. Never changed, never overwritten: a newer one supersedes it.

    `template` is the hash of the template it was born from, `made_from_id` the version of the stage
    before whose rows it took; goals have none.
    """

    __tablename__ = "document_version"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    data: Mapped[str] = mapped_column(Text)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    template: Mapped[str] = mapped_column(String(64))
    made_from_id: Mapped[int | None] = mapped_column(ForeignKey("document_version.id"), index=True)
    published_at: Mapped[datetime]


class CycleYear(Base):
    """A year of the quality cycle (诊改年度), by the year in which it begins."""

    __tablename__ = "cycle_year"

    year: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    opened_at: Mapped[datetime]


class CycleDate(Base):
    """A named date of a year (计划截止 …) that deadlines refer to as `cycle:KEY`."""

    __tablename__ = "cycle_date"

    year: Mapped[int] = mapped_column(ForeignKey("cycle_year.year"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    day: Mapped[date]
