"""ISO 8601 as modelers write it, and nothing beyond its bounds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.bpmn import timers

JANUARY_31 = datetime(2027, 1, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("PT0S", JANUARY_31),
        ("PT48H", JANUARY_31 + timedelta(hours=48)),
        ("P3D", JANUARY_31 + timedelta(days=3)),
        ("P1W", JANUARY_31 + timedelta(days=7)),
        ("P1DT2H3M4S", JANUARY_31 + timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P1M", datetime(2027, 2, 28, 12, 0, tzinfo=UTC)),
        ("P13M", datetime(2028, 2, 29, 12, 0, tzinfo=UTC)),
        ("P1Y", datetime(2028, 1, 31, 12, 0, tzinfo=UTC)),
        ("P1M1D", datetime(2027, 3, 1, 12, 0, tzinfo=UTC)),
        (" P10Y ", datetime(2037, 1, 31, 12, 0, tzinfo=UTC)),
    ],
)
def test_a_duration_counts_from_the_arrival(text, due):
    assert timers.read("timeDuration", text).due(JANUARY_31) == due


def test_the_answer_is_in_utc_whatever_the_zone_of_the_question():
    shanghai = JANUARY_31.astimezone(timezone(timedelta(hours=8)))
    due = timers.read("timeDuration", "P1M").due(shanghai)
    assert due == datetime(2027, 2, 28, 12, 0, tzinfo=UTC)
    assert due.tzinfo is UTC


@pytest.mark.parametrize("text", ["2027-03-01T09:00:00+08:00", "2027-03-01T01:00:00Z"])
def test_a_date_is_that_moment(text):
    due = timers.read("timeDate", text).due(JANUARY_31)
    assert due == datetime(2027, 3, 1, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("timeDuration", ""),
        ("timeDuration", "   "),
        ("timeDuration", "P"),
        ("timeDuration", "PT"),
        ("timeDuration", "P1DT"),
        ("timeDuration", "-P1D"),
        ("timeDuration", "P-1D"),
        ("timeDuration", "P1,5D"),
        ("timeDuration", "PT0.5H"),
        ("timeDuration", "P٣D"),
        ("timeDuration", "1h"),
        ("timeDuration", "P11Y"),
        ("timeDuration", "P3661D"),
        ("timeDuration", "P999999999Y"),
        ("timeDuration", "PT99999999999999999999S"),
        ("timeDuration", "P" + "9" * 10_000 + "D"),
        ("timeDuration", "${days}"),
        ("timeDate", "2027-03-01"),
        ("timeDate", "2027-03-01T09:00:00"),
        ("timeDate", "1999-12-31T00:00:00Z"),
        ("timeDate", "9999-12-31T23:59:59-14:00"),
        ("timeDate", "2027-02-30T00:00:00Z"),
        ("timeCycle", "R/PT1H"),
        ("", "P1D"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(form, text):
    with pytest.raises(timers.TimerError) as refusal:
        timers.read(form, text)
    assert str(refusal.value).endswith("。")


def test_a_deadline_may_be_either():
    assert timers.read_due("P3D").form == "timeDuration"
    assert timers.read_due("2027-03-01T09:00:00+08:00").form == "timeDate"


def test_a_cycle_is_a_span_and_a_number() -> None:
    found = timers.read("timeCycle", "R3/PT24H")
    assert (found.repeat, found.due(JANUARY_31) - JANUARY_31) == (3, timedelta(hours=24))


@pytest.mark.parametrize(
    "text", ["R/PT1H", "R0/PT1H", "R1001/PT1H", "R1000000000/PT1H", "R3/PT30S", "R3", "0 0 * * *"]
)
def test_a_cycle_without_end_or_measure_is_refused(text: str) -> None:
    with pytest.raises(timers.TimerError):
        timers.read("timeCycle", text)
