"""Numbers of rows and years as people and addresses write them; anything else is not written."""

from __future__ import annotations

import re
from typing import Final

from flask import request

_YEAR: Final = re.compile(r"20[0-9]{2}", re.ASCII)
_ROW: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def number(name: str) -> int | None:
    """A row's number from the query string, or None."""
    return row_number(request.args.get(name, ""))


def row_number(written: str) -> int | None:
    """A row's number, or None; so short that every database can look for it."""
    return int(written) if _ROW.fullmatch(written) else None


def year(written: str) -> int | None:
    """A year of this century, or None."""
    return int(written) if _YEAR.fullmatch(written) else None
