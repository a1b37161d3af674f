"""Addresses: numbers in them are those that rows can have; anything else leads nowhere.

A page names many, the same again and again, so the short ones are built once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from flask import Flask, has_request_context, request
from werkzeug.routing import BaseConverter

MOST_KEPT: Final = 5_000
LONGEST: Final = 40
"""No longer text stands in an address that is kept."""


class RowNumber(BaseConverter):
    """A row's number: digits, at most 18 of them, so that every database can look for it."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


class Word(BaseConverter):
    """A key in an address: short, printable, no slash."""

    regex = r"[^/\x00-\x20\x7f]{1,100}"


def install(app: Flask) -> None:
    """Use these wherever an address says `<int:…>` or `<word:…>`."""
    app.url_map.converters |= {"int": RowNumber, "word": Word}
    app.url_for = _kept(app.url_for)  # type: ignore[method-assign]  # what Flask and templates ask


def _kept(build: Callable[..., str]) -> Callable[..., str]:
    @lru_cache(MOST_KEPT)
    def built(_root: str, endpoint: str, *values: tuple[str, int | str | None]) -> str:
        return build(endpoint, **dict(values))

    def url_for(endpoint: str, **values: Any) -> str:
        is_whole = has_request_context() and not endpoint.startswith(".")
        if is_whole and all(map(_is_short, values.values())):
            return built(request.script_root, endpoint, *values.items())
        return build(endpoint, **values)

    return url_for


def _is_short(value: object) -> bool:
    """Whether it is a number, a short text or nothing; what equals it looks the same, too."""
    kind = type(value)
    return kind is int or value is None or (kind is str and len(str(value)) <= LONGEST)
