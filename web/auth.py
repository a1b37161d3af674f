"""Signing in and out: server-side sessions for browsers, bearer tokens for programs, lock-out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from flask import current_app, g, request
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, people
from engine.db import begin_writing
from engine.errors import LockedOut, NotFound, Refused, SignInFailed
from engine.models import ApiToken, SignIn, User, WebSession
from web.config import Settings
from web.demo import college
from web.session import db, own_session

FREE_TRIES: Final = 5
FIRST_WAIT: Final = 3
LONGEST_WAIT: Final = 60
TRIES_PER_ADDRESS: Final = 50
FORGET_AFTER: Final = timedelta(hours=1)
SEEN_EVERY: Final = timedelta(minutes=5)
MAX_PASSWORD: Final = 200


class NotSignedIn(Refused):
    """No session and no valid token."""

    sentence = "请先登录。"


class DemoOnly(SignInFailed):
    """The password of the demo accounts, which everybody knows, outside a demo."""

    sentence = "演示账号只能在演示模式下登录。"


def settings() -> Settings:
    """The settings of this installation."""
    found: Settings = current_app.extensions["settings"]
    return found


def cookie_name() -> str:
    """The session cookie; with HTTPS its name binds it to this host."""
    return "__Host-zhengai" if settings().secure_cookies else "zhengai"


def identify() -> None:
    """Find out who asks: sets `g.actor` (or None), `g.user`, and `g.csrf` for browsers."""
    g.actor, g.csrf, g.user, g.token_hash = None, "", None, ""
    bearer = request.headers.get("Authorization", "")
    if request.path.startswith("/api/"):
        if bearer.startswith("Bearer "):
            _by_token(_hash(bearer.removeprefix("Bearer ").strip()))
        return
    cookie = request.cookies.get(cookie_name(), "")
    if cookie:
        _by_session(_hash(cookie))


def _by_token(token_hash: str) -> None:
    table = ApiToken.__table__
    found = select(table.c.user_id).where(
        table.c.token_hash == token_hash, table.c.expires_at > clock.now()
    )
    _become(db().execute(found).scalar_one_or_none())


def _by_session(token_hash: str) -> None:
    table, now = WebSession.__table__, clock.now()
    row = (
        db()
        .execute(select(table).where(table.c.token_hash == token_hash, table.c.expires_at > now))
        .one_or_none()
    )
    if row is None:
        return
    _become(row.user_id)
    g.csrf, g.token_hash = row.csrf, token_hash
    if request.method not in ("GET", "HEAD") and row.seen_at < now - SEEN_EVERY:
        lives = now + timedelta(hours=settings().session_hours)
        changed = update(table).where(table.c.token_hash == token_hash)
        db().execute(changed.values(seen_at=now, expires_at=lives))


def _become(user_id: int | None) -> None:
    if user_id is None:
        return
    try:
        g.actor = people.actor(db(), user_id)
    except NotFound:
        return
    table = User.__table__
    g.user = (
        db()
        .execute(
            select(table.c.username, table.c.language, table.c.theme).where(table.c.id == user_id)
        )
        .one()
    )


def check_password(username: str, password: str) -> int:
    """The person with this name and password. Raises `SignInFailed`, `DemoOnly`, `LockedOut`.

    Wrong tries are counted in a transaction of their own, by account and by address.
    """
    if password == college.PASSWORD and not settings().demo:
        raise DemoOnly
    keys = [f"account:{username.casefold()[:150]}", f"address:{request.remote_addr or ''}"]
    with own_session() as own:
        begin_writing(own)
        _require_unlocked(own, keys)
        table = User.__table__
        row = own.execute(
            select(table.c.id, table.c.password_hash, table.c.is_active).where(
                table.c.username == username
            )
        ).one_or_none()
        stored = row.password_hash if row is not None and row.is_active else None
        if (
            len(password) <= MAX_PASSWORD
            and people.password_matches(stored, password)
            and row is not None
        ):
            own.execute(delete(SignIn.__table__).where(SignIn.__table__.c.key == keys[0]))
            own.commit()
            return int(row.id)
        _count_failure(own, keys[0], FREE_TRIES)
        _count_failure(own, keys[1], TRIES_PER_ADDRESS)
        own.commit()
    raise SignInFailed


def _require_unlocked(own: Session, keys: list[str]) -> None:
    table, now = SignIn.__table__, clock.now()
    locked = own.execute(
        select(table.c.locked_until)
        .where(table.c.key.in_(keys), table.c.locked_until > now)
        .order_by(table.c.locked_until.desc())
        .limit(1)
    ).scalar_one_or_none()
    if locked is not None:
        raise LockedOut(seconds=max(1, int((locked - now).total_seconds())))


def _count_failure(own: Session, key: str, free: int) -> None:
    table, now = SignIn.__table__, clock.now()
    row = own.execute(select(table).where(table.c.key == key).with_for_update()).one_or_none()
    forgotten = row is None or row.changed_at < now - FORGET_AFTER
    failures = 1 if forgotten or row is None else row.failures + 1
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - free, 10)) if failures >= free else 0
    values = {
        "failures": failures,
        "changed_at": now,
        "locked_until": now + timedelta(seconds=wait) if wait else None,
    }
    if row is None:
        own.execute(insert(table), {"key": key, **values})
    else:
        own.execute(update(table).where(table.c.key == key).values(values))


def open_session(user_id: int) -> str:
    """Start a session for a browser, always under a new number. Returns the cookie's value."""
    close_session()
    token, now = secrets.token_urlsafe(32), clock.now()
    row = {
        "token_hash": _hash(token),
        "user_id": user_id,
        "csrf": secrets.token_urlsafe(32),
        "created_at": now,
        "seen_at": now,
        "expires_at": now + timedelta(hours=settings().session_hours),
    }
    db().execute(delete(WebSession.__table__).where(WebSession.__table__.c.expires_at < now))
    db().execute(insert(WebSession.__table__), row)
    return token


def close_session() -> None:
    """End the session of this browser on the server."""
    cookie = request.cookies.get(cookie_name(), "")
    if cookie:
        table = WebSession.__table__
        db().execute(delete(table).where(table.c.token_hash == _hash(cookie)))


def open_token(user_id: int) -> tuple[str, int]:
    """Make a bearer token. Returns it and the seconds it lives."""
    token, now = secrets.token_urlsafe(32), clock.now()
    seconds = settings().token_hours * 3600
    table = ApiToken.__table__
    db().execute(delete(table).where(table.c.expires_at < now))
    row = {
        "token_hash": _hash(token),
        "user_id": user_id,
        "created_at": now,
        "expires_at": now + timedelta(seconds=seconds),
    }
    db().execute(insert(table), row)
    return token, seconds


def close_token() -> None:
    """End the bearer token that this request came with."""
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    table = ApiToken.__table__
    db().execute(delete(table).where(table.c.token_hash == _hash(bearer)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
