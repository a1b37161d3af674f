"""Past working days, so that the demo's cases happen when people are at work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

SATURDAY: Final = 5
HOLIDAYS: Final = frozenset(
    {(1, 1), *((5, day) for day in range(1, 6)), *((10, day) for day in range(1, 8))}
)
CHINA: Final = timedelta(hours=8)


class Calendar:
    """Counts working days back from now."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    @property
    def year(self) -> int:
        """The year in which the demo is made."""
        return self._now.year

    def at(self, back: int, hour: int, minute: int = 0) -> datetime:
        """The moment `back` working days ago, by the clock of the college."""
        day = self._now
        while back > 0:
            day -= timedelta(days=1)
            if day.weekday() < SATURDAY and (day.month, day.day) not in HOLIDAYS:
                back -= 1
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0) - CHINA
