"""What a template gets to draw: names, spans, marks, errors, and nothing that may not be seen."""

from __future__ import annotations

from engine.forms import rights, view
from engine.sentence import Sentence
from tests.unit.engine.forms.making import field, form, goals, grid, items, major, own

EDIT = rights.EDIT_ALL
FORM = form(
    {"type": "text", "text": "# 标题"},
    {"type": "group", "label": "组", "components": [field("title"), field("code", readonly=True)]},
    {"type": "separator"},
    grid(own_rows=True, optional_rows=True, max_rows=4),
    grid(key="tree", nested=True, own_rows=True),
)
VALUES = {"title": "秘密", "code": "1", "rows": goals("甲", "乙"), "tree": items("g1", "a", "b")}


def drawn(given=EDIT, values=VALUES, it=FORM, **more):
    return view.view(it, values, given, **more)


def table(key, **more):
    return next(part for part in drawn(**more).parts if getattr(part, "key", "") == key)


def test_parts_come_in_the_order_of_the_form():
    assert [part.draws for part in drawn().parts] == ["text", "group", "separator", "grid", "grid"]


def test_names_are_those_that_are_read_back():
    group = drawn().parts[1]
    assert [part.name for part in group.parts] == ["values[title]", "values[code]"]
    assert [part.editable for part in group.parts] == [True, False]
    row = table("rows").goals[0].rows[0]
    assert row.cells[0].name == "values[rows][t.0][what]"
    assert row.label_name == "values[rows][t.0][label]"
    assert row.cells[0].html_id == "f-rows-t-0-what"


def test_a_goal_spans_its_items():
    tree = table("tree")
    assert [(goal.label, len(goal.rows)) for goal in tree.goals] == [("目标 g1", 2)]
    assert tree.levels == ("目标", "项目")
    assert tree.count == 2


def test_a_heading_is_parted_from_its_brackets():
    columns = next(
        part for part in major().parts if getattr(part, "key", "") == "standards"
    ).columns
    shown = view.view(major(), {}, EDIT, {}, {"stage": "standard"})
    heads = shown.parts[-1].columns
    assert [(head.title, head.note) for head in heads] == [
        ("绩效", "成果、效益、效率"),
        ("保障", "组织、制度、资源"),
        ("流程", "途径、方法、监控"),
        ("对应的工作要点", ""),
    ]
    assert [head.label for head in heads] == [column.label for column in columns]


def test_what_a_condition_or_a_right_hides_is_not_drawn():
    shown = view.view(major(), {}, EDIT, {}, {"stage": "goal"})
    assert [part.draws for part in shown.parts] == ["text", "group", "grid"]
    hidden = rights.parse("*:read, title:hidden, code:hidden, rows:hidden, tree.what:hidden")
    shown = drawn(hidden)
    assert [part.draws for part in shown.parts] == ["text", "separator", "grid"]
    assert shown.parts[2].columns == ()
    assert "秘密" not in repr(shown)


def test_a_reader_gets_nothing_to_press():
    shown = drawn(rights.READ_ALL)
    assert not shown.editable
    rows = table("rows", given=rights.READ_ALL)
    assert (rows.may_add, rows.blank, rows.restorable) == (False, None, ())
    assert not any(row.removable or row.renamable for goal in rows.goals for row in goal.rows)


def test_one_column_can_be_open_in_a_grid_that_is_not():
    given = rights.parse("*:read, rows.what:edit")
    rows = table("rows", given=given)
    assert (rows.editable, rows.may_add, rows.may_change_rows) == (True, False, False)
    assert drawn(given).editable


def test_own_rows_may_be_renamed_moved_and_removed():
    rows = table("rows", values={**VALUES, "rows": [*goals("甲"), own(label="我", own=True)]})
    template, mine = (goal.rows[0] for goal in rows.goals)
    assert (template.renamable, template.removable, template.movable) == (False, True, False)
    assert (mine.renamable, mine.removable, mine.movable) == (True, True, True)
    assert rows.may_add
    full = table("rows", values={**VALUES, "rows": goals(*"甲乙丙丁")})
    assert not full.may_add


def test_a_blank_row_is_there_to_be_copied():
    blank = table("rows").blank
    assert blank.id == "own-000000000000"
    assert blank.cells[0].label == "what"
    assert table("rows", before={}).blank.added is False


def test_template_rows_that_were_not_taken_can_be_taken_back():
    rows = table("rows", offered={"rows": goals("甲", "乙", "丙")})
    assert [gone.label for gone in rows.restorable] == ["丙"]
    assert table("tree", offered={"tree": items("g1", "z")}).restorable == ()


def test_errors_stand_at_their_place_and_in_the_list_on_top():
    said = Sentence("请填写“{label}”。", label="x")
    errors = {"": said, "title": said, "rows": said, "rows/t.0/what": said,
              "rows/t.1/label": said, "rows/t.1": said}  # fmt: skip
    shown = drawn(errors=errors)
    assert [one.html_id for one in shown.errors] == [
        "", "f-title", "f-rows", "f-rows-t-0-what", "f-rows-t-1-label", "f-rows-t-1",
    ]  # fmt: skip
    first, second = (goal.rows[0] for goal in table("rows", errors=errors).goals)
    assert first.cells[0].error == said
    assert (second.error, second.label_error) == (said, said)


def test_changes_are_marked_and_counted():
    before = {**VALUES, "title": "旧", "rows": [*goals("甲"), own(label="走了", own=True)]}
    now = {**VALUES, "rows": [{**goals("甲")[0], "what": "x"}, *goals("甲", "乙")[1:]]}
    shown = drawn(values=now, before=before)
    assert shown.changed == 4
    assert shown.parts[1].parts[0].is_changed
    rows = table("rows", values=now, before=before)
    assert rows.goals[0].rows[0].cells[0].is_changed
    assert rows.goals[1].rows[0].added
    assert [gone.label for gone in rows.removed] == ["走了"]
    emptied = table("rows", values=VALUES, before={"rows": now["rows"]})
    assert emptied.goals[0].rows[0].cells[0].is_changed
    renamed = drawn(values={"rows": [own(label="新")]}, before={"rows": [own(label="旧")]})
    assert renamed.parts[3].goals[0].rows[0].renamed


def test_what_is_required_is_said():
    it = form(field("a", validate={"required": True}), field("b"))
    given = rights.parse("*:edit, b:required")
    assert [part.required for part in drawn(given, {}, it).parts] == [True, True]
    assert [part.required for part in drawn(rights.READ_ALL, {}, it).parts] == [False, False]


def test_a_default_is_shown_until_something_is_there():
    it = form(field("a", defaultValue="x"), field("b", conditional={"hide": '=a = "x"'}))
    assert [part.text for part in drawn(EDIT, {}, it).parts] == ["x"]
    assert [part.text for part in drawn(EDIT, {"a": ""}, it).parts] == ["", ""]


def test_damaged_values_are_drawn_as_far_as_they_go():
    shown = drawn(values={"rows": "x", "tree": [5, {"id": "g1.a"}], "title": ["x"]})
    assert shown.parts[3].count == 0
    assert shown.parts[4].count == 1
