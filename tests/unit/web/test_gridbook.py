"""A grid as a workbook: written without formulas, read back cell by cell, bad cells told."""

from __future__ import annotations

import io
import json

import pytest
import python_calamine
import xlsxwriter
from flask import Flask
from flask_babel import Babel

from engine.forms import load, rights, view
from quality.imports.errors import CellsComputed, EmptyFile
from web.tasks import gridbook

STATES = [{"value": "doing", "label": "进行中"}, {"value": "done", "label": "已完成"}]
SOURCE = {
    "type": "default",
    "id": "plan",
    "schemaVersion": 18,
    "components": [
        {
            "type": "grid",
            "key": "plans",
            "label": "计划",
            "levels": [{"key": "goal", "label": "目标"}, {"key": "item", "label": "项目"}],
            "own_rows": True,
            "columns": [
                {"type": "textarea", "key": "old", "label": "现状", "readonly": True},
                {"type": "textarea", "key": "problem", "label": "问题"},
                {"type": "number", "key": "weight", "label": "权重", "validate": {"max": 100}},
                {"type": "select", "key": "mark", "label": "状态", "values": STATES},
                {
                    "type": "list",
                    "key": "measures",
                    "label": "措施",
                    "fields": [
                        {"type": "textfield", "key": "what", "label": "内容"},
                        {"type": "textfield", "key": "owner", "label": "谁"},
                        {"type": "datetime", "key": "until", "label": "到", "subtype": "date"},
                        {"type": "select", "key": "state", "label": "状态", "values": STATES},
                    ],
                },
            ],
        }
    ],
}
ROWS = [
    {
        "id": f"r{n}",
        "goal": "g",
        "goal_label": "目标一",
        "label": f"项目{n}",
        "old": "=旧",
        "problem": "=1+1",
    }
    for n in (1, 2)
]


@pytest.fixture(scope="module")
def form():
    reading = load.read(json.dumps(SOURCE))
    assert reading.form is not None, reading.findings
    return reading.form


@pytest.fixture(scope="module")
def grid(form):
    drawn = view.view(form, {"plans": ROWS}, rights.parse("*:edit; plans.old:read"))
    return drawn.parts[0]


@pytest.fixture(autouse=True)
def words():
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def table(content):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def workbook(lines, *, formula=False):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("计划")
        for at, line in enumerate(lines):
            page.write_row(at, 0, line)
        if formula:
            page.write_formula(1, 3, "=1+1")
    return made.getvalue()


def test_what_is_written_has_no_formula_and_comes_back_unchanged(grid, form):
    content = gridbook.written(grid)
    head, first, *_rest = table(content)
    assert head == ["id", "目标", "项目", "现状", "问题", "权重", "状态", "措施"]
    assert first[:5] == ["r1", "目标一", "项目1", "'=旧", "'=1+1"]
    taken = gridbook.taken(content, grid, form.field("plans"), ROWS)
    assert (taken.rows, taken.count, taken.added, taken.bad) == (ROWS, 0, 0, [])


def test_a_number_goes_out_as_a_number_however_it_was_typed_and_comes_back_unchanged(form):
    typed = ["12.50", "1,000", "十五"]
    lines = [{**ROWS[0], "id": f"r{at}", "weight": text} for at, text in enumerate(typed)]
    grid = view.view(form, {"plans": lines}, rights.parse("*:edit; plans.old:read")).parts[0]
    content = gridbook.written(grid)
    assert [line[5] for line in table(content)[1:4]] == [12.5, 1000.0, "十五"]
    taken = gridbook.taken(content, grid, form.field("plans"), lines)
    assert (taken.rows, taken.count, taken.bad) == (lines, 0, [])


def test_good_cells_are_taken_and_bad_ones_are_told_with_their_place(grid, form):
    head = ["id", "目标", "项目", "现状", "问题", "权重", "状态", "措施"]
    measures = "1. 建基地（李明，2026-12-01，进行中）\n做调研（已完成）"
    lines = [
        head,
        ["r1", "目标一", "项目1", "别改", "新问题", "五", "已完成", measures],
        ["r2", "目标一", "项目二", "", "", 120, "别的", "一（二，三，四，五）"],
        ["", "目标一", "自己的", "", "写的", 5, "", ""],
        ["", "没有的目标", "无处", "", "写的", "", "", ""],
        ["r9", "目标一", "谁", "", "", "", "", ""],
    ]
    taken = gridbook.taken(workbook(lines), grid, form.field("plans"), ROWS)
    one, two, own = taken.rows
    assert (one["problem"], one["mark"], one["old"]) == ("新问题", "done", "=旧")
    assert "weight" not in one
    assert one["measures"] == [
        {"what": "建基地", "owner": "李明", "until": "2026-12-01", "state": "doing"},
        {"what": "做调研", "owner": None, "until": None, "state": "done"},
    ]
    assert (two["label"], two["problem"]) == ("项目2", "")
    assert (own["label"], own["goal"], own["problem"], own["weight"]) == ("自己的", "g", "写的", 5)
    assert taken.added == 1
    assert [(bad.place, bad.row, bad.column) for bad in taken.bad] == [
        ("F2", "项目1", "权重"),
        ("C3", "项目2", "项目"),
        ("F3", "项目2", "权重"),
        ("G3", "项目2", "状态"),
        ("H3", "项目2", "措施"),
        ("B5", "无处", "目标"),
        ("A6", "谁", ""),
    ]


@pytest.mark.parametrize(
    "content", [b"id,a\n1,2\n", workbook([["别的", "表"]]), workbook([["id"]])]
)
def test_what_is_not_this_grid_is_refused(content, grid, form):
    with pytest.raises(gridbook.NotThisGrid):
        gridbook.taken(content, grid, form.field("plans"), ROWS)


def test_nothing_and_formulas_are_refused(grid, form):
    with pytest.raises(EmptyFile):
        gridbook.taken(b"", grid, form.field("plans"), ROWS)
    head = ["id", "目标", "项目", "现状", "问题"]
    content = workbook([head, ["r1", "", "", "", ""]], formula=True)
    with pytest.raises(CellsComputed):
        gridbook.taken(content, grid, form.field("plans"), ROWS)
