"""The rows with which a document is born: from template, earlier stage, last version. Pure.

Goals come from the template; items are born under the goals that were kept, in the standard; plan
and collection carry the rows of the stage before. Rows keep their `id` all the way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from engine.forms import rows as grid
from quality.kinds import Goal
from quality.models import Stage

GRID: Final = {
    Stage.GOAL: "goals",
    Stage.STANDARD: "standards",
    Stage.PLAN: "plans",
    Stage.COLLECTION: "collections",
}
BLANK: Final[Mapping[Stage, Mapping[str, Any]]] = {
    Stage.GOAL: {"description": "", "remark": ""},
    Stage.STANDARD: {"performance": "", "assurance": "", "process": ""},
    Stage.PLAN: {
        "current_state": "",
        "problem": "",
        "measures": [],
        "assessment": "",
        "weight": None,
    },
    Stage.COLLECTION: {
        "conclusion": "",
        "next_measures": "",
        "expected_effect": "",
        "evidence": [],
        "review": "",
        "sampling": "",
    },
}
"""What every row of a stage begins with; columns that a kind alone has are simply not there yet."""
COLUMNS: Final = {stage: tuple(blank) for stage, blank in BLANK.items()}
REVIEWERS: Final = ("review", "sampling")
"""How columns begin that reviewers fill: what they said of a version is not said of the next."""
STAYING: Final = ("work_point",)
"""Columns that the stage after does not take along."""
EARLIER: Final = {
    Stage.STANDARD: Stage.GOAL,
    Stage.PLAN: Stage.STANDARD,
    Stage.COLLECTION: Stage.PLAN,
}
"""The stage whose published rows a document is made from."""

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def goals(template: Iterable[Goal], last: Rows = ()) -> list[Row]:
    """Every goal of the template, and the own ones of the period before (`last`), still empty."""
    born: list[Row] = [
        {"id": goal.id, "goal": goal.id, "label": goal.label, "own": False, **blank(Stage.GOAL)}
        for goal in template
    ]
    for row in _own(last):
        same = {"id": row["id"], "goal": row["id"], "label": row.get("label", ""), "own": True}
        born.append({**same, **blank(Stage.GOAL)})
    return born


def standards(template: Iterable[Goal], kept: Rows, last: Rows = ()) -> list[Row]:
    """The template's items under the goals that were kept, and own ones of the year before.

    An own goal that has none gets one empty row of its own.
    """
    known = {goal.id: goal for goal in template}
    before = by_goal(_own(last))
    born: list[Row] = []
    for row in kept:
        goal = known.get(row["id"])
        label = row.get("label", "") if goal is None else goal.label_in_standard
        if label is None:
            continue
        items = [
            _item(row["id"], label, id=item.id, label=item.label)
            | ({"placeholder": True} if item.placeholder else {})
            for item in (goal.items if goal is not None else ())
        ]
        items += [
            _item(row["id"], label, id=one["id"], label=one.get("label", ""), own=True)
            for one in before.get(row["id"], ())
        ]
        born += items or [_item(row["id"], label, id=grid.own_id(), label="", own=True)]
    return born


def _item(goal: str, goal_label: str, *, id: str, label: str, own: bool = False) -> Row:  # noqa: A002  (the row's own word)
    here = {"id": id, "goal": goal, "goal_label": goal_label, "label": label, "own": own}
    return {**here, **blank(Stage.STANDARD)}


def carried(stage: Stage, earlier: Rows) -> list[Row]:
    """The rows of the stage before as they stand, with empty columns of this one beside them."""
    return [{**_taken(row), **blank(stage)} for row in earlier]


def _taken(row: Mapping[str, Any]) -> Row:
    return {key: value for key, value in row.items() if key not in STAYING}


def again(published: Rows, born: Rows) -> list[Row]:
    """The published items under the goals of today; a goal without any takes the born ones."""
    before = by_goal(published)
    return [
        {**row, "goal_label": here[0].get("goal_label", "")}
        for goal, here in by_goal(born).items()
        for row in (before.get(goal) or here)
    ]


def carried_again(stage: Stage, published: Rows, earlier: Rows, was: Collection[str]) -> list[Row]:
    """The published rows over those of the stage before as they stand today.

    `was` are the rows that the published version was made from: of today's, those among them that
    it had dropped stay away, and new ones come in. Its own additions stay under goals that stay.
    """
    before = {row["id"]: _without_reviews(row) for row in published}
    today = {row["id"] for row in earlier}
    added = by_goal([row for row in _own(published) if row["id"] not in today | set(was)])
    answer: list[Row] = []
    for goal, here in by_goal(earlier).items():
        answer += [
            {**blank(stage), **before.get(row["id"], {}), **_taken(row)}
            for row in here
            if row["id"] in before or row["id"] not in was
        ]
        answer += [{**blank(stage), **before[row["id"]]} for row in added.get(goal, ())]
    return answer


def _without_reviews(row: Mapping[str, Any]) -> Row:
    return {key: value for key, value in row.items() if not key.startswith(REVIEWERS)}


def carried_offered(values: Rows, born: Rows) -> list[Row]:
    """All rows of the stage before in the order they have there, then those added since."""
    known = {row["id"] for row in born}
    return [*map(dict, born), *(dict(row) for row in values if row["id"] not in known)]


def offered(values: Rows, born: Rows) -> list[Row]:
    """All rows that were born, and own rows of `values`: what was dropped can come back."""
    mine, here = by_goal(_own(values)), {row["id"] for row in values}
    able = [
        row for row in born if not row.get("own") or (row.get("label") and row["id"] not in here)
    ]
    template = by_goal(able)
    return [
        dict(row)
        for goal in dict.fromkeys([*template, *mine])
        for row in (*template.get(goal, ()), *mine.get(goal, ()))
    ]


def blank(stage: Stage) -> Row:
    """The empty columns of a stage."""
    return {key: list(value) if value == [] else value for key, value in BLANK[stage].items()}


def by_goal(rows: Rows) -> dict[str, list[Mapping[str, Any]]]:
    """The rows under each goal, in their order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(grid.goal_of(row), []).append(row)
    return found


def _own(rows: Rows) -> list[Mapping[str, Any]]:
    return [row for row in rows if row.get("own")]
