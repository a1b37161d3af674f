"""Periods of documents: goals for three years in a row, all others for one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from quality import errors
from quality.models import Stage

LENGTH: Final = {Stage.GOAL: 3, Stage.STANDARD: 1, Stage.PLAN: 1, Stage.COLLECTION: 1}
_WRONG: Final = {
    Stage.GOAL: errors.GoalPeriodWrong,
    Stage.STANDARD: errors.StandardPeriodWrong,
    Stage.PLAN: errors.PlanPeriodWrong,
    Stage.COLLECTION: errors.CollectionPeriodWrong,
}
_WRITTEN: Final = re.compile(r"(20[0-9]{2})(?:-(20[0-9]{2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Years from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def key(self) -> str:
        """As it is stored and written in addresses: 2026-2028, 2027."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def text(self) -> str:
        """As people read it: 2026–2028, 2027."""
        return self.key.replace("-", "–")

    def covers(self, year: int) -> bool:
        """Whether the year lies in the period."""
        return self.first <= year <= self.last


def years(first: int, count: int) -> Period:
    """The period of `count` years from `first`."""
    return Period(first, first + count - 1)


def lately(year: int) -> range:
    """The years that lists let people choose from, the newest first: the next, and some before."""
    return range(year + 1, year - 6, -1)


def read(stage: Stage, written: object) -> Period:
    """Read a period of this stage. Raises what is wrong with one of this stage."""
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is not None:
        period = Period(int(found[1]), int(found[2] or found[1]))
        if period == years(period.first, LENGTH[stage]) and period.key == written:
            return period
    raise _WRONG[stage]


def stored(written: str) -> Period:
    """Read a period back from a row of ours."""
    first, _, last = written.partition("-")
    return Period(int(first), int(last or first))
