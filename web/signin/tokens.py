"""Bearer tokens of programs: named, with a scope and an end; kept as hashes, dead when ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import request
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import clock
from engine import settings as house
from engine.entries import Kind
from engine.errors import NotFound, Refused
from engine.models import ApiToken
from engine.people import Actor
from web.session import READING, db, own_writing, settings
from web.signin import door, keys

MOST_TOKENS: Final = 200
USED_EVERY: Final = timedelta(minutes=5)
DAY: Final = 24 * 3600
ALL: Final = "all"
SCOPES: Final = {
    "read": "读取",
    "work": "办理流程和待办",
    "definitions": "修改和发布流程",
    "people": "修改人员、单位和岗位",
    "subjects": "修改诊改主体、登记册和模板",
    "operations": "处理异常",
    ALL: "全部",
}
"""What a token may be good for; which route needs which is the table of `web.api.scopes`."""
_FOUND: Final = select(ApiToken.user_id, ApiToken.scope, ApiToken.used_at).where(
    ApiToken.token_hash == bindparam("token"), ApiToken.expires_at > bindparam("now")
)


class TooManyTokens(Refused):
    """A person has so many tokens that one must end first."""

    sentence = "您已有 {most} 个令牌，请先撤销不再使用的。"


class TokenTooLong(Refused):
    """A token would live longer than the house allows."""

    sentence = "令牌最长可用 {days} 天，请选短一些。"


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a token speaks for, and what it is good for."""

    user_id: int
    scope: frozenset[str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as its owner sees it; `ref` names it and opens nothing."""

    ref: str
    name: str
    scope: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


def sent() -> str:
    """The bearer token that this request came with, or nothing."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme == "Bearer" else ""


def found() -> Found | None:
    """Whom the token of this request speaks for; None for none, an ended or an unknown one."""
    secret = sent()
    if not secret:
        return None
    now, hashed = clock.now(), keys.hashed(secret)
    row = db().execute(_FOUND, {"token": hashed, "now": now}).one_or_none()
    if row is None:
        return None
    if row.used_at is None or row.used_at < now - USED_EVERY:
        _used(hashed)
    return Found(row.user_id, frozenset(row.scope.split()))


def _used(token_hash: str) -> None:
    """Note the use: with the act of this request, or beside one that only reads."""
    this = ApiToken.token_hash == token_hash
    used = update(ApiToken).where(this).values(used_at=clock.now())
    if request.method not in READING:
        db().execute(used)
        return
    try:
        with own_writing() as own:
            own.execute(used)
    except OperationalError:
        return  # the database is busy; the next use will be noted


def make(
    user_id: int, *, name: str = "", scope: Sequence[str] = (ALL,), seconds: int = 0
) -> tuple[str, int]:
    """Make a token. Returns it, to be shown once, and the seconds it lives.

    Raises `TooManyTokens`, `TokenTooLong`.
    """
    secret, now = keys.token(), clock.now()
    most = longest_days(db())
    seconds = seconds or min(settings().token_hours * 3600, most * DAY)
    if seconds > most * DAY:
        raise TokenTooLong(days=most)
    table = ApiToken.__table__
    db().execute(delete(table).where(table.c.expires_at < now))
    mine = select(func.count()).select_from(table).where(table.c.user_id == user_id)
    if db().execute(mine).scalar_one() >= MOST_TOKENS:
        raise TooManyTokens(most=MOST_TOKENS)
    words = sorted(set(scope)) or [ALL]
    row = {
        "token_hash": keys.hashed(secret),
        "user_id": user_id,
        "name": name,
        "scope": " ".join(words),
        "created_at": now,
        "expires_at": now + timedelta(seconds=seconds),
    }
    db().execute(insert(table), row)
    asked = {"user": user_id, "token": row["token_hash"][: keys.SHOWN], "scope": words}
    mark = Actor(user_id, "").mark
    door.record(db(), Kind.TOKEN_MADE, by=mark, **asked, seconds=seconds)
    return secret, seconds


def longest_days(own: Session) -> int:
    """How long a token may live, as the house says."""
    return house.number(own, "token_days")


def listed(user_id: int) -> Sequence[Listed]:
    """A person's tokens that are alive, the newest first."""
    table, now = ApiToken.__table__, clock.now()
    mine = select(table).where(table.c.user_id == user_id, table.c.expires_at > now)
    rows = db().execute(mine.order_by(table.c.created_at.desc()).limit(MOST_TOKENS))
    return [
        Listed(
            row.token_hash[: keys.SHOWN],
            row.name,
            tuple(row.scope.split()),
            row.created_at,
            row.expires_at,
            row.used_at,
        )
        for row in rows
    ]


def end(user_id: int, ref: str, *, by: Actor) -> None:
    """End one token of a person; it opens nothing from here on. Raises `NotFound`."""
    if len(ref) != keys.SHOWN:
        raise NotFound
    table = ApiToken.__table__
    one = (table.c.user_id == user_id) & table.c.token_hash.startswith(ref, autoescape=True)
    if db().execute(delete(table).where(one).returning(table.c.user_id)).first() is None:
        raise NotFound
    door.record(db(), Kind.TOKEN_ENDED, by=by.mark, user=user_id, token=ref, count=1)


def end_this(user_id: int, *, by: Actor) -> None:
    """End the token that this request came with."""
    end(user_id, keys.hashed(sent())[: keys.SHOWN], by=by)
