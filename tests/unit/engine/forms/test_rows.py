"""Rows of a grid: own ones, optional ones, and every way to forge one."""

from __future__ import annotations

import pytest

from engine.forms import rights, rows, validation
from engine.forms.validation import Invalid
from tests.unit.engine.forms.making import field, form, goals, grid, items, own

EDIT = rights.EDIT_ALL
FLAT = form(grid(own_rows=True, optional_rows=True))
FIXED = form(grid())
NESTED = form(grid(nested=True, own_rows=True, optional_rows=True, max_rows=8))
REMARKS = form(grid(field("what", "textarea"), field("remark", "textarea"), own_rows=True))

STORED = goals("甲", "乙", "丙")
TREE = items("g1", "a", "b") + items("g2", "c")


def filled(it, table, stored, given=EDIT, offered=None):
    offer = None if offered is None else {"rows": offered}
    kept = validation.validate(it, {"rows": table}, given, stored={"rows": stored}, offered=offer)
    return kept["rows"]


def refused(it, table, stored, given=EDIT):
    with pytest.raises(Invalid) as refusal:
        validation.draft(it, {"rows": table}, given, stored={"rows": stored})
    return refusal.value.errors


def ids(table):
    return [row["id"] for row in table]


def changed(row, **more):
    return {**row, **more}


def test_cells_are_filled_and_the_template_keeps_its_words():
    kept = filled(FIXED, [{"id": "t.1", "what": "x"}], STORED)
    assert kept == [STORED[0], changed(STORED[1], what="x"), STORED[2]]


@pytest.mark.parametrize(
    "forged",
    [
        changed(STORED[0], label="改名"),
        changed(STORED[0], own=True),
        changed(STORED[0], placeholder=True),
        changed(STORED[0], goal="t.1"),
        changed(STORED[0], goal_label="x"),
    ],
)
def test_a_template_row_cannot_become_another(forged):
    assert refused(FLAT, [forged, *STORED[1:]], STORED)


@pytest.mark.parametrize(
    "forged",
    [
        {"id": "t.99", "what": "x"},
        {"id": "own-1"},
        {"id": "own-0000000000ZZ"},
        own(own=False, label="x"),
        own(placeholder=True, label="x"),
        own(goal="t.1", label="x"),
        {"id": "../../etc"},
        {"id": ""},
        {"id": "x" * 200},
        {"id": 5},
        {"id": None},
        {"what": "no id"},
        {"id": "t.1", "constructor": "x"},
        {"id": "t.1", "__proto__": {}},
        {"id": "t.1", "admin": True},
        {"id": "t.1", "own": "yes"},
        "row",
        5,
        None,
        [],
    ],
)
def test_a_row_that_is_none_is_refused_with_its_place(forged):
    errors = refused(FLAT, [*STORED, forged], STORED)
    assert all(path.startswith("rows") for path in errors)


@pytest.mark.parametrize("table", ["x", 5, {}, {"id": "t.0"}, [{}] * 301])
def test_a_table_that_is_none_is_refused(table):
    assert "rows" in next(iter(refused(FLAT, table, STORED)))


def test_the_same_row_twice_is_refused():
    assert refused(FLAT, [STORED[0], STORED[0]], STORED) == {"rows/t.0": "同一行提交了两次。"}


def test_own_rows_are_added_where_they_were_put():
    table = [STORED[0], own(1, label="自设", what="x"), *STORED[1:]]
    kept = filled(FLAT, table, STORED)
    assert ids(kept) == ["t.0", own()["id"], "t.1", "t.2"]
    assert kept[1] == own(goal=own()["id"], label="自设", own=True, what="x")


def test_own_rows_need_a_grid_that_has_them():
    assert "不能增加" in next(iter(refused(FIXED, [*STORED, own(label="x")], STORED).values()))


def test_an_own_row_needs_a_name_when_handing_in_but_not_in_a_draft():
    table = [*STORED, own(label=" ")]
    with pytest.raises(Invalid) as refusal:
        filled(FLAT, table, STORED)
    assert list(refusal.value.errors) == [f"rows/{own()['id']}/label"]
    kept = validation.draft(FLAT, {"rows": table}, EDIT, stored={"rows": STORED})
    assert ids(kept["rows"])[-1] == own()["id"]


def test_the_name_of_a_row_is_one_short_line():
    kept = filled(FLAT, [*STORED, own(label=" 两\n行 ")], STORED)
    assert kept[-1]["label"] == "两 行"
    assert refused(FLAT, [*STORED, own(label="x" * 300)], STORED)
    assert refused(FLAT, [*STORED, own(label="\ud800")], STORED)


def test_template_rows_keep_their_order_and_own_rows_move():
    mine = changed(own(label="自设"), own=True, goal=own()["id"], what="")
    stored = [*STORED, mine]
    kept = filled(FLAT, [mine, STORED[2], STORED[0], STORED[1]], stored)
    assert ids(kept) == [mine["id"], "t.0", "t.1", "t.2"]


def test_rows_can_be_dropped_only_where_the_grid_says_so():
    assert ids(filled(FLAT, [STORED[1]], STORED)) == ["t.1"]
    assert ids(filled(FIXED, [STORED[1]], STORED)) == ["t.0", "t.1", "t.2"]


def test_a_dropped_row_is_taken_back_from_what_is_offered():
    kept = filled(FLAT, [STORED[1], {"id": "t.0"}], [STORED[1]], offered=STORED)
    assert ids(kept) == ["t.0", "t.1"]
    assert kept[0] == STORED[0]


def test_an_own_row_stays_behind_the_row_it_was_put_behind():
    table = [STORED[1], own(label="自设"), STORED[2], {"id": "t.0"}]
    kept = filled(FLAT, table, STORED[1:], offered=STORED)
    assert ids(kept) == ["t.0", "t.1", own()["id"], "t.2"]


def test_own_rows_of_a_nested_grid_stand_under_a_goal_that_there_is():
    kept = filled(NESTED, [*TREE, own(goal="g1", label="自设")], TREE)
    assert ids(kept) == ["g1.a", "g1.b", own()["id"], "g2.c"]
    assert kept[2]["goal_label"] == "目标 g1"
    assert refused(NESTED, [*TREE, own(goal="g9", label="x")], TREE)
    assert refused(NESTED, [*TREE, own(label="x")], TREE)


def test_a_goal_whose_rows_were_all_dropped_can_be_filled_again():
    kept = filled(NESTED, [own(goal="g2", label="自设")], TREE[:2], offered=TREE)
    assert ids(kept) == [own()["id"]]


def test_rows_are_counted():
    many = [own(number, goal="g1", label="x") for number in range(9)]
    assert "最多 8 行" in refused(NESTED, many, TREE)["rows"]
    stubborn = form(grid(own_rows=True, max_rows=4))
    more = [own(number, label="x") for number in range(3)]
    with pytest.raises(Invalid) as refusal:
        filled(stubborn, more, STORED)
    assert "最多 4 行" in refusal.value.errors["rows"]


def test_a_placeholder_row_may_be_named():
    stored = [changed(STORED[0], placeholder=True, label="计划 1")]
    assert filled(FLAT, [{"id": "t.0", "label": "微课"}], stored)[0]["label"] == "微课"
    with pytest.raises(Invalid):
        filled(FLAT, [{"id": "t.0", "label": ""}], stored)


def test_a_step_that_edits_one_column_changes_nothing_else():
    given = rights.parse("*:read, rows.remark:edit")
    stored = [changed(row, remark="") for row in STORED]
    posted = [{"id": "t.1", "what": "偷改", "remark": "批注"}]
    kept = filled(REMARKS, posted, stored, given)
    assert ids(kept) == ["t.0", "t.1", "t.2"]
    assert kept[1] == changed(stored[1], remark="批注")


@pytest.mark.parametrize("table", [[*STORED, own(label="x")], [own(label="x")], [{"id": "t.9"}]])
def test_a_step_that_edits_one_column_cannot_add_rows(table):
    given = rights.parse("*:read, rows.remark:edit")
    assert "不能增加行" in next(iter(refused(REMARKS, table, STORED, given).values()))


def test_a_column_can_be_required_by_the_form_or_by_the_step():
    must = form(grid(field("what", "textarea", validate={"required": True})))
    for it, given in ((must, EDIT), (FIXED, rights.parse("rows:edit, rows.what:required"))):
        with pytest.raises(Invalid) as refusal:
            filled(it, [changed(STORED[0], what="x"), *STORED[1:]], STORED, given)
        assert list(refusal.value.errors) == ["rows/t.1/what", "rows/t.2/what"]


def test_a_required_grid_has_at_least_one_row():
    with pytest.raises(Invalid) as refusal:
        filled(FLAT, [], STORED, rights.parse("rows:required"))
    said = "“rows”至少要有 1 行：请取回没有采用的模板行，或者加上自己的行。"
    assert refusal.value.errors == {"rows": said}


def test_an_empty_cell_is_named_by_row_and_column_in_rows_of_the_template_and_own_ones():
    it = form(
        grid(
            field("what", "textarea", label="描述", validate={"required": True}),
            own_rows=True,
            optional_rows=True,
            nested=True,
        )
    )
    stored = items("g", "a", "b")
    table = [*stored, own(1, goal="g", label="自己的", what=" \u200b"), own(2, goal="g", label="")]
    with pytest.raises(Invalid) as refusal:
        filled(it, [table[0] | {"what": "写了"}, *table[2:]], stored)
    assert refusal.value.errors == {
        "rows/own-000000000001/what": "请填写“目标 g · 自己的”的“描述”。",
        "rows/own-000000000002/what": "请填写这一行的“描述”。",
        "rows/own-000000000002/label": "请写上这一行的名称，或者删去这一行。",
    }
    assert len(refusal.value.filled["rows"]) == 3


def test_a_wrong_cell_is_named_by_row_and_column_and_the_good_ones_stay():
    it = form(grid(field("weight", "number"), field("what", "textarea")))
    stored = [changed(row, weight=None) for row in STORED]
    table = [changed(stored[0], weight="15"), changed(stored[1], weight="十五", what="好")]
    with pytest.raises(Invalid) as refusal:
        filled(it, [*table, stored[2]], stored)
    assert list(refusal.value.errors) == ["rows/t.1/weight"]
    assert refusal.value.filled["rows"][0]["weight"] == 15
    assert (refusal.value.filled["rows"][1]["weight"], table[1]["what"]) == ("十五", "好")


def test_a_column_hidden_by_a_condition_cannot_be_filled():
    it = form(grid(field("what"), field("extra", conditional={"hide": '=stage = "goal"'})))
    stored = [changed(STORED[0], extra="旧")]
    values = {"rows": [{"id": "t.0", "what": "新", "extra": "偷"}]}
    kept = validation.validate(it, values, EDIT, {"stage": "goal"}, stored={"rows": stored})
    assert kept["rows"][0]["extra"] == "旧"
    kept = validation.validate(it, values, EDIT, {"stage": "plan"}, stored={"rows": stored})
    assert kept["rows"][0]["extra"] == "偷"


def test_a_grid_that_was_not_posted_stays():
    assert validation.draft(FLAT, {}, EDIT, stored={"rows": STORED})["rows"] == STORED
    assert validation.draft(FLAT, {"rows": None}, EDIT, stored={"rows": STORED})["rows"] == STORED


def test_stored_rows_are_never_changed_in_place():
    before = [dict(row) for row in STORED]
    kept = filled(FLAT, [changed(row, what="x") for row in STORED], STORED)
    kept[0]["what"] = "y"
    assert before == STORED


def test_a_fresh_identity_is_one():
    assert rows.OWN.fullmatch(rows.own_id())
    assert rows.own_id() != rows.own_id()


def test_what_is_no_row_is_not_listed():
    assert rows.listed("x") == []
    assert rows.listed([5, {"a": 1}, {"id": 5}, {"id": "t.0"}]) == [{"id": "t.0"}]


def test_a_grid_of_which_only_a_shut_column_is_named_stays_as_stored():
    given = rights.parse("*:read, title:edit")
    it = form(field("title"), grid())
    kept = validation.draft(it, {"title": "x", "rows": []}, given, stored={"rows": STORED})
    assert kept == {"title": "x", "rows": STORED}


def test_a_new_row_starts_with_the_defaults_of_its_columns():
    columns = [
        field("what", defaultValue="x"),
        field("tags", "checklist", values=[{"value": "v"}], defaultValue=["v"]),
        field("weight", "number"),
    ]
    it = form(grid(*columns, own_rows=True))
    kept = filled(it, [own(label="自设")], [])
    assert kept == [
        own(goal=own()["id"], label="自设", own=True, what="x", tags=["v"], weight=None)
    ]


@pytest.mark.parametrize(
    ("open_ones", "own_ones", "label"),
    [
        (["任务 1"], [], "任务 2"),
        (["任务 1"], ["任务 2", "任务 7", "别的 9", "校园网"], "任务 8"),
        (["校园网升级"], ["任务 2"], ""),
        ([], ["任务 2"], ""),
        (["2027"], [], ""),
        (["计划9999"], [], ""),
    ],
)
def test_a_row_left_open_multiplies_by_its_number(open_ones, own_ones, label):
    assert rows.next_label(open_ones, own_ones) == label


def test_a_table_without_own_rows_carries_those_of_the_table_before_as_they_are():
    carried = [changed(STORED[0], own=True), changed(STORED[1], placeholder=True), STORED[2]]
    kept = filled(FIXED, [{"id": "t.1", "what": "x"}], carried)
    assert kept == [carried[0], changed(carried[1], what="x"), carried[2]]  # none can be removed
    for row in carried[:2]:
        assert refused(FIXED, [changed(row, label="改名")], carried)
