"""What differs between two submissions of a form: field by field, and row by row by identity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final

from engine.forms import choices, fieldtypes, rows
from engine.forms.choices import Choices
from engine.forms.model import Field, Form, Grid, Kind
from engine.forms.rights import READ_ALL, Rights

_WORDS: Final = re.compile(r"[A-Za-z0-9.,%]+|.", re.DOTALL)


class ChangeKind(StrEnum):
    """What happened."""

    FIELD = "field"
    CELL = "cell"
    ROW_ADDED = "row_added"
    ROW_REMOVED = "row_removed"
    ROW_RENAMED = "row_renamed"
    ROW_MOVED = "row_moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what, and how it read before and after."""

    path: str
    kind: ChangeKind
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of a text, and whether it is new."""

    text: str
    new: bool


def changes(
    form: Form,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    live: Choices = choices.NONE,
    rights: Rights = READ_ALL,
) -> tuple[Change, ...]:
    """Every difference that these rights show, in the order of the form; lists entry by entry."""
    old, new = before or {}, after or {}
    answer: list[Change] = []
    for key, part in form.valued.items():
        if old.get(key) is new.get(key) or not rights.of(part).shows:
            continue
        if isinstance(part, Grid):
            columns = tuple(one for one in part.columns if rights.of_column(part, one).shows)
            shown = part if columns == part.columns else replace(part, columns=columns)
            answer += _grid(shown, rows.listed(old.get(key)), rows.listed(new.get(key)), live)
        else:
            pair = (old.get(key), new.get(key))
            answer += _value(part, _Place(ChangeKind.FIELD, key, part.label), pair, live)
    return tuple(answer)


def marks(before: str, after: str) -> tuple[Mark, ...]:
    """The new text, with the words between its common beginning and end marked as new."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = len(new) - end
    pieces = [(new[:start], False), (new[start:middle], True), (new[middle:], False)]
    return tuple(Mark("".join(words), new=is_new) for words, is_new in pieces if words)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands."""

    kind: ChangeKind
    path: str
    label: str


def _value(part: Field, at: _Place, pair: tuple[Any, Any], live: Choices) -> list[Change]:
    if pair[0] == pair[1]:
        return []
    if part.kind is Kind.LIST:
        return list(_entries(part, at, *pair))
    before, after = (fieldtypes.read(part, value, live) for value in pair)
    return [] if before == after else [Change(at.path, at.kind, at.label, before, after)]


def _entries(part: Field, at: _Place, before: Any, after: Any) -> Iterator[Change]:
    """Entry by entry: those that stayed are found again, so that a new first one is one change."""
    old, new = fieldtypes.entry_texts(part, before), fieldtypes.entry_texts(part, after)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for number in range(max(end - start, new_end - new_start)):
            was = old[start + number] if start + number < end else ""
            now = new[new_start + number] if new_start + number < new_end else ""
            place = new_start + number if now else start + number
            label = f"{at.label} {place + 1}"
            yield Change(f"{at.path}/{place}", at.kind, label, was, now)


def _grid(grid: Grid, before: list[rows.Row], after: list[rows.Row], live: Choices) -> list[Change]:
    if before == after:
        return []
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    moved = _moved([row["id"] for row in before if row["id"] in new], [row["id"] for row in after])
    answer: list[Change] = []
    for row in after:
        was, is_moved = old.get(row["id"]), row["id"] in moved
        if is_moved or was != row:
            answer += _row(grid, was, row, live, is_moved=is_moved)
    for row in before:
        if row["id"] not in new:
            path, label = f"{grid.key}/{row['id']}", row_label(row)
            answer.append(Change(path, ChangeKind.ROW_REMOVED, label, label, ""))
    return answer


def _row(
    grid: Grid, old: rows.Row | None, row: rows.Row, live: Choices, *, is_moved: bool
) -> list[Change]:
    path, label = f"{grid.key}/{row['id']}", row_label(row)
    answer: list[Change] = []
    if old is None:
        answer.append(Change(path, ChangeKind.ROW_ADDED, label, "", label))
    elif old.get("label", "") != row.get("label", ""):
        renamed = (str(old.get("label", "")), str(row.get("label", "")))
        answer.append(Change(f"{path}/label", ChangeKind.ROW_RENAMED, label, *renamed))
    if is_moved:
        answer.append(Change(path, ChangeKind.ROW_MOVED, label, "", ""))
    for column in grid.columns:
        named = f"{label} · {column.label}"
        pair = ((old or {}).get(column.key), row.get(column.key))
        answer += _value(column, _Place(ChangeKind.CELL, f"{path}/{column.key}", named), pair, live)
    return answer


def row_label(row: Mapping[str, Any]) -> str:
    """How a row is called when it stands alone: its goal before it, if it has one."""
    label, goal = str(row.get("label") or ""), str(row.get("goal_label") or "")
    return f"{goal} · {label}" if goal and label else goal or label


def _moved(before: list[str], after: list[str]) -> set[str]:
    """The rows that were moved: those that stand otherwise among the rows both sides have."""
    common = set(before)
    now = [row for row in after if row in common]
    moved: set[str] = set()
    left, right = 0, 0
    while left < len(before) and right < len(now):
        if before[left] in moved:
            left += 1
        elif before[left] == now[right]:
            left, right = left + 1, right + 1
        else:
            moved.add(now[right])
            right += 1
    return moved
