"""A page of a list: some items, and where the next page begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

MOST: Final = 200
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items, and the cursor of the page after them; None on the last page."""

    items: tuple[Item, ...]
    next: int | None


def clamp(limit: int) -> int:
    """How many items a page holds, whatever was asked for."""
    return max(1, min(limit, MOST))


def cut(rows: Sequence[Any], limit: int, cursor: str) -> tuple[Sequence[Any], int | None]:
    """The first `limit` of `limit + 1` fetched rows, and the cursor if there were more."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], getattr(rows[limit - 1], cursor)
