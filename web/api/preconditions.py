"""`If-Match`: write only over what was seen; `If-None-Match`: send only what was not seen yet."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from engine.errors import StaleDraft
from web.session import db

NOT_MODIFIED: Final = 304


class Stale(StaleDraft):
    """What the request was based on has changed; `current` is what is there now."""

    sentence = "您看到之后，这里已经变了；现在的情况附在后面，请比较后再提交。"

    def __init__(self, current: Any, etag: str) -> None:
        super().__init__()
        self.current = current
        self.etag = etag


def etag(*parts: object) -> str:
    """A strong tag of a state, quoted as headers have it."""
    written = "\n".join(str(part) for part in parts)
    return f'"{hashlib.sha256(written.encode()).hexdigest()[:24]}"'


def is_conditional() -> bool:
    """Whether this request names what it wants to write over."""
    return "If-Match" in request.headers


def matches(tag: str) -> bool:
    """Whether this request may write over the state with this tag."""
    return not is_conditional() or request.if_match.contains(tag.strip('"'))


def hold(column: InstrumentedAttribute[Any], value: object) -> None:
    """Let nobody change a row between its being compared and its being written."""
    db().execute(select(column).where(column == value).with_for_update())


def require(tag: str, current: Any) -> None:
    """Go on only if this request may write over `current`, which has this tag. Raises `Stale`."""
    if not matches(tag):
        raise Stale(current, tag)


def unless_seen(response: Response) -> Response:
    """The answer to a reading request: 304 where its sender has it already."""
    tag = response.headers.get("ETag", "").strip('"')
    if tag and request.if_none_match.contains_weak(tag):
        response.status_code = NOT_MODIFIED
        response.set_data(b"")
        for name in ("Content-Type", "Content-Length", "Content-Disposition"):
            response.headers.pop(name, None)
    return response
