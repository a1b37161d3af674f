"""The rows with which a document is born: from template, goals kept, last version. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from engine.forms import rows as grid
from quality.kinds import SubjectKind
from quality.models import Stage

GRID: Final = {Stage.GOAL: "goals", Stage.STANDARD: "standards"}
COLUMNS: Final = {
    Stage.GOAL: ("description", "remark"),
    Stage.STANDARD: ("performance", "assurance", "process"),
}

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def goals(kind: SubjectKind) -> list[Row]:
    """Every goal of the template."""
    empty = dict.fromkeys(COLUMNS[Stage.GOAL], "")
    return [
        {"id": goal.id, "goal": goal.id, "label": goal.label, "own": False, **empty}
        for goal in kind.goals
    ]


def standards(kind: SubjectKind, kept: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The template's items under the goals that were kept; an own goal gets one row of its own."""
    template = {goal.id: goal for goal in kind.goals}
    born: list[Row] = []
    for row in kept:
        goal = template.get(row["id"])
        if goal is None:
            born.append(_item(row["id"], row["label"], id=grid.own_id(), label="", own=True))
        elif goal.label_in_standard is not None:
            for item in goal.items:
                here = _item(goal.id, goal.label_in_standard, id=item.id, label=item.label)
                born.append(here | ({"placeholder": True} if item.placeholder else {}))
    return born


def _item(goal: str, goal_label: str, *, id: str, label: str, own: bool = False) -> Row:  # noqa: A002  (the row's own word)
    empty = dict.fromkeys(COLUMNS[Stage.STANDARD], "")
    return {"id": id, "goal": goal, "goal_label": goal_label, "label": label, "own": own, **empty}


def again(published: Rows, born: Rows) -> list[Row]:
    """The published items under the goals of today; a goal without any takes the born ones."""
    return [
        {**row, "goal_label": here[0].get("goal_label", "")}
        for goal, here in _by_goal(born).items()
        for row in (_by_goal(published).get(goal) or here)
    ]


def offered(values: Rows, born: Rows) -> list[Row]:
    """All rows of the template, and own rows of `values`: what was dropped can come back."""
    own = {goal: [row for row in here if row.get("own")] for goal, here in _by_goal(values).items()}
    template = _by_goal([row for row in born if not row.get("own")])
    return [
        dict(row)
        for goal in dict.fromkeys([*template, *own])
        for row in (*template.get(goal, ()), *own.get(goal, ()))
    ]


def _by_goal(rows: Rows) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(grid.goal_of(row), []).append(row)
    return found
