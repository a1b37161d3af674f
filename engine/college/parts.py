"""The parts that people and programs write: trimmed, readable, not longer than their columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import Enum
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.college.errors import (
    Empty,
    NotAnEmail,
    PartTooLong,
    PartUnreadable,
    PeriodEndsBeforeItBegins,
    UnlikelyDay,
)
from engine.forms import texts

T = TypeVar("T")

AT_ONCE: Final = 5_000
"""How many values one statement compares with; databases have a limit, and SQLite's is 32,766."""
FIRST: Final = date(1900, 1, 1)
LAST: Final = date(2199, 12, 31)
_UNREADABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Keep(Enum):
    """Says that a part stays as it is, where None has a meaning of its own."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


def text(what: str, value: str, most: int, *, needed: bool = True) -> str:
    """The part without spaces around it. Raises `Empty`, `PartTooLong`, `PartUnreadable`."""
    found = texts.clean(value).strip()
    if needed and not found:
        raise Empty(what=what)
    if len(found) > most:
        raise PartTooLong(what=what, most=most)
    if _UNREADABLE.search(value.strip()):
        raise PartUnreadable(what=what)
    return found


def email(value: str, most: int) -> str:
    """An e-mail address, or nothing. Raises `NotAnEmail`."""
    found = text("电子邮箱", value, most, needed=False)
    if found and _EMAIL.fullmatch(found) is None:
        raise NotAnEmail(email=found)
    return found


def period(since: date, until: date | None) -> None:
    """Refuse a period that ends before it begins, and days that no college knows."""
    for day in (since, until):
        known_day(day)
    if until is not None and until < since:
        raise PeriodEndsBeforeItBegins(since=since, until=until)


def known_day(day: date | None) -> None:
    """Refuse a day that is a slip of the pen. Raises `UnlikelyDay`."""
    if day is not None and not FIRST.year <= day.year <= LAST.year:
        raise UnlikelyDay(day=day, first=FIRST.year, last=LAST.year)


def chunks(values: Iterable[T], size: int = AT_ONCE) -> Iterator[Sequence[T]]:
    """The values in portions that one statement can name."""
    rest = iter(values)
    while portion := list(islice(rest, size)):
        yield portion


def locked(
    db: Session, table: Any, ids: Iterable[int], *, is_shared: bool = False
) -> dict[int, Row[Any]]:
    """Rows by id, locked until the transaction ends; shared, against being closed alone."""
    found: dict[int, Row[Any]] = {}
    for portion in chunks(sorted(ids)):
        rows = select(table).where(table.c.id.in_(portion)).order_by(table.c.id)
        lock = rows.with_for_update(read=is_shared, key_share=is_shared)
        found |= {row.id: row for row in db.execute(lock)}
    return found
