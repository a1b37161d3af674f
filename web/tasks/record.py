"""The record of a case as the column beside a form tells it: passes, who did what, which words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask_babel import gettext

from engine.bpmn.commands import Then
from engine.entries import Kind
from engine.queries.timeline import Line
from engine.versions import Version
from web import wording
from web.i18n import moment

# Taking a task and putting it back is no news to those who read the form.
DRAWN: Final = frozenset(
    {
        Kind.INSTANCE_STARTED,
        Kind.TASK_COMPLETED,
        Kind.TASK_RETURNED,
        Kind.TASK_REASSIGNED,
        Kind.TASK_VOTED,
        Kind.TASK_LENT,
        Kind.TASK_GIVEN_BACK,
        Kind.TASK_TAKEN_BACK,
        Kind.TASK_STEPPED_ASIDE,
        Kind.TASK_URGED,
        Kind.SIGNER_ADDED,
        Kind.SIGNER_REMOVED,
        Kind.CASE_COPIED,
        Kind.EXTENSION_ASKED,
        Kind.DUE_CHANGED,
        Kind.INSTANCE_WITHDRAWN,
        Kind.INSTANCE_REOPENED,
        Kind.INSTANCE_SUSPENDED,
        Kind.INSTANCE_RESUMED,
        Kind.TIMER_FIRED,
        Kind.JOB_COMPLETED,
        Kind.MESSAGE_DELIVERED,
        Kind.INSTANCE_CANCELLED,
    }
)


TO_WHOM: Final = frozenset(
    {Kind.TASK_REASSIGNED, Kind.TASK_LENT, Kind.CASE_COPIED, Kind.SIGNER_ADDED}
)
CLOSING: Final = frozenset({Kind.TASK_RETURNED, Kind.INSTANCE_WITHDRAWN, Kind.INSTANCE_REOPENED})
"""What a further pass follows on."""


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
    face: str = ""
    """Whose mark stands beside it: the deputy's own, where one acts for another."""


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
        if line.kind is None or line.kind in DRAWN:
            parts[-1].append(line)
        if line.kind in CLOSING:
            parts.append([])
    if not parts[-1] and not goes_on:
        parts.pop()
    return tuple(_pass(number, parts[number - 1], version) for number in range(len(parts), 0, -1))


def _pass(number: int, lines: list[Line], version: Version) -> Pass:
    entries = tuple(_entry(line, version) for line in lines)
    return Pass(number, entries, lines[0].at if lines else None, lines[-1].at if lines else None)


def _entry(line: Line, version: Version) -> Entry:
    words = wording.words(version, line.kind, line.shown)
    verdict = words.verdict
    if line.to and line.kind in TO_WHOM:
        verdict = gettext("%(verb)s给%(name)s", verb=verdict, name=line.to)
    is_system = line.by_id is None
    quote = gettext("（这段文字已依法删除）") if line.erased else line.comment
    if line.kind is None:
        quote = wording.damage(line.seq)
    return Entry(
        name=line.element if is_system else wording.actor(line),
        person=line.by_id,
        role="" if is_system or line.element == verdict else line.element,
        verdict=verdict,
        kind=words.css,
        symbol=words.symbol,
        when=_when(line),
        quote=quote,
        system="gear" if is_system else "",
        face="" if is_system else line.who,
    )


def _when(line: Line) -> str:
    at = moment(line.at)
    detail = wording.detail(line)
    if detail:
        return gettext("%(when)s·%(detail)s", when=at, detail=detail)
    if line.kind is not Kind.TASK_RETURNED:
        return at
    if line.body.asked.get("then") == Then.BACK_TO_ME:
        return gettext("%(when)s·退回到%(step)s，改后直接交回", when=at, step=line.to)
    return gettext("%(when)s·退回到%(step)s", when=at, step=line.to)
