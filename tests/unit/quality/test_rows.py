"""The rows with which documents of the four stages are born."""

from __future__ import annotations

from quality import kinds, rows
from quality.models import Stage

MAJOR = kinds.get("major").goals
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
    department = kinds.get("functional_department").goals
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


def own(label, goal=None):
    id_ = "own-" + label.encode().hex()[-12:]
    return {"id": id_, "goal": goal or id_, "label": label, "own": True}


def test_own_goals_of_the_period_before_are_born_again_without_their_text():
    last = [*rows.goals(MAJOR)[:2], OWN | {"description": "旧文"}]
    born = rows.goals(MAJOR, last)
    assert ids(born) == [goal.id for goal in MAJOR] + [OWN["id"]]
    assert born[-1] == OWN | {"description": "", "remark": ""}


def test_own_items_of_the_year_before_keep_their_identity():
    under, alone = own("翻转课堂", "major.g06"), own("走访", OWN["id"])
    last = [under | {"performance": "旧文"}, alone, own("没有目标了", "major.g09")]
    born = rows.standards(MAJOR, [MAJOR_ROWS["major.g06"], OWN], last)
    assert [(row["id"], row["label"], row["performance"]) for row in born] == [
        ("major.g06.i01", "计划 1", ""),
        (under["id"], "翻转课堂", ""),
        (alone["id"], "走访", ""),
    ]
    assert born[2]["goal_label"] == "特色"


MAJOR_ROWS = {row["id"]: row for row in rows.goals(MAJOR)}


def test_a_goal_without_items_has_no_rows_in_the_standards():
    assert rows.standards(MAJOR, [MAJOR_ROWS["major.g01"]]) == []


def standard():
    kept = [MAJOR_ROWS["major.g02"], MAJOR_ROWS["major.g03"]]
    return [row | {"performance": "达到"} for row in rows.standards(MAJOR, kept)]


def test_a_plan_carries_the_rows_of_its_standard_with_empty_columns_beside():
    born = rows.carried(Stage.PLAN, standard())
    assert ids(born) == ids(standard())
    assert born[0]["performance"] == "达到"
    assert {key: born[0][key] for key in rows.COLUMNS[Stage.PLAN]} == dict(rows.BLANK[Stage.PLAN])
    (chosen,) = rows.carried(Stage.PLAN, [standard()[0] | {"work_point": "3:要点"}])
    assert "work_point" not in chosen
    born[0]["measures"].append({"what": "走访"})
    assert rows.carried(Stage.PLAN, standard())[0]["measures"] == []


def test_a_collection_carries_plan_and_standard():
    plan = [row | {"problem": "不足"} for row in rows.carried(Stage.PLAN, standard())]
    (first, *_rest) = rows.carried(Stage.COLLECTION, plan)
    assert (first["performance"], first["problem"], first["conclusion"]) == ("达到", "不足", "")
    assert first["evidence"] == []


def test_a_changed_plan_stands_on_the_standard_of_today():
    was = standard()
    mine = own("自己加的", "major.g03")
    published = [
        row | {"problem": f"问题 {row['id']}"} for row in rows.carried(Stage.PLAN, was)[1:]
    ]
    today = [row | {"performance": "更高"} for row in was if row["id"] != "major.g03.i02"]
    today.insert(4, own("新标准", "major.g02") | {"performance": "新"})
    again = rows.carried_again(Stage.PLAN, [*published, mine], today, ids(was))
    assert ids(again) == [
        *(f"major.g02.i0{n}" for n in (2, 3, 4)),  # the first was dropped on purpose
        today[4]["id"],  # new in the standard
        "major.g03.i01",
        "major.g03.i03",  # the second is in the standard no more
        mine["id"],
    ]
    assert (again[0]["performance"], again[0]["problem"]) == ("更高", "问题 major.g02.i02")
    assert (again[3]["performance"], again[3]["problem"]) == ("新", "")


def test_what_reviewers_said_of_a_version_is_not_said_of_the_next():
    plan = rows.carried(Stage.PLAN, standard())
    said = {"conclusion": "已达到", "review": "同意", "review_verdict": "相符", "sampling": "同意"}
    published = [row | said for row in rows.carried(Stage.COLLECTION, plan)]
    (first, *_rest) = rows.carried_again(Stage.COLLECTION, published, plan, ids(plan))
    assert (first["conclusion"], first["review"], first["sampling"]) == ("已达到", "", "")
    assert "review_verdict" not in first


def test_an_own_row_that_nobody_named_is_not_on_offer():
    born = rows.standards(MAJOR, [OWN])
    assert rows.offered([own("有名", OWN["id"])], born) == [own("有名", OWN["id"])]


def test_own_rows_of_last_year_are_on_offer_once_dropped():
    under = own("翻转课堂", "major.g06")
    born = rows.standards(MAJOR, [MAJOR_ROWS["major.g06"]], [under])
    assert ids(rows.offered(born[:1], born)) == ids(born)
    assert ids(rows.offered(born, born)) == ids(born)


def test_what_is_carried_is_on_offer_in_the_order_of_the_stage_before():
    under = own("翻转课堂", "major.g02")
    plan = rows.carried(Stage.PLAN, [under, *standard()])
    added = own("后加", "major.g02")
    assert ids(rows.carried_offered([*plan[1:], added], plan)) == [*ids(plan), added["id"]]
