"""Counting working days: over holidays and exchanged days, there and back, bounded."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendars import Calendar, NoWorkingDay, Why, state

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
OWN = st.dictionaries(DAYS, st.tuples(st.booleans(), st.just("校庆")), max_size=60)


def test_the_national_week_and_its_exchanged_days_are_known():
    calendar = Calendar()
    free = [date(2026, 10, number) for number in range(1, 8)]
    assert not any(calendar.is_working(day) for day in free)
    for day in (date(2026, 9, 20), date(2026, 10, 10)):
        assert calendar.is_working(day)
        assert calendar.day(day).why is Why.EXCHANGED
    assert calendar.shift(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert calendar.between(date(2026, 9, 30), date(2026, 10, 10)) == 3


def test_a_day_of_the_school_goes_before_the_state_in_both_directions():
    day, saturday = date(2026, 11, 3), date(2026, 11, 7)
    calendar = Calendar(1, {day: (False, "校庆"), saturday: (True, "补课")})
    assert calendar.shift(date(2026, 11, 2), 4) == saturday
    assert calendar.day(day).name == "校庆"


@given(DAYS, st.integers(1, 60), OWN)
def test_counting_there_and_back_meets_again(day, count, own):
    calendar = Calendar(1, own)
    start = calendar.next_working(day)
    end = calendar.shift(start, count)
    assert calendar.is_working(end)
    assert calendar.shift(end, -count) == start
    assert calendar.between(start, end) == count
    assert calendar.between(end, start) == -count


@given(DAYS, st.integers(-60, 60), OWN)
def test_a_naive_count_agrees(day, count, own):
    calendar = Calendar(1, own)
    step, at, left = (1 if count > 0 else -1), day, abs(count)
    while left:
        at += timedelta(days=step)
        left -= calendar.is_working(at)
    assert calendar.shift(day, count) == at


def test_a_calendar_without_working_days_is_refused():
    first = date(2026, 1, 1)
    nothing = {first + timedelta(days=n): (False, "停课") for n in range(-5_000, 5_000)}
    for count in (1, -1):
        with pytest.raises(NoWorkingDay):
            Calendar(1, nothing).shift(first, count)


def test_a_year_far_away_is_provisional_and_still_has_weekends():
    calendar = Calendar()
    assert calendar.is_provisional(date(2060, 1, 1), date(2060, 2, 1))
    assert not calendar.is_provisional(date(2026, 1, 1), date(2026, 2, 1))
    assert not calendar.is_working(date(2060, 1, 3))
    assert state.announced_until() >= 2026
