"""When a step or a timer is due: ISO 8601, or a rule of the school's time.

`3 working days`, `week 8 friday 17:00`, `cycle:plan_end - 3 working days`, `field:hand_in_by`; the
Chinese forms say the same. A rule is only read here: the calendar it needs is `engine.calendars`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from engine.bpmn import timers
from engine.bpmn.dialect.time_words import AFTER, DATE, DAYS, LOOKS, WEEK, WEEK_ZH, WORKING
from engine.bpmn.dialect.written import short
from engine.bpmn.timers import Timer, TimerError, TimerForm

MOST_DAYS: Final = 1_000
"""How many working days a rule may count: four years, which a calendar still knows."""

MOST_WEEKS: Final = 30
"""No term has more teaching weeks."""


class DueKind(StrEnum):
    """The ways to say when something is due."""

    ISO = "iso"
    WORKING_DAYS = "working_days"
    WEEK = "week"
    CYCLE = "cycle"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class DueRule:
    """A deadline as written.

    `days` are working days: after the opening, or after (negative: before) the date named.
    `at` is the time of day, None where none is written. `weekday` is 0 for Monday.
    """

    text: str
    kind: DueKind
    timer: Timer | None = None
    days: int = 0
    week: int = 0
    weekday: int = 0
    key: str = ""
    at: time | None = None

    @property
    def is_absolute(self) -> bool:
        """Whether it names a moment that is the same whenever the step opens."""
        if self.timer is not None:
            return self.timer.form is TimerForm.DATE
        return self.kind is not DueKind.WORKING_DAYS

    @property
    def needs_calendar(self) -> bool:
        """Whether a calendar, a term, the year or a form has to be asked."""
        return self.timer is None

    def due(self, now: datetime) -> datetime:
        """When it is due if it opens now; only for what needs no calendar."""
        if self.timer is None:
            message = f"{self.text} needs a calendar"
            raise ValueError(message)
        return self.timer.due(now)


def due(text: str) -> DueRule:
    """Read a deadline. Raises `timers.TimerError`."""
    text = text.strip()
    if not is_school_time(text):
        return DueRule(text, DueKind.ISO, timers.read_due(text))
    if len(text) > timers.MAX_LENGTH:
        raise TimerError("时间太长，最多 {most} 个字符。", most=timers.MAX_LENGTH)
    for pattern, read in ((WORKING, _working), (WEEK, _week), (WEEK_ZH, _week), (DATE, _date)):
        found = pattern.fullmatch(text)
        if found is not None:
            return read(text, found)
    message = (
        "看不懂期限“{text}”。例：3 working days、week 8 friday 17:00、"
        "cycle:plan_end - 3 working days、field:hand_in_by、P3D。"
    )
    raise TimerError(message, text=short(text))


def is_school_time(text: str) -> bool:
    """Whether this is meant as a rule of the school's time, and not as ISO 8601."""
    return LOOKS.match(text.strip()) is not None


def is_of_field(text: str) -> bool:
    """Whether this is a rule that a field of a form decides."""
    return text.lstrip()[:5].lower() == DueKind.FIELD


def timer(form: str, text: str) -> DueRule | None:
    """Read what stands in a BPMN timer as a rule of school time; None for plain ISO 8601.

    Working days are a duration, the others are dates. Raises `timers.TimerError`.
    """
    if not is_school_time(text):
        return None
    rule = due(text)
    meant = TimerForm.DURATION if rule.kind is DueKind.WORKING_DAYS else TimerForm.DATE
    if form != meant:
        message = "“{text}”要写成{meant}。"
        words = {TimerForm.DURATION: "时长（timeDuration）", TimerForm.DATE: "日期（timeDate）"}
        raise TimerError(message, text=short(text), meant=words[meant])
    return rule


def _working(text: str, found: re.Match[str]) -> DueRule:
    return DueRule(text, DueKind.WORKING_DAYS, days=_count(found, text), at=_time(found, text))


def _week(text: str, found: re.Match[str]) -> DueRule:
    week, day = int(found["week"]), DAYS.get(found["day"].lower())
    if day is None:
        raise TimerError("“{text}”里的“{day}”不是星期几。", text=short(text), day=found["day"])
    if not 1 <= week <= MOST_WEEKS:
        message = "“{text}”：教学周要在 1 到 {most} 之间。"
        raise TimerError(message, text=short(text), most=MOST_WEEKS)
    at = _time(found, text)
    return DueRule(text, DueKind.WEEK, week=week, weekday=day, at=at)


def _date(text: str, found: re.Match[str]) -> DueRule:
    kind, days = DueKind(found["kind"].lower()), 0
    if found["sign"]:
        days = _count(found, text) * (1 if found["sign"] in AFTER else -1)
    return DueRule(text, kind, days=days, key=found["key"], at=_time(found, text))


def _count(found: re.Match[str], text: str) -> int:
    days = int(found["days"])
    if not 1 <= days <= MOST_DAYS:
        message = "“{text}”：工作日要在 1 到 {most} 天之间。"
        raise TimerError(message, text=short(text), most=MOST_DAYS)
    return days


def _time(found: re.Match[str], text: str) -> time | None:
    if found["hour"] is None:
        return None
    try:
        return time(int(found["hour"]), int(found["minute"]))
    except ValueError as error:
        raise TimerError("“{text}”里没有这个钟点。", text=short(text)) from error
