"""`If-Match`: write only over what was seen. Over anything else the answer is what is there now."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request

from engine.errors import StaleDraft


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
