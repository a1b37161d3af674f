"""People, units, posts, and how they sign in."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base, BigId


class Role(StrEnum):
    """Roles of the product; posts of the college are rows, not roles."""

    STAFF = "staff"
    PROCESS_ADMIN = "process_admin"
    PEOPLE_ADMIN = "people_admin"
    QUALITY_OFFICE = "quality_office"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class User(Base):
    """A person who can sign in."""

    __tablename__ = "user_account"
    __table_args__ = (
        Index("ix_user_account_name", "name", postgresql_ops={"name": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(10), default="")
    theme: Mapped[str] = mapped_column(String(10), default="")
    created_at: Mapped[datetime]


class RoleGrant(Base):
    """A role of the product given to a person."""

    __tablename__ = "role_grant"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(40), primary_key=True)


class Unit(Base):
    """A department, college, section …, in a tree. `kind` is the college's own word for it."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)


class Post(Base):
    """A post that people hold in units (二级学院审核岗)."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))


class Holding(Base):
    """A person holds a post in a unit from one day to another (inclusive; no end is for good)."""

    __tablename__ = "holding"
    __table_args__ = (
        UniqueConstraint("user_id", "post_id", "unit_id", "since"),
        Index("ix_holding_post", "post_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    since: Mapped[date]
    until: Mapped[date | None]


class WebSession(Base):
    """A signed-in browser; `token_hash` is the cookie's SHA-256, so the table is no key ring."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiToken(Base):
    """A bearer token of the REST interface, kept as its hash."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignIn(Base):
    """Wrong passwords in a row, by account name or address, and until when signing in waits."""

    __tablename__ = "sign_in"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    changed_at: Mapped[datetime]
