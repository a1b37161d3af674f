"""`Idempotency-Key`: a writing request that is sent again is answered again, not done again.

The key is a row, inserted before the act and in the same transaction: a second request with the
same key waits on it, then finds the answer of the first. A refusal rolls the row back with all
else, so a request that was refused may be tried again under its key.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import orjson
from flask import Response, g, request
from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Refused
from engine.models import IdempotentAnswer
from web.session import FIRST_ERROR, READING, db

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
KEPT: Final = timedelta(days=7)
PURGE_EVERY: Final = 100
PURGE_AT_ONCE: Final = 1_000
STORED_HEADERS: Final = ("Content-Type", "ETag", "Location")
PENDING: Final = 0
NEVER_KEPT: Final = "api.create_token"
"""Its answer is a secret, of which only the hash may stand in a table."""

_KEY: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")
_counted = itertools.count(1)


class KeyUnusable(Refused):
    """The key is empty, too long, or not plain ASCII."""

    sentence = "Idempotency-Key 要有 1 到 200 个可见的 ASCII 字符。"


class KeyReused(Refused):
    """The key came before with another request."""

    sentence = "这个 Idempotency-Key 已经用于另一个请求，请换一个。"


def begin() -> Response | None:
    """Take the key of this request, or hand out the answer that was given under it."""
    g.idempotency_key = None
    key = request.headers.get(HEADER)
    if key is None or request.method in READING or g.get("actor") is None:
        return None
    if request.endpoint == NEVER_KEPT:
        return None
    if not _KEY.fullmatch(key):
        raise KeyUnusable
    asked = _asked()
    if _taken(db(), key, asked):
        g.idempotency_key = key
        return None
    return _again(db(), key, asked)


def end(response: Response) -> None:
    """Keep the answer with the act it answers."""
    key = g.get("idempotency_key")
    if key is None or response.status_code >= FIRST_ERROR:
        return
    table = IdempotentAnswer.__table__
    mine = (table.c.user_id == g.actor.id) & (table.c.key == key)
    headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
    values = {
        "status": response.status_code,
        "headers": orjson.dumps(headers).decode(),
        "body": response.get_data(as_text=True),
    }
    db().execute(update(table).where(mine).values(values))
    if next(_counted) % PURGE_EVERY == 0:
        purge(db())


def purge(session: Session) -> None:
    """Drop answers older than a week, so many at a time; rows in other hands are left for later."""
    table = IdempotentAnswer.__table__
    old = (
        select(table.c.user_id, table.c.key)
        .where(table.c.at < clock.now() - KEPT)
        .order_by(table.c.at)
        .limit(PURGE_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(table).where(tuple_(table.c.user_id, table.c.key).in_(old)))


def _asked() -> str:
    """What makes two requests the same: what is asked of what, over which state."""
    parts: tuple[Any, ...] = (
        request.method.encode(),
        request.full_path.encode(),
        request.headers.get("If-Match", "").encode(),
        request.mimetype.encode(),
        *(_form() if request.mimetype == "multipart/form-data" else (request.get_data(),)),
    )
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _form() -> Iterator[bytes]:
    """The fields and files of a form, whose boundary is another each time; never all at once."""
    for name, value in sorted(request.form.items(multi=True)):
        yield from (name.encode(), value.encode())
    for name, file in request.files.items(multi=True):
        yield from (name.encode(), (file.filename or "").encode())
        yield hashlib.file_digest(file.stream, "sha256").digest()
        file.stream.seek(0)


def _taken(session: Session, key: str, asked: str) -> bool:
    """Whether the key is this request's now; waits for another one that is using it."""
    row = {
        "user_id": g.actor.id,
        "key": key,
        "request_hash": asked,
        "status": PENDING,
        "headers": "{}",
        "body": "",
        "at": clock.now(),
    }
    try:
        with session.begin_nested():
            session.execute(insert(IdempotentAnswer.__table__), row)
    except IntegrityError:
        return False
    return True


def _again(session: Session, key: str, asked: str) -> Response:
    table = IdempotentAnswer.__table__
    mine = (table.c.user_id == g.actor.id) & (table.c.key == key)
    row = session.execute(select(table).where(mine)).one()
    if row.request_hash != asked:
        raise KeyReused
    response = Response(row.body.encode(), row.status, orjson.loads(row.headers))
    response.headers[REPLAYED] = "true"
    return response
