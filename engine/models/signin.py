"""How people and programs get in: sessions, tokens, second factors, and failed tries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base


class WebSession(Base):
    """A signed-in browser; `token_hash` is the cookie's SHA-256, so the table is no key ring.

    `method` says how the person got in (password, oidc, ldap, cas, link); `tested_id` is whose eyes
    are being tried on, for the read-only test of rights.
    """

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(String(20), default="password")
    address: Mapped[str] = mapped_column(String(60), default="")
    device: Mapped[str] = mapped_column(String(200), default="")
    tested_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class ApiToken(Base):
    """A bearer token of the REST interface, kept as its hash; `scope` is words with spaces."""

    __tablename__ = "api_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(100), default="")
    scope: Mapped[str] = mapped_column(String(200), default="all")
    used_at: Mapped[datetime | None]


class SignIn(Base):
    """Wrong passwords in a row, by account name or address, and until when signing in waits."""

    __tablename__ = "sign_in"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class Identity(Base):
    """Who somebody is to an outside provider (OIDC, LDAP, CAS): its name for them, and ours."""

    __tablename__ = "identity"

    provider: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]


class SecondFactor(Base):
    """A person's one-time-code generator (RFC 6238); the secret is encrypted with the house key.

    `last_step` is the newest time step a code was taken for: no code works twice.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(255))
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """A one-time way in for somebody whose phone is gone, kept as its hash."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    used_at: Mapped[datetime | None]


class SignInLink(Base):
    """A link that sets a new password once; kept as the hash of its secret part."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
