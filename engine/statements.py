"""SQL written by hand, as each of the two drivers wants it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

Row = Mapping[str, Any]
SHAPES: Final = 1_000
"""How many texts are kept ready: acts differ in the number of rows they change."""
_AMONG_LITE: Final = "IN (SELECT value FROM json_each(:{}))"


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


def among(sql: str, *names: str) -> tuple[str, str]:
    """The statement for SQLite and for PostgreSQL; gaps named so ask to be one of that list."""
    lite = {name: _AMONG_LITE.format(name) for name in names}
    big = {name: f"= ANY(:{name})" for name in names}
    return sql.format(**lite), driver_style(sql.format(**big))


def lite(values: Row) -> dict[str, Any]:
    """Times and days as SQLAlchemy writes them on SQLite."""
    return {
        name: _lite_value(value) if isinstance(value, date) else value
        for name, value in values.items()
    }


def lite_asked(values: Row) -> dict[str, Any]:
    """The same where lists are asked for (`among`): JSON, for SQLite has none."""
    return {
        name: orjson.dumps(value).decode() if isinstance(value, list) else value
        for name, value in lite(values).items()
    }


def _lite_value(value: date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat()


def aware(value: Any) -> datetime | None:
    """A time as either driver reads it, in UTC."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC) if isinstance(value, datetime) else None


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
