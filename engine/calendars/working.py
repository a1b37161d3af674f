"""Working days of one campus: the State's days, and those on which the school differs. Pure.

Every count is bounded: a calendar without working days is refused, it never makes anybody wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from engine.calendars import state
from engine.errors import Refused

FURTHEST: Final = 3_660
"""How many days a count looks ahead or back: ten years."""

ONE: Final = timedelta(days=1)


class NoWorkingDay(Refused):
    """The calendar has no working days left within ten years: nothing can be due on it."""

    sentence = "从{day}起十年内，校历上的工作日不够数，期限算不出来。请先改校历。"


class Why(StrEnum):
    """Why a day is worked or free."""

    USUAL = "usual"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    EXCHANGED = "exchanged"
    SCHOOL = "school"


@dataclass(frozen=True, slots=True)
class Day:
    """A day as the calendar sees it; `name` says which holiday or vacation it is."""

    day: date
    is_working: bool
    why: Why
    name: str
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a campus. `own` are the school's days: worked or not, and their names."""

    number: int = 0
    own: Mapping[date, tuple[bool, str]] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Whether the school works on this day."""
        own = self.own.get(day)
        return own[0] if own is not None else state.is_working(day)

    def day(self, day: date) -> Day:
        """All that is known of a day."""
        known, own = state.year(day.year), self.own.get(day)
        why, name = Why.USUAL, ""
        if own is not None:
            why, name = Why.SCHOOL, own[1]
        elif day in known.worked:
            why = Why.EXCHANGED
        elif day in known.free:
            why, name = Why.HOLIDAY, known.free[day]
        elif day.weekday() >= state.SATURDAY:
            why = Why.WEEKEND
        return Day(day, self.is_working(day), why, name, not known.is_announced)

    def shift(self, day: date, count: int) -> date:
        """`count` working days after this day (before it: negative); 0 is the day itself.

        Raises `NoWorkingDay`.
        """
        step = ONE if count > 0 else -ONE
        left, at = abs(count), day
        for _day in range(FURTHEST):
            if not left:
                return at
            at += step
            left -= self.is_working(at)
        raise NoWorkingDay(day=day)

    def next_working(self, day: date) -> date:
        """This day if it is worked, else the next that is. Raises `NoWorkingDay`."""
        return day if self.is_working(day) else self.shift(day, 1)

    def previous_working(self, day: date) -> date:
        """This day if it is worked, else the last one before. Raises `NoWorkingDay`."""
        return day if self.is_working(day) else self.shift(day, -1)

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and with `last`; negative if it is before.

        No more than ten years are counted.
        """
        if last < first:
            return -self.between(last, first)
        days = min((last - first).days, FURTHEST)
        return sum(self.is_working(first + timedelta(days=number)) for number in range(1, days + 1))

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether a count over these days may still change, for want of an announcement."""
        return any(
            not state.year(number).is_announced for number in range(first.year, last.year + 1)
        )
