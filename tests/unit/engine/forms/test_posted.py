"""A page posted without any script: names read back into values, and the buttons of rows."""

from __future__ import annotations

import pytest

from engine.forms import posted, rights, rows, validation, view
from engine.forms.validation import Invalid
from tests.unit.engine.forms.making import field, form, goals, grid, items, own

OPTIONS = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]
FORM = form(
    field("title"),
    field("agree", "checkbox"),
    field("tags", "checklist", values=OPTIONS),
    grid(
        field("what", "textarea"),
        field("done", "checkbox"),
        field("tags", "checklist", values=OPTIONS),
        own_rows=True,
        optional_rows=True,
    ),
    grid(key="tree", nested=True, own_rows=True),
)


def read(*pairs):
    return posted.read(FORM, pairs)


def test_fields_boxes_and_lists_are_read():
    assert read(
        ("values[title]", "标题"),
        ("values[agree]", ""),
        ("values[agree]", "true"),
        ("values[tags][]", ""),
        ("values[tags][]", "a"),
        ("values[tags][]", "b"),
    ) == {"title": "标题", "agree": True, "tags": ["a", "b"]}


def test_nothing_ticked_is_said_and_not_merely_absent():
    assert read(("values[agree]", ""), ("values[tags][]", "")) == {"agree": False, "tags": []}


def test_rows_are_read_in_the_order_posted():
    values = read(
        ("values[rows][]", "t.1"),
        ("values[rows][t.1][what]", "乙"),
        ("values[rows][t.1][done]", ""),
        ("values[rows][t.1][tags]", ""),
        ("values[rows][t.1][tags]", "b"),
        ("values[rows][]", own()["id"]),
        (f"values[rows][{own()['id']}][label]", "自设"),
        (f"values[rows][{own()['id']}][done]", "true"),
    )
    assert values["rows"] == [
        {"id": "t.1", "what": "乙", "done": False, "tags": ["b"]},
        own(label="自设", done=True),
    ]


@pytest.mark.parametrize(
    "name",
    ["outcome", "comment", "csrf_token", "values", "values[]", "values[title", "xvalues[title]",
     "values[title]]", "values[a][b][c][d]", "rows[rows]", "rows[rows][add][x]", "rows[title][add]",
     "rows[rows][drop]"],
)  # fmt: skip
def test_other_names_are_not_ours(name):
    assert read((name, "x")) == {}


@pytest.mark.parametrize("name", ["values[nothing]", "values[__proto__]", "values[title][x][y]"])
def test_a_field_that_the_form_has_not_is_refused_later(name):
    with pytest.raises(Invalid) as refusal:
        validation.draft(FORM, read((name, "x")), rights.EDIT_ALL)
    assert list(refusal.value.errors) == [name]


def test_a_column_that_the_grid_has_not_is_refused_later():
    values = read(("values[rows][t.0][secret]", "x"))
    with pytest.raises(Invalid) as refusal:
        validation.draft(FORM, values, rights.EDIT_ALL, stored={"rows": goals("甲")})
    assert list(refusal.value.errors) == ["rows/t.0/secret"]


def test_too_much_is_refused_while_reading():
    with pytest.raises(Invalid):
        read(*[("values[title]", "x" * 100_000)] * 11)
    with pytest.raises(Invalid):
        read(*[("values[title]", "")] * 20_001)


TABLE = [("values[rows][]", "t.0"), ("values[rows][]", "t.1"), ("values[rows][]", "t.2")]


def order(*pairs):
    return [row["id"] for row in read(*TABLE, *pairs)["rows"]]


@pytest.mark.parametrize(
    ("act", "row", "after"),
    [
        ("remove", "t.1", ["t.0", "t.2"]),
        ("remove", "t.9", ["t.0", "t.1", "t.2"]),
        ("up", "t.1", ["t.1", "t.0", "t.2"]),
        ("up", "t.0", ["t.0", "t.1", "t.2"]),
        ("down", "t.1", ["t.0", "t.2", "t.1"]),
        ("down", "t.2", ["t.0", "t.1", "t.2"]),
        ("down", "t.9", ["t.0", "t.1", "t.2"]),
        ("restore", "t.3", ["t.0", "t.1", "t.2", "t.3"]),
        ("restore", "t.1", ["t.0", "t.1", "t.2"]),
    ],
)
def test_a_row_button_does_what_it_says(act, row, after):
    assert order((f"rows[rows][{act}]", row)) == after


def test_adding_puts_a_fresh_row_at_the_end():
    added = read(*TABLE, ("rows[rows][add]", ""))["rows"][-1]
    assert rows.OWN.fullmatch(added["id"])
    assert added["label"] == ""


def test_a_row_named_without_a_column_is_only_there():
    assert read(("values[rows][t.0]", "x")) == {"rows": [{"id": "t.0"}]}


def test_adding_to_an_empty_page_starts_the_table():
    assert len(read(("rows[rows][add]", ""))["rows"]) == 1


def test_adding_under_a_goal_puts_the_row_behind_its_last_one():
    tree = items("g1", "a", "b") + items("g2", "c")
    pairs = []
    for row in tree:
        pairs += [("values[tree][]", row["id"]), (f"values[tree][{row['id']}][goal]", row["goal"])]
    values = read(*pairs, ("rows[tree][add]", "g1"))
    assert [row["goal"] for row in values["tree"]] == ["g1", "g1", "g1", "g2"]
    kept = validation.draft(FORM, values, rights.EDIT_ALL, stored={"tree": tree})
    assert kept["tree"][2]["goal_label"] == "目标 g1"


def test_the_button_of_a_row_comes_through_the_checks_like_anything_posted():
    values = read(("values[tree][]", "g1.a"), ("rows[tree][add]", "g9"))
    with pytest.raises(Invalid):
        validation.draft(FORM, values, rights.EDIT_ALL, stored={"tree": items("g1", "a")})


def test_one_more_row_beside_a_row_left_open_is_named_after_it():
    it = form(grid(nested=True, own_rows=True))
    pairs = [
        ("values[rows][]", "t.1"),
        ("values[rows][t.1][goal]", "g1"),
        ("values[rows][t.1][label]", "任务 1"),
        ("values[rows][]", "t.2"),
        ("values[rows][t.2][goal]", "g2"),
        ("rows[rows][add]", "g1"),
    ]
    first, new, other = posted.read(it, pairs)["rows"]
    assert (first["id"], new["label"], other["id"]) == ("t.1", "任务 2", "t.2")
    stored = [
        {"id": "t.1", "goal": "g1", "label": "任务 1", "placeholder": True},
        {"id": "t.2", "goal": "g2", "label": "定"},
    ]
    kept = validation.draft(it, {"rows": [first, new, other]}, rights.EDIT_ALL,
                            stored={"rows": stored})["rows"]  # fmt: skip
    assert [(row["label"], row["goal"]) for row in kept] == [
        ("任务 1", "g1"), ("任务 2", "g1"), ("定", "g2")]  # fmt: skip
    shown = view.view(it, {"rows": kept}, rights.EDIT_ALL).parts[0]
    assert [goal.next_label for goal in shown.goals] == ["任务 3", ""]
