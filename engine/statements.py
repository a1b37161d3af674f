"""SQL written by hand, as each of the two drivers wants it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

Row = Mapping[str, Any]
SHAPES: Final = 1_000
"""How many texts are kept ready: acts differ in the number of rows they change."""


@lru_cache(SHAPES)
def driver_style(sql: str) -> str:
    """Named parameters as PostgreSQL's driver writes them."""
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql)


@lru_cache(SHAPES)
def positional(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with numbers for its named parameters, and the names in their order.

    For long ones: the driver keeps none ready that has many parameters, but takes this as it is.
    """
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}"

    return re.sub(r"(?<!:):(\w+)", number, sql), tuple(names)


def lite(values: Row) -> dict[str, Any]:
    """Times and days as SQLAlchemy writes them on SQLite."""
    return {
        name: _lite_value(value) if isinstance(value, date) else value
        for name, value in values.items()
    }


def _lite_value(value: date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat()


def numbered(sql: str, row: Row, suffix: object) -> str:
    """The statement with the parameters of `row` told apart from those of other rows."""
    return _numbered(sql, tuple(row), str(suffix))


@lru_cache(SHAPES)
def _numbered(sql: str, names: tuple[str, ...], suffix: str) -> str:
    return re.sub(
        r"(?<!:):(\w+)",
        lambda found: f":{found[1]}_{suffix}" if found[1] in names else found[0],
        sql,
    )
