"""The record of a case as the column beside a form tells it: passes, who did what, which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask_babel import gettext, lazy_gettext

from engine.bpmn.commands import Then
from engine.entries import Kind
from engine.queries.timeline import Line
from engine.versions import Version
from web.i18n import moment

# The usual words of the verbs; a diagram may say them otherwise.
VERBS: Final = {
    "approve": lazy_gettext("同意"),
    "refuse": lazy_gettext("不同意"),
    "return": lazy_gettext("退回"),
    "reassign": lazy_gettext("转办"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the record, ready to be drawn."""

    name: str
    person: int | None
    role: str
    verdict: str
    kind: str
    symbol: str
    when: str
    quote: str
    system: str = ""


@dataclass(frozen=True, slots=True)
class Pass:
    """What happened from the start, or from one return, to the next; nothing yet in a new one."""

    number: int
    entries: tuple[Entry, ...]
    since: datetime | None
    until: datetime | None


def passes(lines: tuple[Line, ...], version: Version, *, goes_on: bool) -> tuple[Pass, ...]:
    """The passes of a case, the newest first; a return closes the one it happened in."""
    parts: list[list[Line]] = [[]]
    for line in lines:
        if line.kind in _DRAWN:
            parts[-1].append(line)
        if line.kind is Kind.TASK_RETURNED:
            parts.append([])
    if not parts[-1] and not goes_on:
        parts.pop()
    return tuple(_pass(number, parts[number - 1], version) for number in range(len(parts), 0, -1))


def _pass(number: int, lines: list[Line], version: Version) -> Pass:
    entries = tuple(_entry(line, version) for line in lines)
    return Pass(number, entries, lines[0].at if lines else None, lines[-1].at if lines else None)


def verb(version: Version, element_id: str, key: str) -> str:
    """What a verb is called at this step."""
    if element_id in version.process.elements:
        for one in version.verbs(element_id):
            if one.key == key and one.label:
                return one.label
    return str(VERBS.get(key, key))


def _entry(line: Line, version: Version) -> Entry:
    verdict, kind, symbol = _verdict(line, version)
    is_system = line.by_id is None
    quote = gettext("（这段文字已依法删除）") if line.erased else line.comment
    return Entry(
        name=line.element if is_system else line.who,
        person=line.by_id,
        role="" if is_system or line.element == verdict else line.element,
        verdict=verdict,
        kind=kind,
        symbol=symbol,
        when=_when(line),
        quote=quote,
        system="gear" if is_system else "",
    )


def _verdict(line: Line, version: Version) -> tuple[str, str, str]:
    if line.kind is Kind.TASK_COMPLETED:
        outcome = line.outcome or "approve"
        kind, symbol = ("late", "x") if outcome == "refuse" else ("ok", "check")
        return verb(version, line.element_id, outcome), kind, symbol
    if line.kind is Kind.TASK_REASSIGNED:
        return gettext("转办给%(name)s", name=line.to), "", "delegate"
    words, kind, symbol = _DRAWN[line.kind]
    return str(words), kind, symbol


def _when(line: Line) -> str:
    at = moment(line.at)
    if line.kind is not Kind.TASK_RETURNED:
        return at
    if line.body.asked.get("then") == Then.BACK_TO_ME:
        return gettext("%(when)s·退回到%(step)s，改后直接交回", when=at, step=line.to)
    return gettext("%(when)s·退回到%(step)s", when=at, step=line.to)


_DRAWN: Final[Mapping[Kind, tuple[object, str, str]]] = {
    Kind.INSTANCE_STARTED: (lazy_gettext("发起"), "", "flow"),
    Kind.TASK_COMPLETED: ("", "ok", "check"),
    Kind.TASK_RETURNED: (lazy_gettext("退回"), "back", "back"),
    Kind.TASK_REASSIGNED: ("", "", "delegate"),
    Kind.TIMER_FIRED: (lazy_gettext("时间到"), "", "clock"),
    Kind.JOB_COMPLETED: (lazy_gettext("自动完成"), "ok", "check"),
    Kind.MESSAGE_DELIVERED: (lazy_gettext("收到消息"), "", "mail"),
    Kind.INSTANCE_CANCELLED: (lazy_gettext("撤销流程"), "late", "x"),
}
