"""A form as it stands on paper: what the reader may see, and lines where nothing was filled in."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from engine.forms import load, rights, view
from quality.printing.paper import Entry, Heading, Heads, Pair, Table, Words
from web.config import read
from web.printing import papers
from web.printing.speaking import speaking, voice

FORM = {
    "type": "default",
    "id": "plan",
    "components": [
        {"type": "text", "id": "t", "text": "# 建设计划\n按年填写"},
        {
            "type": "group",
            "id": "g",
            "label": "表头",
            "properties": {"layout": "header"},
            "components": [
                {"type": "textfield", "id": "a", "key": "college", "label": "学院"},
                {"type": "textfield", "id": "b", "key": "secret", "label": "内部编号"},
            ],
        },
        {
            "type": "grid",
            "id": "p",
            "key": "plans",
            "label": "计划",
            "levels": [{"key": "goal", "label": "目标"}, {"key": "item", "label": "项目"}],
            "columns": [
                {"type": "textarea", "key": "problem", "label": "问题（原因）"},
                {"type": "textarea", "key": "remark", "label": "复核意见"},
                {
                    "type": "list",
                    "key": "measures",
                    "label": "改进措施",
                    "fields": [
                        {"type": "textarea", "key": "what", "label": "措施"},
                        {"type": "textfield", "key": "owner", "label": "责任人"},
                    ],
                },
                {"type": "number", "key": "weight", "label": "权重", "sum": True},
            ],
        },
        {"type": "textarea", "id": "r", "key": "note", "label": "备注"},
    ],
}
ROW = {"goal": "g1", "goal_label": "专业设计目标", "label": "参与度", "own": False}
VALUES = {
    "college": "智能制造学院",
    "secret": "不该印出来",
    "plans": [
        ROW
        | {"id": "i1", "problem": "没有企业", "remark": "不该印出来", "weight": 40}
        | {"measures": [{"what": "走访", "owner": "甲"}, {"what": "签约", "owner": "乙"}]},
        ROW | {"id": "i2", "label": "对接度", "problem": "", "remark": "", "weight": 60},
    ],
}
DONE = "1. 走访（甲）\n2. 签约（乙）"


@pytest.fixture
def on_paper():
    form = load.read(orjson.dumps(FORM)).form
    assert form is not None
    settings = read({"ZHENGAI_SECRET_KEY": "test", "ZHENGAI_TIMEZONE": "Asia/Shanghai"})

    def parts(values, given="*:read", language="zh"):
        drawn = view.view(form, values, rights.parse(given).for_reading())
        with speaking(voice(settings), language):
            return list(papers.parts(drawn.parts))

    return parts


def test_a_form_stands_on_paper_part_by_part(on_paper):
    title, words, heads, table, note = on_paper(VALUES)
    assert (title, words) == (Heading(1, "建设计划"), Words("按年填写"))
    assert heads == Heads((Pair("学院", "智能制造学院"), Pair("内部编号", "不该印出来")))
    assert note == Entry("备注", "")
    assert table.levels == ("目标", "项目")
    assert (table.columns[0].title, table.columns[0].note) == ("问题", "原因")
    (goal,) = table.goals
    assert goal.label == "专业设计目标"
    first, second = (row.cells for row in goal.rows)
    assert first == ("没有企业", "不该印出来", DONE, "40")
    assert second == ("", "", "", "60")
    assert (table.foot_label, table.foot[-1]) == ("合计", "100")


def test_what_the_reader_may_not_see_is_not_printed(on_paper):
    hidden = "*:read, secret:hidden, plans.remark:hidden"
    printed = repr(on_paper(VALUES, hidden))
    assert "不该印出来" not in printed
    assert "复核意见" not in printed
    assert "没有企业" in printed
    assert "计划" not in repr([p for p in on_paper(VALUES, "plans:hidden") if isinstance(p, Table)])


def test_an_empty_table_has_rows_to_write_into(on_paper):
    table = next(part for part in on_paper({}) if isinstance(part, Table))
    (goal,) = table.goals
    assert len(goal.rows) == papers.BLANK_ROWS
    assert {row.cells for row in goal.rows} == {("", "", "", "")}


def test_a_label_that_says_the_title_again_is_left_out(on_paper):
    parts = tuple(on_paper(VALUES))
    table = next(part for part in parts if isinstance(part, Table))
    twice = tuple(replace(table, label="建设计划") if part is table else part for part in parts)
    shown = papers._titled("专业·计划", twice)
    assert [part.label for part in shown if isinstance(part, Table)] == [""]
    assert papers._titled("专业·计划", (table,))[0] == Heading(1, "专业·计划")
