"""Calculated fields, columns and sums: worked out on the server, whatever was posted."""

from __future__ import annotations

import pytest

from engine.forms import calculated, load, posted, rights, validation, view
from tests.unit.engine.forms.making import field, form, grid, own, source, template

FORM = form(
    field("factor", "number"),
    field("total", "number", value="=sum(rows.points) * (if factor = null then 1 else factor)"),
    field("verdict", value='=if total > 10 then "好" else "差"'),
    grid(
        field("weight", "number", sum=True, sum_is=100),
        field("mark", "number"),
        field("points", "number", value="=round(weight * mark / 100, 1)", decimalDigits=1),
        field("share", "number", value="=weight / sum(rows.weight)", decimalDigits=2),
        own_rows=True,
    ),
)
EDIT = rights.EDIT_ALL
ROWS = [
    {**row, "weight": weight, "mark": mark}
    for row, weight, mark in zip(template("甲", "乙"), (60, 40), ("90", 55.5), strict=True)
]


def handed_in(values, it=FORM, **more):
    return validation.validate(it, values, EDIT, stored={"rows": template("甲", "乙")}, **more)


def test_columns_and_fields_are_worked_out_one_after_the_other():
    found = handed_in({"rows": ROWS, "factor": "2"})
    assert [(row["points"], row["share"]) for row in found["rows"]] == [(54, 0.6), (22.2, 0.4)]
    assert found["total"] == 152.4
    assert found["verdict"] == "好"


def test_what_is_posted_for_them_counts_for_nothing():
    lies = [{**row, "points": 1000} for row in ROWS]
    pairs = [("values[total]", "9999"), ("values[verdict]", "最好")]
    found = handed_in({**posted.read(FORM, pairs), "rows": lies})
    assert found["total"] == 76.2
    assert [row["points"] for row in found["rows"]] == [54, 22.2]


def test_own_rows_are_calculated_too():
    found = handed_in({"rows": [*ROWS[:1], own(label="自设", weight="40", mark=10)]})
    assert [row.get("points") for row in found["rows"]] == [54, 4, None]


def test_without_an_answer_the_field_is_empty():
    found = validation.draft(FORM, {"rows": []}, EDIT)
    assert found["total"] is None
    assert found["verdict"] is None


def test_a_page_shows_what_a_draft_would_have_and_a_reader_what_stands():
    stands = {"rows": ROWS, "total": 1}
    shown = view.view(FORM, stands, EDIT).parts
    assert (shown[1].text, shown[1].editable) == ("76.2", False)
    assert shown[1].is_calculated
    assert view.view(FORM, stands, rights.READ_ALL).parts[1].text == "1"
    assert view.view(FORM, {"rows": ROWS}, rights.READ_ALL).parts[1].text == "76.2"


def test_a_sum_that_must_be_is_checked_when_handing_in():
    short = [{**ROWS[0]}, {**ROWS[1], "weight": "30"}]
    assert validation.draft(FORM, {"rows": short}, EDIT, stored={"rows": template("甲", "乙")})
    with pytest.raises(validation.Invalid) as refused:
        handed_in({"rows": short})
    assert str(refused.value.errors["rows"]) == "“weight”一列的合计要是 100，现在是 90，还差 10。"
    short[1]["weight"] = "41.5"
    with pytest.raises(validation.Invalid) as refused:
        handed_in({"rows": short})
    assert str(refused.value.errors["rows"]).endswith("现在是 101.5，多了 1.5。")
    assert handed_in({"rows": [{**row, "weight": ""} for row in short]})
    only_read = rights.parse("*:edit, rows.weight:read")
    assert validation.validate(FORM, {"rows": short}, only_read, stored={"rows": short})


def test_sums_stand_under_their_columns():
    table = view.view(FORM, {"rows": ROWS}, EDIT).parts[3]
    assert table.has_totals
    assert [(one.total, one.total_must_be) for one in table.columns[:2]] == [
        ("100", "100"),
        ("", ""),
    ]


def test_decimals_add_up_as_people_add_them():
    rows = [
        {**row, "weight": one}
        for row, one in zip(template("a", "b", "c"), (0.1, 0.2, 99.7), strict=True)
    ]
    assert validation.validate(FORM, {"rows": rows}, EDIT, stored={"rows": template("a", "b", "c")})


def test_hidden_by_a_condition_is_empty_for_a_formula_and_kept_as_it_stood():
    it = form(
        field("kind"),
        field("extra", "number", conditional={"hide": '=kind = "a"'}),
        field("both", "number", value="=if extra = null then 0 else extra"),
        field("old", "number", value="=1 + 1", conditional={"hide": '=kind = "a"'}),
    )
    stored = {"extra": 5, "old": 7}
    found = validation.draft(it, {"kind": "a"}, EDIT, stored=stored)
    assert (found["both"], found["extra"], found["old"]) == (0, 5, 7)
    assert validation.draft(it, {"kind": "b"}, EDIT, stored=stored)["old"] == 2


@pytest.mark.parametrize(
    ("components", "said"),
    [
        ([field("a", "number", value="=b"), field("b", "number", value="=a")], "绕成了圈"),
        ([field("a", "number", value="=a + 1")], "绕成了圈"),
        ([grid(field("x", "number", value="=sum(rows.x)"))], "绕成了圈"),
        ([field("a", value="=sum(rows.x)"), grid(field("x", "number", value="=a"))], "绕成了圈"),
        ([field("a", "number", value="=count(rows)"), grid()], "要写明“rows”的哪一列"),
        ([field("a", "number", value="=sum(rows.y)"), grid()], "要写明“rows”的哪一列"),
        ([field("a", "number", value="=b.c"), field("b")], "没有“c”这一部分"),
        ([field("a", "number", value="1 + 1")], "以等号开头"),
        ([field("a", "number", value="=1 +")], "公式没有写完"),
        ([field("a", "number", value="=open(1)")], "公式里看不懂“open”"),
        ([field("a", "number", value="=__import__(1)")], "公式里看不懂"),
        ([field("a", "number", value="=sum()")], "公式里看不懂"),
        ([field("a", "datetime", value="=1")], "不能有公式"),
        ([field("a", "list", fields=[field("b", value="=1")])], "不能有 value"),
        ([field("a", "textfield", sum=True)], "只有数字可以合计"),
    ],
)  # fmt: skip
def test_formulas_that_cannot_work_are_refused_with_a_sentence(components, said):
    reading = load.read(source(*components))
    assert reading.form is None
    assert said in "".join(one.text() for one in reading.findings)


def test_names_that_the_form_lacks_are_variables_of_the_case():
    it = form(field("due", "number", value="=year + 1"), grid(field("x"), field("y", value="=x")))
    assert it.variables == {"year"}
    assert validation.draft(it, {}, rights.parse("*:edit"), {"year": 2026})["due"] == 2027


def test_conditions_may_read_what_is_calculated_and_formulas_what_they_hide():
    it = form(
        field("a", "number"),
        field("twice", "number", value="=a * 2"),
        field("why", conditional={"hide": "=twice < 10"}),
        field("told", value='=if why = null then "—" else why'),
    )
    stored = {"why": "旧"}
    assert validation.draft(it, {"a": 1, "why": "新"}, EDIT, stored=stored)["told"] == "—"
    found = validation.draft(it, {"a": 9, "why": "新"}, EDIT, stored=stored)
    assert (found["twice"], found["told"]) == (18, "新")


def test_what_was_calculated_is_told_by_path_as_far_as_it_is_shown():
    values = validation.draft(FORM, {"rows": ROWS[:1]}, EDIT, stored={"rows": template("甲")})
    told = calculated.told(FORM, values, EDIT)
    assert told == {
        "total": "54",
        "verdict": "好",
        "rows/t.0/points": "54",
        "rows/t.0/share": "1",
    }
    some = rights.parse("*:edit, total:hidden, rows.points:hidden")
    assert calculated.told(FORM, values, some).keys() == {"verdict", "rows/t.0/share"}
