"""Deadlines as a flow writes them, in plain words: 3 个工作日, 第 8 教学周星期五 17:00."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import gettext

from engine.bpmn import dialect
from engine.bpmn.dialect import DueKind, DueRule
from engine.bpmn.timers import TimerError

DURATION: Final = re.compile(r"P(?:(\d+)W|(\d+)D|T(\d+)H|T(\d+)M)")
DAYS: Final = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


def said(written: str, names: Mapping[str, str] = NO_NAMES) -> str:
    """A deadline in words; `names` are those of dates and fields. What has no words stays."""
    try:
        rule = dialect.due(written) if written else None
    except TimerError:
        return written
    if rule is None or rule.kind is DueKind.ISO:
        return _duration(written)
    return " ".join(_school_time(rule, names).split())


def _duration(written: str) -> str:
    found = DURATION.fullmatch(written)
    if found is None:
        return written
    weeks, days, hours, minutes = found.groups()
    if weeks:
        return gettext("%(count)s 周", count=weeks)
    if days:
        return gettext("%(count)s 天", count=days)
    if hours:
        return gettext("%(count)s 小时", count=hours)
    return gettext("%(count)s 分钟", count=minutes)


def _school_time(rule: DueRule, names: Mapping[str, str]) -> str:
    at = rule.at.strftime("%H:%M") if rule.at is not None else ""
    if rule.kind is DueKind.WORKING_DAYS:
        return gettext("{days} 个工作日 {at}").format(days=rule.days, at=at)
    if rule.kind is DueKind.WEEK:
        day = gettext(DAYS[rule.weekday])
        return gettext("第 {week} 教学周{day} {at}").format(week=rule.week, day=day, at=at)
    name = names.get(rule.key, rule.key)
    if rule.days < 0:
        return gettext("“{date}”前 {days} 个工作日 {at}").format(date=name, days=-rule.days, at=at)
    if rule.days:
        return gettext("“{date}”后 {days} 个工作日 {at}").format(date=name, days=rule.days, at=at)
    return gettext("“{date}” {at}").format(date=name, at=at)
