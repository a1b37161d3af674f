"""JSON as strangers send it: a name that stands twice in one object is a fault, not a choice.

Numbers that are none, halves of characters and broken encodings are refused by the reader itself.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


class NotJson(ValueError):
    """The text cannot be read as JSON with one meaning; its words say where."""


def read(raw: bytes) -> Any:
    """The value in `raw`. Raises `NotJson`."""
    try:
        found = orjson.loads(raw)
        if not _says_all(found, raw):
            json.loads(raw, object_pairs_hook=_single)
    except NotJson:
        raise
    except RecursionError as error:
        raise NotJson("nested too deep") from error
    except ValueError as error:
        raise NotJson(str(error)[:200]) from error
    return found


def _says_all(found: Any, raw: bytes) -> bool:
    """Whether `raw` is just how `found` is written: then no name in it stands twice."""
    try:
        return orjson.dumps(found) == raw
    except orjson.JSONEncodeError:
        return False


def _single(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _value in pairs}) == len(pairs):
        return
    names = [name for name, _value in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    raise NotJson(f"duplicate key: {twice[:60]!r}")
