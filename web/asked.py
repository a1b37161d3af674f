"""What an address asks for, read with care: anything else counts as not asked."""

from __future__ import annotations

from typing import Final

from flask import request

LONGEST: Final = 18


def number(name: str) -> int | None:
    """A row's number from the query string, or None."""
    written = request.args.get(name, "")
    if written.isascii() and written.isdecimal() and len(written) <= LONGEST:
        return int(written)
    return None
