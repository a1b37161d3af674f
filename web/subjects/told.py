"""The record of a subject in words: what was done, and what each part was and is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import people
from engine.college.history import Change, Told
from engine.entries import Kind
from engine.models import Unit
from quality import kinds
from quality.models import Subject
from quality.subjects import SubjectRow, described
from web.i18n import full_day, in_words

PARTS: Final[Mapping[str, str]] = {
    "code": "代码",
    "name": "名称",
    "unit_id": "单位",
    "owner_id": "负责人",
    "parent_subject": "上级主体",
    "header": "表头",
    "is_pilot": "试点",
    "is_active": "在用",
}

WHAT: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.SUBJECT_CREATED: ("建立", ""),
    Kind.SUBJECT_CHANGED: ("修改", ""),
    Kind.SUBJECT_CLOSED: ("停用，从 {on} 起", "on"),
    Kind.MEMBER_GIVEN: ("{who}进入团队，从 {on} 起", "since"),
    Kind.MEMBER_ENDED: ("{who}离开团队，最后一天 {on}", "until"),
}
"""What was done, and which word of the entry is its day."""

OWNER_CHANGED: Final = "换负责人，从 {on} 起"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as the page shows it; `changes` are label, before, after."""

    seq: int
    at: datetime | None
    by: str
    by_id: int | None
    what: str
    changes: tuple[tuple[str, str, str], ...]


def entries(db: Session, row: SubjectRow, found: Sequence[Told]) -> list[Entry]:
    """The entries in words, in two statements for all the names they mention."""
    changes = [change for one in found for change in one.changes]
    names = {
        "owner_id": people.names(db, _numbers(changes, "owner_id")),
        "unit_id": _names(db, Unit.__table__, _numbers(changes, "unit_id")),
        "parent_subject": _names(db, Subject.__table__, _numbers(changes, "parent_subject")),
    }
    return [
        Entry(
            seq=one.seq,
            at=one.at,
            by=one.who or in_words("系统", {}),
            by_id=people.marked(one.by),
            what=_what(one),
            changes=tuple(line for change in one.changes for line in _lines(change, row, names)),
        )
        for one in found
    ]


def _numbers(changes: Iterable[Change], part: str) -> set[int]:
    found = (side for one in changes if one.part == part for side in (one.before, one.after))
    return {side for side in found if isinstance(side, int)}


def _names(db: Session, table: Any, numbers: set[int]) -> dict[int, str]:
    if not numbers:
        return {}
    found = select(table.c.id, table.c.name).where(table.c.id.in_(numbers))
    return {row.id: row.name for row in db.execute(found)}


def _what(one: Told) -> str:
    if one.kind is None:
        return in_words("记录已损坏", {})
    sentence, word = WHAT.get(one.kind, ("其他", ""))
    if one.kind is Kind.SUBJECT_CHANGED and "since" in one.asked:
        sentence, word = OWNER_CHANGED, "since"
    who = one.names.get(f"user:{one.asked.get('user')}", "")
    return in_words(sentence, {"who": who, "on": _day(one.asked.get(word, ""))})


def _day(written: object) -> str:
    try:
        return full_day(date.fromisoformat(str(written)))
    except ValueError:
        return str(written)


def _lines(
    change: Change, row: SubjectRow, names: Mapping[str, Mapping[int, str]]
) -> list[tuple[str, str, str]]:
    if change.part == "header" and not change.is_hidden:
        return _header_lines(change, row)
    label = in_words(PARTS.get(change.part, "其他"), {})
    before, after = (_side(change.part, side, names) for side in (change.before, change.after))
    return [(label, before, after)]


def _header_lines(change: Change, row: SubjectRow) -> list[tuple[str, str, str]]:
    before, after = (orjson.loads(str(side)) for side in (change.before, change.after))
    return [
        (one.label, described.typed(before.get(one.key)), described.typed(after.get(one.key)))
        for one in kinds.get(row.kind).own_fields
        if before.get(one.key) != after.get(one.key)
    ]


def _side(part: str, value: object, names: Mapping[str, Mapping[int, str]]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return in_words("是" if value else "否", {})
    if part in names and isinstance(value, int):
        return names[part].get(value, str(value))
    return str(value)
