"""Sessions of browsers: rows on the server, a cookie with a secret in the browser, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from flask import Response, g, request
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import clock, people, permissions, roles
from engine import settings as house
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.models import NotificationChoice, User, WebSession
from engine.people import Actor
from engine.permissions import Action
from web.session import READING, db, own_writing, settings
from web.signin import door, keys, tokens

SEEN_EVERY: Final = timedelta(minutes=5)
MOST_SHOWN: Final = 50
_SESSIONS: Final = WebSession.__table__
_ALIVE: Final = select(_SESSIONS).where(
    _SESSIONS.c.expires_at > bindparam("now"), _SESSIONS.c.created_at > bindparam("oldest")
)
"""Sessions that have neither rested too long nor lived too long."""
_LIVE: Final = _ALIVE.where(_SESSIONS.c.token_hash == bindparam("token"))
_MINE: Final = (
    _ALIVE.where(_SESSIONS.c.user_id == bindparam("user"))
    .order_by(_SESSIONS.c.seen_at.desc())
    .limit(MOST_SHOWN)
)
_WHO, _CHOICE = User.__table__, NotificationChoice.__table__
_USER: Final = (
    select(_WHO.c.username, _WHO.c.language, _WHO.c.theme, _CHOICE.c.choice)
    .join(_CHOICE, _CHOICE.c.user_id == _WHO.c.id, isouter=True)
    .where(_WHO.c.id == bindparam("id"))
)


class NotSignedIn(Refused):
    """No session and no valid token."""

    sentence = "请先登录。"


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as its owner sees it; `ref` names it and opens nothing."""

    ref: str
    device: str
    address: str
    method: str
    since: datetime
    seen: datetime
    is_this: bool


def cookie_name() -> str:
    """The session cookie; with HTTPS its name binds it to this host."""
    return "__Host-zhengai" if settings().secure_cookies else "zhengai"


def identify() -> None:
    """Find out who asks: sets `g.actor` (or None), `g.user`, and `g.csrf` for browsers.

    `g.tester` is who looks through the eyes of `g.actor`, if somebody does.
    """
    g.tester = None
    g.actor, g.csrf, g.user, g.token_hash, g.scope = None, "", None, "", None
    if request.path.startswith("/api/"):
        found = tokens.found()
        if found is not None:
            _become(found.user_id)
            g.scope = found.scope
        return
    cookie = request.cookies.get(cookie_name(), "")
    if cookie:
        _by_session(keys.hashed(cookie))


def _by_session(token_hash: str) -> None:
    now = clock.now()
    asked = {"token": token_hash, "now": now, "oldest": _oldest(now)}
    row = db().execute(_LIVE, asked).one_or_none()
    if row is None:
        return
    _become(row.user_id)
    g.csrf, g.token_hash = row.csrf, token_hash
    if row.tested_id is not None and g.actor is not None:
        _look_through(row.tested_id)
    if row.seen_at < now - SEEN_EVERY:
        _seen(token_hash)


def _look_through(user_id: int) -> None:
    """Be shown what another person sees, as long as this is still allowed."""
    tester, own = g.actor, g.user
    if not permissions.may(tester, Action.RIGHTS_TEST):
        return
    _become(user_id)
    if g.actor is tester or not roles.may_be_tested(g.actor):
        g.actor, g.user = tester, own
        return
    g.tester, g.actor = tester, replace(g.actor, seen_by=tester.id)


def _seen(token_hash: str) -> None:
    """Keep the session alive: with the act of this request, or beside one that only reads."""
    if request.method not in READING:
        _mark_seen(db(), token_hash)
        return
    try:
        with own_writing() as own:
            _mark_seen(own, token_hash)
    except OperationalError:
        return  # the database is busy; the next request will say so again


def _mark_seen(own: Session, token_hash: str) -> None:
    table, now = WebSession.__table__, clock.now()
    mine = update(table).where(table.c.token_hash == token_hash)
    own.execute(mine.values(seen_at=now, expires_at=now + _rest(own)))


def _become(user_id: int) -> None:
    try:
        g.actor = people.actor(db(), user_id)
    except NotFound:
        return
    g.user = db().execute(_USER, {"id": user_id}).one()


def open(user_id: int, method: str = "password") -> str:  # noqa: A001  (read as sessions.open)
    """Start a session for this browser, always under a new number. Returns the cookie's value."""
    _forget()
    cookie, now = keys.token(), clock.now()
    row = {
        "token_hash": keys.hashed(cookie),
        "user_id": user_id,
        "csrf": keys.token(),
        "created_at": now,
        "seen_at": now,
        "expires_at": now + _rest(db()),
        "method": method,
        "address": door.address(),
        "device": door.device(),
    }
    db().execute(delete(WebSession.__table__).where(WebSession.__table__.c.expires_at < now))
    db().execute(insert(WebSession.__table__), row)
    mark = Actor(user_id, "").mark
    door.record(db(), Kind.SIGNED_IN, by=mark, user=user_id, method=method)
    return cookie


def _rest(own: Session) -> timedelta:
    """How long a session may rest: as the house says, else as the installation does."""
    return timedelta(hours=house.number(own, "session_hours") or settings().session_hours)


def keep(response: Response, cookie: str) -> Response:
    """Give the browser its cookie: never shown to scripts, not sent along from other sites."""
    secure = settings().secure_cookies
    response.set_cookie(cookie_name(), cookie, secure=secure, httponly=True, samesite="Lax")
    return response


def close(response: Response) -> Response:
    """End the session of this browser, on the server and in the browser."""
    tester, actor = g.get("tester"), g.get("actor")
    if tester is not None:
        roles.end_test(db(), actor.id, by=tester)
        actor = tester
    if _forget() and actor is not None:
        door.record(db(), Kind.SIGNED_OUT, by=actor.mark, user=actor.id)
    response.delete_cookie(
        cookie_name(), secure=settings().secure_cookies, httponly=True, samesite="Lax"
    )
    return response


def _forget() -> bool:
    cookie = request.cookies.get(cookie_name(), "")
    table = WebSession.__table__
    gone = delete(table).where(table.c.token_hash == keys.hashed(cookie))
    return bool(cookie) and db().execute(gone.returning(table.c.user_id)).first() is not None


def _oldest(now: datetime) -> datetime:
    """Sessions begun before this have lived too long."""
    return now - timedelta(days=settings().session_days)


def listed(user_id: int) -> Sequence[Listed]:
    """A person's sessions that are alive, the newest use first."""
    now = clock.now()
    rows = db().execute(_MINE, {"user": user_id, "now": now, "oldest": _oldest(now)})
    return [
        Listed(
            row.token_hash[: keys.SHOWN],
            row.device,
            row.address,
            row.method,
            row.created_at,
            row.seen_at,
            row.token_hash == g.get("token_hash"),
        )
        for row in rows
    ]


def end(user_id: int, ref: str, *, by: Actor) -> None:
    """End one session of a person. Raises `NotFound`."""
    table = WebSession.__table__
    one = (table.c.user_id == user_id) & table.c.token_hash.startswith(ref, autoescape=True)
    if len(ref) != keys.SHOWN:
        raise NotFound
    if db().execute(delete(table).where(one).returning(table.c.user_id)).first() is None:
        raise NotFound
    door.record(db(), Kind.SESSION_ENDED, by=by.mark, user=user_id, count=1)
