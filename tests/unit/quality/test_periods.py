"""Periods: three years in a row for goals, one year for all others."""

from __future__ import annotations

import pytest

from quality import errors, periods
from quality.models import Stage


@pytest.mark.parametrize(
    ("stage", "written", "text"),
    [
        (Stage.GOAL, "2026-2028", "2026–2028"),
        (Stage.STANDARD, "2027", "2027"),
        (Stage.PLAN, "2027", "2027"),
        (Stage.COLLECTION, "2027", "2027"),
    ],
)
def test_a_period_is_read_and_written_the_same(stage, written, text):
    period = periods.read(stage, written)
    assert (period.key, period.text) == (written, text)
    assert periods.stored(written) == period


@pytest.mark.parametrize(
    "written",
    [
        "2026",
        "2026-2027",
        "2028-2026",
        "2026–2028",
        " 2026-2028",
        "1999-2001",
        "２０２６-2028",
        "",
        None,
        2026,
    ],
)
def test_goals_need_three_years_in_a_row(written):
    with pytest.raises(errors.GoalPeriodWrong):
        periods.read(Stage.GOAL, written)


@pytest.mark.parametrize("written", ["2026-2028", "2027-2027", "27", "2027\n", None, ["2027"]])
def test_all_others_need_one_year(written):
    for stage, wrong in (
        (Stage.STANDARD, errors.StandardPeriodWrong),
        (Stage.PLAN, errors.PlanPeriodWrong),
        (Stage.COLLECTION, errors.CollectionPeriodWrong),
    ):
        with pytest.raises(wrong):
            periods.read(stage, written)


def test_a_period_covers_its_first_and_last_year():
    period = periods.years(2026, 3)
    assert [year for year in range(2024, 2031) if period.covers(year)] == [2026, 2027, 2028]
