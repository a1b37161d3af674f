"""A page of a list: some items, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def first(page: Callable[[int | None], Page[Item]], most: int) -> list[Item]:
    """The items of a list page by page; one more than `most` says that there are more."""
    found: list[Item] = []
    after: int | None = None
    while len(found) <= most:
        here = page(after)
        found += here.items
        if here.next is None:
            break
        after = here.next
    return found[: most + 1]
