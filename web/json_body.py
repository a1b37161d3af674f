"""JSON as strangers send it: a name that stands twice in one object is a fault, not a choice.

Numbers that are none, halves of characters and broken encodings are refused by the reader itself.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from engine.sentence import Sentence


class NotJson(ValueError):
    """The text cannot be read as JSON with one meaning; `why` says where."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(why)
        self.why = why


def read(raw: bytes) -> Any:
    """The value in `raw`. Raises `NotJson`."""
    try:
        found = orjson.loads(raw)
        if not _says_all(found, raw):
            json.loads(raw, object_pairs_hook=_single)
    except NotJson:
        raise
    except RecursionError as error:
        raise NotJson(Sentence("嵌套太深。")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise NotJson(Sentence("第 {line} 行第 {column} 个字读不懂。", **place)) from error
    except ValueError as error:
        raise NotJson(Sentence("有读不懂的地方。")) from error
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
    raise NotJson(Sentence("“{name}”写了两次。", name=twice[:60]))
