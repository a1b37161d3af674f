"""The rows of a grid: who they are, and what of a posted table may become part of the document.

A row has an identity that it keeps from stage to stage. What is posted is laid over the rows that
are stored; nobody can rename a template's row, move it under another goal, or invent one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from engine.forms.model import Field, Grid, Kind
from engine.sentence import Sentence

_NUMBERED: Final = re.compile(r"(?P<word>[^0-9]{1,100})(?P<number>[0-9]{1,3})")
OWN: Final = re.compile(r"own-[0-9a-f]{12}")

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def own_id() -> str:
    """A fresh identity for a row that somebody adds."""
    return f"own-{secrets.token_hex(6)}"


def listed(value: object) -> list[Row]:
    """A grid's value as rows; anything that is no row is left out."""
    if not isinstance(value, list | tuple):
        return []
    return [
        dict(row)
        for row in value
        if isinstance(row, (dict, Mapping)) and isinstance(row.get("id"), str)
    ]


def apart(
    grids: Iterable[Grid], values: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, frozenset[str]] | None:
    """By grid the rows that stand in `before` as in `values`; None unless each has the same rows.

    The same means in that order, so that nothing came, went or moved.
    """
    answer: dict[str, frozenset[str]] = {}
    for grid in grids:
        posted, known = values.get(grid.key), before.get(grid.key)
        if not isinstance(posted, list) or not isinstance(known, list):
            return None
        ids = [row.get("id") if isinstance(row, dict) else None for row in posted]
        if ids != [row["id"] for row in known]:
            return None
        answer[grid.key] = frozenset(
            row["id"]
            for row, old in zip(posted, known, strict=True)
            if row == old or row.items() <= old.items()
        )
    return answer


def goal_of(row: Mapping[str, Any]) -> str:
    """The goal that a row belongs to; a goal belongs to itself."""
    return str(row.get("goal") or row["id"])


def next_label(open_ones: Iterable[str], own: Iterable[str]) -> str:
    """What one more row under a goal is called at first: behind 任务 1 comes 任务 2, else nothing.

    A row that the template left open stands for as many as there are; the others are own rows.
    """
    numbered = [found for one in open_ones if (found := _NUMBERED.fullmatch(one)) is not None]
    if not numbered:
        return ""
    word = numbered[0]["word"]
    numbered += [found for one in own if (found := _NUMBERED.fullmatch(one)) is not None]
    return f"{word}{max(int(one['number']) for one in numbered if one['word'] == word) + 1}"


@dataclass
class Merge:
    """One posted table laid over the stored one, with the errors that this showed, by path.

    The rows in `same` are known to be posted as they are stored.
    """

    grid: Grid
    stored: list[Row]
    offered: list[Row]
    may_change_rows: bool
    editable: frozenset[str]
    same: frozenset[str] = frozenset()
    errors: dict[str, Sentence] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = {row["id"]: row for row in (*self.offered, *self.stored)}
        self.blank = {column.key: _blank(column) for column in self.grid.columns}

    @cached_property
    def goals(self) -> dict[str, Row]:
        """By goal a row of it, in the order of the goals."""
        return {goal_of(row): row for row in self.known.values()}

    def merged(self, posted: Rows | None) -> list[Row]:
        """The rows as they are now."""
        if posted is None:
            return [dict(row) for row in self.stored]
        wanted: dict[str, Mapping[str, Any]] = {}
        for row in posted:
            if row["id"] in wanted:
                self._refuse(row, "同一行提交了两次。")
            wanted[row["id"]] = row
        if not self.may_change_rows:
            return self._fixed(wanted)
        rows = [
            self.known[key] if key in self.same else self._row(row)
            for key, row in wanted.items()
            if key in self.same or self._belongs(row)
        ]
        as_stored = [row["id"] for row in rows] == [row["id"] for row in self.stored]
        return rows if as_stored else self._arranged(rows)

    def _fixed(self, wanted: Mapping[str, Mapping[str, Any]]) -> list[Row]:
        kept = {row["id"] for row in self.stored}
        for row in wanted.values():
            if row["id"] not in kept:
                self._refuse(row, "这一步不能增加行。")
        return [self._overlaid(row, wanted.get(row["id"], {})) for row in self.stored]

    def _belongs(self, row: Mapping[str, Any]) -> bool:
        if row["id"] in self.known:
            return self._unchanged(row)
        if not self.grid.own_rows:
            return self._refuse(row, "这张表不能增加自己的行。")
        if not OWN.fullmatch(row["id"]) or row.get("own") is False or row.get("placeholder"):
            return self._refuse(row, "模板里没有这一行。")
        if self.grid.nested and row.get("goal") not in self.goals:
            return self._refuse(row, "新增的行要放在表里已有的目标下。")
        if not self.grid.nested and row.get("goal", row["id"]) != row["id"]:
            return self._refuse(row, "新增的目标不能属于别的目标。")
        return True

    def _unchanged(self, row: Mapping[str, Any]) -> bool:
        """Whether a known row is still itself. If not, it is kept as stored and said so."""
        known = self.known[row["id"]]
        for name in ("goal", "own", "placeholder", "goal_label"):
            if name in row and row[name] != known.get(name, _absent(name, known)):
                self._refuse(row, "这一行的位置和来源不能改。")
                return True
        if "label" in row and row["label"] != known.get("label", "") and not self._renames(known):
            self._refuse(row, "模板里的名称不能改，可以另加一行。", part="label")
        return True

    def _row(self, row: Mapping[str, Any]) -> Row:
        known = self.known.get(row["id"])
        if known is None:
            return self._new(row)
        answer = self._overlaid(known, row)
        if self._renames(known) and "label" in row:
            answer["label"] = row["label"]
        return answer

    def _new(self, row: Mapping[str, Any]) -> Row:
        answer: Row = {"id": row["id"], "goal": row["id"], "label": row.get("label", "")}
        if self.grid.nested:
            goal = self.goals[row["goal"]]
            answer |= {"goal": row["goal"], "goal_label": goal.get("goal_label", "")}
        return self._overlaid({**answer, "own": True, **self.blank}, row)

    def _overlaid(self, base: Mapping[str, Any], row: Mapping[str, Any]) -> Row:
        return {**base, **{key: row[key] for key in self.editable if key in row}}

    def _arranged(self, rows: list[Row]) -> list[Row]:
        """Rows stay under their goal; the template's rows keep the template's order."""
        present = {row["id"] for row in rows}
        rows += [dict(row) for row in self.stored if row["id"] not in present and self._stays(row)]
        place = {key: number for number, key in enumerate(self.known)}
        goals = {goal: number for number, goal in enumerate(self.goals)}
        if not self.grid.own_rows:
            return sorted(rows, key=lambda row: (goals[goal_of(row)], place[row["id"]]))
        if not self.grid.nested:
            return _in_order(rows, place)
        by_goal: dict[str, list[Row]] = {}
        for row in rows:
            by_goal.setdefault(goal_of(row), []).append(row)
        ordered = sorted(by_goal, key=lambda goal: goals.get(goal, len(goals)))
        return [row for goal in ordered for row in _in_order(by_goal[goal], place)]

    def _renames(self, row: Mapping[str, Any]) -> bool:
        return may_rename(self.grid, row)

    def _stays(self, row: Mapping[str, Any]) -> bool:
        return not (self.grid.own_rows if row.get("own") else self.grid.optional_rows)

    def _refuse(self, row: Mapping[str, Any], sentence: str, part: str = "") -> bool:
        path = f"{self.grid.key}/{row['id']}/{part}".rstrip("/")
        self.errors.setdefault(path, Sentence(sentence))
        return False


def _blank(column: Field) -> object:
    if column.default is None:
        return "" if column.kind in {Kind.TEXTFIELD, Kind.TEXTAREA} else None
    return list(column.default) if isinstance(column.default, tuple) else column.default


def may_rename(grid: Grid, row: Mapping[str, Any]) -> bool:
    """Whether the label of this row may be changed: its own, or one the template left open.

    A table without own rows carries those of the table before, under the names they have there.
    """
    return grid.own_rows and bool(row.get("own") or row.get("placeholder"))


def _absent(name: str, known: Mapping[str, Any]) -> object:
    """What a property of a row means when it is not written."""
    return {"goal": known["id"], "own": False, "placeholder": False}.get(name, "")


def _in_order(rows: list[Row], place: Mapping[str, int]) -> list[Row]:
    """The template's rows in its order; an own row stays behind the row that it was put behind."""
    template = sorted((row for row in rows if not row.get("own")), key=lambda row: place[row["id"]])
    behind: dict[str, list[Row]] = {}
    last = ""
    for row in rows:
        if row.get("own"):
            behind.setdefault(last, []).append(row)
        else:
            last = row["id"]
    answer = behind.get("", [])
    for row in template:
        answer += [row, *behind.get(row["id"], [])]
    return answer
