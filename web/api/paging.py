"""Pages of lists: `{"items": […], "next": cursor|null}`; a cursor means nothing to its holder."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from engine.errors import Refused
from web.api.fields import MAX_NUMBER, Digits, Json, Shape, Text

USUAL: Final = 50
MOST: Final = 200
MAX_CURSOR: Final = 200


class CursorUnknown(Refused):
    """The cursor is none that we gave out."""

    sentence = "cursor 不对，请从第一页重新开始。"


class Paged(Shape):
    """Where a page begins and how long it is."""

    limit = Digits("How many items, at most 200; 50 without it.", least=1, most=MOST)
    cursor = Text(MAX_CURSOR, "`next` of the page before.")


class Listed(Shape):
    """A page; each kind says what its `items` are."""

    next = Text(MAX_CURSOR, "`cursor` of the page after.", required=True, nullable=True)


def limit(wanted: Json) -> int:
    """How many items were asked for."""
    return int(wanted.get("limit", USUAL))


def page(items: Iterable[Any], following: Any) -> Json:
    """One page; `following` is where the next begins, or None."""
    return {"items": list(items), "next": None if following is None else _written(following)}


def sliced(rows: list[Json], wanted: Json) -> Json:
    """One page by number of a list that is so short that it was read whole."""
    after, most = number(wanted) or 0, limit(wanted)
    left = sorted((row for row in rows if row["id"] > after), key=lambda row: int(row["id"]))
    return page(left[:most], left[most - 1]["id"] if len(left) > most else None)


def newest_first(rows: Iterable[Json], wanted: Json) -> Json:
    """One page of versions by `number`, the highest first; they are so few that all were read."""
    before, most = number(wanted), limit(wanted)
    left = [row for row in rows if before is None or row["number"] < before]
    return page(left[:most], left[most - 1]["number"] if len(left) > most else None)


def number(wanted: Json) -> int | None:
    """The cursor of a list that is ordered by number."""
    found: int | None = _read(wanted, _is_number)
    return found


def word(wanted: Json) -> str:
    """The cursor of a list that is ordered by key."""
    return str(_read(wanted, lambda found: isinstance(found, str) and "\x00" not in found) or "")


def moment_and_number(wanted: Json) -> tuple[datetime, int] | None:
    """The cursor of a list that is ordered by time."""
    found = _read(wanted, _is_pair)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found[0])
        return at.astimezone(UTC), found[1]
    except (ValueError, OverflowError) as error:
        raise CursorUnknown from error


def _written(place: Any) -> str:
    content = orjson.dumps(place)
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _read(wanted: Json, fits: Callable[[Any], bool]) -> Any:
    cursor = wanted.get("cursor")
    if cursor is None:
        return None
    try:
        found = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise CursorUnknown from error
    if not fits(found):
        raise CursorUnknown
    return found


def _is_number(found: Any) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= MAX_NUMBER


def _is_pair(found: Any) -> bool:
    is_pair = isinstance(found, list) and len(found) == 2  # noqa: PLR2004  (a time and a number)
    return is_pair and isinstance(found[0], str) and _is_number(found[1])
