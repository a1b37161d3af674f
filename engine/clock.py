"""The only reader of the wall clock. Times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo

_frozen: list[datetime] = []
_zone: list[tzinfo] = [UTC]


def now() -> datetime:
    """Tell the time, in UTC, to the microsecond."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def today() -> date:
    """The day it is at the school."""
    return now().astimezone(_zone[-1]).date()


def zone() -> tzinfo:
    """The school's time zone."""
    return _zone[-1]


def keep_to(zone: tzinfo) -> None:
    """From here on, days are those of this time zone: the school's, said once at start."""
    _zone[:] = [zone]


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Hold the clock still at `at` (aware) for the length of the block; blocks may nest."""
    _frozen.append(at)
    try:
        yield
    finally:
        _frozen.pop()
