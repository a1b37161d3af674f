"""The only reader of the wall clock. Times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen: list[datetime] = []


def now() -> datetime:
    """Tell the time, in UTC, to the microsecond."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Hold the clock still at `at` (aware) for the length of the block; blocks may nest."""
    _frozen.append(at)
    try:
        yield
    finally:
        _frozen.pop()
