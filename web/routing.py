"""Addresses: numbers in them are those that rows can have; anything else leads nowhere."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter


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
