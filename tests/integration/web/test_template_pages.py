"""The pages of templates: reading, writing the next one with plain fields, handing it in."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from engine.college import committees, posts
from engine.people import SYSTEM
from quality.templates import Draft
from tests.college import ROOT, SINCE, publish
from web import template_form
from web.template_form import TypedGoal, TypedItem


@pytest.fixture
def lead(db, college, browser):
    """Who leads majors, with the flow that approves templates there."""
    made = committees.create(db, "quality_committee", "诊改委员会", "committee", by=SYSTEM)
    committees.seat(db, made, college.users["reviewer"], since=SINCE, by=SYSTEM)
    posts.create(db, "head", "负责人", by=SYSTEM)
    publish(db, (ROOT / "processes/approval_template.bpmn").read_bytes())
    db.commit()
    return browser("office")


def fields(page: str) -> dict[str, str]:
    """Every field of the editor as a browser sends it."""
    form = page[page.index('id="template"') :]
    found = {}
    for one in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', one), re.search(r'value="([^"]*)"', one)
        if name and ('type="checkbox"' not in one or " checked" in one):
            found[name[1]] = value[1] if value else ""
    return {**found, "note": ""}


def test_everybody_reads_templates_and_takes_them_along(browser):
    someone = browser("leader")
    assert "随系统提供" in someone.get("/templates").text
    assert "职业资格证书对接度" in someone.get("/templates/major").text
    assert "没有差异" in someone.get("/templates/major/changes").text
    book = CalamineWorkbook.from_filelike(BytesIO(someone.get("/templates/major/workbook").data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == ["目标", "标准表里的名称", "项目", "可以增加"]
    assert rows[2][2] == "行业企业参与度"
    assert someone.get("/templates/nothing").status_code == 404
    assert someone.get("/templates/major?number=7").status_code == 404
    assert someone.get("/templates/major/draft").status_code == 403


def test_the_next_template_is_written_saved_and_handed_in(lead):
    page = lead.get("/templates/major/draft").text
    typed = fields(page)
    token = typed["csrf_token"]
    last = int(typed["goals"]) - 1
    added = lead.post("/templates/major/draft", data={**typed, "do": f"add:i.{last}."})
    assert added.status_code == 200
    assert "这一页上的修改还没有保存。" in added.text
    assert "草稿与最新一版相同" not in added.text
    assert "这一页上的修改" not in page
    typed = fields(added.text)
    row = f"i.{last}.{int(typed[f'g.{last}.items']) - 1}"
    typed |= {f"{row}.label": "", f"{row}.more": "1", "g.0.label": ""}
    saved = lead.post("/templates/major/draft", data={**typed, "do": "save"})
    assert saved.status_code == 303
    page = lead.get("/templates/major/draft").text
    assert "草稿有 1 处要改" in page
    typed = fields(page) | {"g.0.label": "专业发展的定位目标", "first_year": "从明年起"}
    refused = lead.post("/templates/major/draft", data={**typed, "do": "save"})
    assert refused.status_code >= 400
    assert "请填写启用年度" in refused.text
    assert fields(refused.text)["g.0.label"] == "专业发展的定位目标"
    typed |= {"first_year": "2027"}
    assert lead.post("/templates/major/draft", data={**typed, "do": "save"}).status_code == 303
    stale = lead.post("/templates/major/draft", data={**typed, "g.0.label": "别的", "do": "save"})
    assert stale.status_code == 412
    typed = fields(stale.text)
    assert typed["g.0.label"] == "别的"
    over = {**typed, "g.0.label": "专业发展的定位目标", "do": "save"}
    assert lead.post("/templates/major/draft", data=over).status_code == 303
    begun = lead.post("/templates/major/submission", data={"csrf_token": token})
    assert begun.status_code == 303
    task = lead.get(begun.headers["Location"]).text
    assert "专业发展的定位目标" in task
    again = lead.post("/templates/major/submission", data={"csrf_token": token})
    assert "正在审定" in again.text
    gone = lead.post("/templates/major/draft/discard", data={"csrf_token": token, "revision": "3"})
    assert gone.status_code == 303


GOALS = (
    TypedGoal("a", "甲", "甲", (TypedItem("a.1", "一"), TypedItem("a.2", "二", more=True))),
    TypedGoal("b", "乙"),
)


@pytest.mark.parametrize(
    ("asked", "found", "focus"),
    [
        ("up:g.1", "ba", "g.0.label"),
        ("down:g.0", "ba", "g.1.label"),
        ("up:g.0", "ab", "g.0.label"),
        ("remove:g.0", "b", "g.0.label"),
        ("add:g.0", "a-b", "g.1.label"),
        ("add:g.", "ab-", "g.2.label"),
        ("remove:g.9", "ab", ""),
        ("remove:i.9.0", "ab", ""),
        ("remove:g.99999999999", "ab", ""),
        ("dance", "ab", ""),
    ],
)
def test_a_button_changes_one_row_and_goes_on_there(asked, found, focus):
    typed = template_form.Typed(GOALS, "2027", "", 3)
    after = template_form.done(typed, asked)
    assert "".join(goal.id or "-" for goal in after.goals) == found
    assert after.focus == focus


def test_items_move_within_their_goal_and_what_is_typed_becomes_goals():
    typed = template_form.Typed(GOALS, "2027", "", 3)
    moved = template_form.done(typed, "down:i.0.0")
    assert [one.id for one in moved.goals[0].items] == ["a.2", "a.1"]
    more = template_form.done(moved, "add:i.1.")
    first, second = template_form.goals_of(more)
    assert [one.placeholder for one in first.items] == [True, False]
    assert (second.label_in_standard, second.items) == (None, ())
    assert template_form.of(Draft("major", 3, 2027, "", (first, second))).goals[0] == moved.goals[0]
