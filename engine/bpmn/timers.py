"""ISO 8601 dates and durations as modelers write them: read once, bounded, never evaluated.

A timer never looks at the time: `Timer.due(now)` says when it is due, and somebody tells it so.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

MAX_LENGTH: Final = 60
MAX_YEARS: Final = 10
MAX_REPEATS: Final = 1_000
SHORTEST_CYCLE: Final = timedelta(minutes=1)
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199

_DURATION: Final = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)

_CYCLE: Final = re.compile(r"R(?P<times>\d{0,9})/(?P<span>P.+)", re.ASCII)


class TimerForm(StrEnum):
    """The three children a `timerEventDefinition` may have."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


class TimerError(ValueError):
    """A timer that we cannot read or that is out of bounds, with a sentence that says why."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence.format(**values))
        self.sentence = sentence
        self.values = values


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment (`at`), or a span counted from the moment the token arrives.

    A cycle is a span that is counted anew `repeat` times.
    """

    form: TimerForm
    text: str
    at: datetime | None = None
    months: int = 0
    span: timedelta = timedelta()
    repeat: int = 0

    def due(self, now: datetime) -> datetime:
        """When the timer fires if the token arrives at `now` (aware), in UTC.

        Months and years go by the calendar: one month after 31 January is the last of February.
        """
        if self.at is not None:
            return self.at
        return _months_later(now.astimezone(UTC), self.months) + self.span


def read(form: str, text: str) -> Timer:
    """Read a timer. Raises `TimerError`."""
    text = text.strip()
    if not text:
        raise TimerError("没有写时间。例：PT48H（48 小时）、P3D（3 天）。")
    if text.startswith(("${", "#{")):
        raise TimerError("时间里目前还不能用表达式，请直接写时间，例如 P3D。")
    if len(text) > MAX_LENGTH:
        raise TimerError("时间太长，最多 {most} 个字符。", most=MAX_LENGTH)
    if form == TimerForm.DURATION:
        return _duration(text)
    if form == TimerForm.DATE:
        return _date(text)
    if form == TimerForm.CYCLE:
        return _cycle(text)
    raise TimerError("定时要写时长（timeDuration）或日期（timeDate）。")


def read_due(text: str) -> Timer:
    """Read a deadline that may be a duration or a date, as `camunda:dueDate` allows."""
    form = TimerForm.DURATION if text.strip().startswith("P") else TimerForm.DATE
    return read(form, text)


def _duration(text: str) -> Timer:
    found = _DURATION.fullmatch(text)
    if found is None:
        message = "看不懂时长“{text}”。请用 ISO 8601 写整数，例如 PT48H（48 小时）、P3D（3 天）。"
        raise TimerError(message, text=text)
    part = {name: int(number or 0) for name, number in found.groupdict().items()}
    months = part["years"] * 12 + part["months"]
    days = part["weeks"] * 7 + part["days"]
    seconds = part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]
    if months * 30 + days + seconds // 86_400 > MAX_YEARS * 366:
        raise TimerError("时长“{text}”太长，最多 {most} 年。", text=text, most=MAX_YEARS)
    return Timer(TimerForm.DURATION, text, None, months, timedelta(days=days, seconds=seconds))


def _cycle(text: str) -> Timer:
    found = _CYCLE.fullmatch(text)
    if found is None:
        message = "看不懂循环“{text}”。请写次数和间隔，例如 R3/PT24H（每 24 小时一次，共 3 次）。"
        raise TimerError(message, text=text)
    if not found["times"]:
        message = "循环“{text}”没有写次数，会没完没了。请写明次数，例如 R3/PT24H。"
        raise TimerError(message, text=text)
    times = int(found["times"])
    if not 1 <= times <= MAX_REPEATS:
        message = "循环“{text}”的次数要在 1 到 {most} 之间。"
        raise TimerError(message, text=text, most=MAX_REPEATS)
    span = _duration(found["span"])
    if not span.months and span.span < SHORTEST_CYCLE:
        message = "循环“{text}”的间隔太短，至少一分钟（PT1M）。"
        raise TimerError(message, text=text)
    return replace(span, form=TimerForm.CYCLE, text=text, repeat=times)


def _date(text: str) -> Timer:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        message = "看不懂日期“{text}”。请用 ISO 8601 并写明时区，例如 2027-03-01T09:00:00+08:00。"
        raise TimerError(message, text=text) from error
    if at.tzinfo is None:
        message = "日期“{text}”没有写明时间或时区，例如 2027-03-01T09:00:00+08:00。"
        raise TimerError(message, text=text)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        message = "日期“{text}”的年份要在 {first} 到 {last} 之间。"
        raise TimerError(message, text=text, first=FIRST_YEAR, last=LAST_YEAR)
    return Timer(TimerForm.DATE, text, at.astimezone(UTC))


def _months_later(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
