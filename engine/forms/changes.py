"""What differs between two submissions of a form: field by field, and row by row by identity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from engine.forms import fieldtypes, rows
from engine.forms.model import Field, Form, Grid

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
    form: Form, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[Change, ...]:
    """Every difference, in the order of the form."""
    old, new = before or {}, after or {}
    answer: list[Change] = []
    for key, part in form.valued.items():
        if isinstance(part, Grid):
            answer += _grid(part, rows.listed(old.get(key)), rows.listed(new.get(key)))
        else:
            answer += _value(part, ChangeKind.FIELD, key, part.label, (old.get(key), new.get(key)))
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


def _value(
    part: Field, kind: ChangeKind, path: str, label: str, pair: tuple[Any, Any]
) -> list[Change]:
    before, after = (fieldtypes.read(part, value) for value in pair)
    return [] if before == after else [Change(path, kind, label, before, after)]


def _grid(grid: Grid, before: list[rows.Row], after: list[rows.Row]) -> list[Change]:
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    moved = _moved([row["id"] for row in before if row["id"] in new], [row["id"] for row in after])
    answer: list[Change] = []
    for row in after:
        answer += _row(grid, old.get(row["id"]), row, is_moved=row["id"] in moved)
    for row in before:
        if row["id"] not in new:
            path, label = f"{grid.key}/{row['id']}", row_label(row)
            answer.append(Change(path, ChangeKind.ROW_REMOVED, label, label, ""))
    return answer


def _row(grid: Grid, old: rows.Row | None, row: rows.Row, *, is_moved: bool) -> list[Change]:
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
        answer += _value(column, ChangeKind.CELL, f"{path}/{column.key}", named, pair)
    return answer


def row_label(row: Mapping[str, Any]) -> str:
    """How a row is called when it stands alone: its goal before it, if it has one."""
    label, goal = str(row.get("label") or ""), str(row.get("goal_label") or "")
    return " · ".join(part for part in (goal, label) if part)


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
