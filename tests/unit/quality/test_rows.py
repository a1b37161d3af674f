"""The rows with which goals and standards are born."""

from __future__ import annotations

from quality import kinds, rows
from quality.models import Stage

MAJOR = kinds.get("major")
OWN = {"id": "own-0123456789ab", "goal": "own-0123456789ab", "label": "特色", "own": True}


def ids(table):
    return [row["id"] for row in table]


def test_goals_are_those_of_the_template():
    born = rows.goals(MAJOR)
    assert ids(born) == [f"major.g{number:02}" for number in range(1, 12)]
    assert born[0] == {
        "id": "major.g01",
        "goal": "major.g01",
        "label": "专业发展定位目标",
        "own": False,
        "description": "",
        "remark": "",
    }


def test_standards_are_the_items_of_the_goals_kept():
    born = rows.standards(MAJOR, rows.goals(MAJOR)[:3])
    assert ids(born) == [
        *(f"major.g02.i0{n}" for n in range(1, 5)),
        *(f"major.g03.i0{n}" for n in range(1, 4)),
    ]
    assert {row["goal_label"] for row in born} == {"专业设计目标", "人才培养定位目标"}


def test_standards_take_the_label_that_the_standards_use():
    department = kinds.get("functional_department")
    born = rows.standards(department, rows.goals(department))
    assert born[0]["goal_label"] == "管理工作标准"
    assert born[0]["placeholder"] is True


def test_an_own_goal_gets_an_empty_row_of_its_own():
    (born,) = rows.standards(MAJOR, [OWN])
    assert (born["goal"], born["goal_label"], born["label"], born["own"]) == (
        OWN["id"],
        "特色",
        "",
        True,
    )
    assert born["id"] != OWN["id"]


def test_a_change_keeps_published_items_and_gives_new_goals_theirs():
    goals = rows.goals(MAJOR)
    before = [row | {"performance": "写过"} for row in rows.standards(MAJOR, goals[1:3])][1:]
    born = rows.standards(MAJOR, [goals[2], goals[9]])
    again = rows.again(before, born)
    assert ids(again) == [
        "major.g03.i01",
        "major.g03.i02",
        "major.g03.i03",
        "major.g10.i01",
        "major.g10.i02",
    ]
    assert [row["performance"] for row in again] == ["写过"] * 3 + [""] * 2


def test_what_was_dropped_is_still_on_offer():
    born = rows.goals(MAJOR)
    filled = [*born[:5], OWN]
    offered = rows.offered(filled, born)
    assert ids(offered) == [*ids(born), OWN["id"]]
    assert all(column in offered[0] for column in rows.COLUMNS[Stage.GOAL])
