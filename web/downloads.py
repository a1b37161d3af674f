"""Files that somebody takes away: what a browser is to do with them, and how they are called."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from flask import Response

_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def disposition(name: str, *, is_shown: bool) -> str:
    """What to do with a file, and its name: plain for old programs, in full for the others.

    A header is Latin-1, so the name goes along in the way made for other signs.
    """
    ending = name.rpartition(".")[2] if "." in name else ""
    plain = f"file.{ending}" if ending.isascii() and ending.isalnum() else "file"
    plain = name if _PLAIN.fullmatch(name) else plain
    how = "inline" if is_shown else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def saved(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep, never shown as a page of ours."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = disposition(name, is_shown=False)
    return response
