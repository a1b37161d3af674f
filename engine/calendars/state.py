"""The State's calendar, from the library `holidays`: free days, and weekends worked for them. Pure.

A year is announced once the library knows a weekend that is worked (调休) in it; until then its
days are the fixed holidays alone, and whatever is computed from it is provisional.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

import holidays

FIRST_YEAR: Final = 2020
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class StateYear:
    """Free days by name, and the weekend days on which everybody works."""

    free: Mapping[date, str]
    worked: frozenset[date]

    @property
    def is_announced(self) -> bool:
        """Whether the State has said which weekends are worked."""
        return bool(self.worked)


@cache
def year(number: int) -> StateYear:
    """A year as the library knows it."""
    told = holidays.country_holidays("CN", years=number, language="zh_CN")
    worked = getattr(told, "weekend_workdays", ())
    return StateYear(dict(told), frozenset(day for day in worked if day.year == number))


def is_working(day: date) -> bool:
    """Whether the State's calendar works on this day."""
    known = year(day.year)
    if day in known.worked:
        return True
    return day.weekday() < SATURDAY and day not in known.free


@cache
def announced_until() -> int:
    """The last year that is announced, with all before it."""
    number = FIRST_YEAR
    while year(number + 1).is_announced:
        number += 1
    return number


@cache
def fingerprint(until: int) -> str:
    """A hash of the State's days up to a year: another library may know them otherwise."""
    told = hashlib.sha256()
    for number in range(FIRST_YEAR, until + 1):
        known = year(number)
        for day in sorted({*known.free, *known.worked}):
            told.update(f"{day}{'+' if day in known.worked else '-'}".encode())
    return told.hexdigest()
