"""A block of sixty rows from a spreadsheet, the network cut while one types, the laptop closed.

What is right stays, what is wrong is marked with its reason, and nothing typed is lost.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine import db as database
from engine import definitions, instances, people
from engine.models import User, UserTask
from engine.people import SYSTEM
from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.site import Site

# what a page does with a clipboard is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)

FLOW: Final = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:test" id="d">'
    '<bpmn:process id="wide" name="宽表" isExecutable="true"><bpmn:startEvent id="start"/>'
    '<bpmn:userTask id="fill" name="填写" camunda:candidateGroups="initiator" '
    'camunda:formRef="wide"><bpmn:extensionElements><camunda:properties>'
    '<camunda:property name="field_rights" value="*:edit"/></camunda:properties>'
    '</bpmn:extensionElements></bpmn:userTask><bpmn:endEvent id="end"/>'
    '<bpmn:sequenceFlow id="a" sourceRef="start" targetRef="fill"/>'
    '<bpmn:sequenceFlow id="b" sourceRef="fill" targetRef="end"/>'
    "</bpmn:process></bpmn:definitions>"
)
CHOICES: Final = [{"value": "routine", "label": "常规"}, {"value": "project", "label": "项目"}]
COLUMNS: Final[tuple[dict[str, Any], ...]] = (
    {"type": "textarea", "key": "state", "label": "现状"},
    {"type": "textarea", "key": "problem", "label": "问题"},
    {"type": "textarea", "key": "measures", "label": "改进措施"},
    {"type": "textfield", "key": "owner", "label": "责任人", "validate": {"maxLength": 20}},
    {"type": "datetime", "key": "until", "label": "完成时间", "subtype": "date"},
    {"type": "number", "key": "weight", "label": "权重", "validate": {"min": 0, "max": 100}},
    {"type": "number", "key": "money", "label": "经费"},
    {"type": "select", "key": "mark", "label": "类别", "values": CHOICES},
    {"type": "textfield", "key": "remark", "label": "备注"},
)
GRID: Final = {
    "type": "grid",
    "id": "grid",
    "key": "plans",
    "label": "计划",
    "levels": [{"key": "goal", "label": "任务"}],
    "own_rows": True,
    "columns": COLUMNS,
}
FORM: Final = json.dumps({"type": "default", "id": "wide", "components": [GRID]})
ROWS: Final = 60
QUOTED: Final = '"第一行\n第二行，说""好"""'
CELLS: Final = ("现状", QUOTED, "措施", "吴允恭", "2027/3/5", "20%", "1,000", "项目", "")
BAD: Final = {
    (9, "owner"): ("长" * 21, "最多 20 个字，现在有 21 个。"),
    (19, "until"): ("下周五", "“下周五”不是日期"),
    (29, "weight"): ("十五", "“十五”不是数字"),
    (59, "mark"): ("其他", "“其他”不在选项里"),
}
PASTE: Final = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
KEPT: Final = "Object.keys(localStorage).filter((key) => key.includes(':draft:'))"
TYPED: Final = "断网的时候写下的。"


def test_a_block_from_a_spreadsheet_and_what_is_typed_offline_is_not_lost(
    enter: Enter, site: Site
) -> None:
    leader = enter("major_leader")
    page = leader.page
    page.goto(f"/tasks/{begun(site)}")
    page.get_by_role("button", name="加一行", exact=True).click()
    rows = acts.rows(page, "plans")
    name = rows.first.get_by_label("这一行的名称")
    expect(name).to_be_focused()
    name.evaluate(PASTE, block())
    note = page.locator("[data-grid-note]")
    expect(note).to_contain_text(f"粘贴了 {ROWS} 行 10 列，放入 10 格。{ROWS - 1} 行超出表尾")
    note.get_by_role("button", name=f"加 {ROWS - 1} 行放进去").click()
    expect(rows).to_have_count(ROWS)
    expect(note).to_contain_text(f"放入 {ROWS * 10 - len(BAD)} 格。{len(BAD)} 格不对")
    expect_pasted(page)
    leader.photograph("01-pasted")

    note.get_by_role("button", name="看不对的格").click()
    expect(cell(page, 9, "owner")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(1)
    expect(name).to_have_value("")
    expect(page.locator("[data-grid] .err")).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(rows).to_have_count(ROWS)
    expect_pasted(page)
    acts.wait_saved(page)

    leader.goes_offline()
    first = cell(page, 3, "problem")
    first.fill(TYPED)
    expect(page.locator(".form-foot [data-form-saved]")).to_contain_text("没有保存到服务器")
    leader.photograph("02-offline")
    cell(page, 4, "problem").fill(f"{TYPED}又一格")
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    address = page.url
    page.close()

    leader.comes_back()
    page = leader.new_page()
    with page.expect_response(re.compile("/draft$")):
        page.goto(address)
    expect(page.locator(".form-told")).to_have_text(re.compile("恢复了 .+ 2 处"))
    expect(cell(page, 3, "problem")).to_have_value(TYPED)
    expect(cell(page, 4, "problem")).to_have_value(f"{TYPED}又一格")
    leader.photograph("03-restored")
    assert page.evaluate(KEPT) == []
    page.reload()
    expect(cell(page, 3, "problem")).to_have_value(TYPED)
    expect(acts.rows(page, "plans")).to_have_count(ROWS)
    page.close()


def test_two_windows_on_one_draft_see_what_differs_and_choose(enter: Enter, site: Site) -> None:
    leader = enter("major_leader")
    leader.expects(412)
    page = leader.page
    page.goto(f"/tasks/{begun(site)}")
    page.get_by_role("button", name="加一行", exact=True).click()
    acts.rows(page, "plans").first.get_by_label("这一行的名称").fill("任务1")
    cell(page, 0, "state").fill("先写的")
    acts.wait_saved(page)
    other = leader.new_page()
    other.goto(page.url)
    cell(other, 0, "state").fill("那边写的")
    cell(other, 0, "problem").fill("那边另一格")
    with other.expect_response(re.compile("/draft$")):
        other.keyboard.press("Control+s")
    other.close()

    cell(page, 0, "state").fill("这边写的")
    page.keyboard.press("Control+s")
    asked = page.locator(".form-conflict")
    expect(asked).to_contain_text("在 1 处写得不一样")
    expect(asked.get_by_role("row").nth(1)).to_have_text(
        re.compile("任务1 · 现状.*这边写的.*那边写的")
    )
    expect(cell(page, 0, "problem")).to_have_value("那边另一格")
    expect(cell(page, 0, "state")).to_have_value("这边写的")
    leader.photograph("04-two-windows")
    asked.get_by_role("button", name="都用对方的").click()
    asked.get_by_role("button", name="就这样定").click()
    expect(cell(page, 0, "state")).to_have_value("那边写的")
    acts.wait_saved(page)
    page.get_by_role("button", name="撤销", exact=True).first.click()
    expect(cell(page, 0, "state")).to_have_value("这边写的")
    with page.expect_response(re.compile("/draft$")) as saved:
        page.keyboard.press("Control+s")
    assert saved.value.ok


def test_last_years_text_is_taken_by_the_cell_the_row_and_as_a_whole(enter: Enter) -> None:
    teacher = enter("teacher")
    page = teacher.page
    page.goto("/instances/new")
    offer = page.get_by_role("listitem").filter(has_text="教师发展质量标准 2027")
    offer.get_by_role("button", name="发起").click()
    rows = acts.rows(page, "standards")
    first = rows.first
    told = first.locator("[data-column=performance]")
    now = told.get_by_role("textbox")
    now.fill("另有一项。")
    told.get_by_role("button", name="去年").click()
    box = page.get_by_role("dialog", name="2026年的内容")
    old = box.locator(".form-old").inner_text()
    assert old == f"{box.locator('ins').inner_text()}。"
    teacher.photograph("05-last-year")
    box.get_by_role("button", name="取这一格（1）").click()
    expect(now).to_have_value(old)
    expect(now).to_be_focused()

    # the point of 2027 that reads as that of 2026 is chosen; one that is gone can only be read
    point, other = (
        rows.nth(at).locator("[data-column=work_point]").get_by_role("combobox") for at in (0, 1)
    )
    other.evaluate("(select) => { while (select.options[1]) select.options[1].remove(); }")
    for chosen, count in ((other, 0), (point, 1)):
        chosen.focus()
        page.keyboard.press("F2")
        page.keyboard.press("F2")
        expect(box.locator("ins")).to_have_text(re.compile(r"^\d+\.\d+ "))
        words = box.locator("ins").inner_text()
        assert box.get_by_role("button", name=f"取这一格（{count}）").is_enabled() == (count > 0)
        page.keyboard.press("Escape")
    page.keyboard.press("F2")
    page.keyboard.press("F2")
    box.get_by_role("button", name="取这一行（3 格）").click()
    expect(point.locator("option:checked")).to_have_text(words)
    expect(first.locator("[data-column=process]").get_by_role("textbox")).not_to_have_value("")
    expect(rows.nth(1).locator("[data-column=process] textarea")).to_have_value("")

    page.get_by_role("button", name="取2026年的全部").click()
    note = page.locator("[data-grid-note]")
    expect(note).to_contain_text(re.compile(r"取用了 \d+ 格。1 格的选项现在没有了，没有取。"))
    last = rows.last.locator("[data-column=process] textarea")
    expect(last).not_to_have_value("")
    note.get_by_role("button", name="撤销").click()
    expect(last).to_have_value("")
    expect(now).not_to_have_value("")
    acts.wait_saved(page)


def test_behind_plan_1_of_the_template_comes_plan_2_spoken_of_by_its_name(enter: Enter) -> None:
    page = enter("college_head").page
    acts.begin(page, "智能制造学院", "二级学院质量标准 2027")
    goal = page.locator("[data-grid=standards] tbody").filter(has_text="计划 1").first
    goal.get_by_role("button", name=re.compile("下加一行$")).click()
    expect(goal.get_by_label("这一行的名称").last).to_have_value("计划 2")
    expect(goal.get_by_label("目标 · 计划 2 · 绩效")).to_be_visible()
    # a text without tabs and lines is a choice as well
    point = goal.get_by_label("目标 · 计划 2 · 对应的工作要点")
    point.evaluate(PASTE, "2.1 建设在线精品课程，推动课堂教学改革")
    expect(point.locator("option:checked")).to_have_text(re.compile(r"^2\.1 "))
    acts.wait_saved(page)


def test_ctrl_d_fills_down_and_too_long_a_text_is_marked_while_it_is_typed(
    enter: Enter, site: Site
) -> None:
    page = enter("major_leader").page
    page.goto(f"/tasks/{begun(site)}")
    for _row in range(3):
        page.get_by_role("button", name="加一行", exact=True).click()
    acts.rows(page, "plans").first.locator("[data-column=owner] input").evaluate(
        PASTE, "吴允恭\t2027/3/5\t20\t\t项目"
    )
    cell(page, 0, "remark").focus()
    page.keyboard.press("Shift+Tab")
    for key in (*["Shift+ArrowLeft"] * 4, *["Shift+ArrowDown"] * 2, "Control+d"):
        page.keyboard.press(key)
    note = page.locator("[data-grid-note]")
    expect(note).to_contain_text("向下填充了 10 格。")
    filled = {"owner": "吴允恭", "until": "2027-03-05", "weight": "20", "mark": "project"}
    for column, value in filled.items():
        expect(cell(page, 2, column)).to_have_value(value)
    page.keyboard.press("Control+z")
    for row in (1, 2):
        expect(cell(page, row, "owner")).to_have_value("")
    cell(page, 1, "owner").click()
    page.keyboard.press("Control+d")
    expect(cell(page, 1, "owner")).to_have_value("吴允恭")
    expect(cell(page, 2, "owner")).to_have_value("")

    long = cell(page, 2, "owner")
    long.press_sequentially("长" * 21)
    expect(long).to_have_accessible_description("最多 20 个字，现在有 21 个。")
    page.keyboard.press("Backspace")
    expect(page.locator("[data-grid] .err")).to_have_count(0)
    acts.wait_saved(page)


def test_a_published_wide_table_fills_the_screen_and_folds_its_columns(enter: Enter) -> None:
    page = enter("academic_affairs").page
    page.goto("/documents")
    page.get_by_role("main").get_by_role("link", name=re.compile("诊改信息采集")).first.click()
    page.get_by_role("button", name="全屏", exact=True).click()
    page.get_by_role("button", name="收起“绩效”这一列").click()
    expect(page.get_by_role("button", name="展开“绩效”这一列")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="全屏", exact=True)).to_be_visible()


def begun(site: Site) -> int:
    """Publish the flow with its wide form and begin a case; the number of its task."""
    engine = database.connect(site.database_url)
    with database.sessions(engine)() as db:
        database.begin_writing(db)
        definitions.publish(db, FLOW.encode(), by=SYSTEM, note="测试", forms={"wide": FORM})
        found = db.scalars(select(User.id).where(User.username == "major_leader")).one()
        case = instances.start(db, "wide", by=people.actor(db, found))
        task = db.scalars(select(UserTask.id).where(UserTask.instance_id == case)).one()
        db.commit()
    engine.dispose()
    return task


def block() -> str:
    """The block as a spreadsheet puts it on the clipboard."""
    keys = [column["key"] for column in COLUMNS]
    lines = []
    for number in range(ROWS):
        said = [BAD.get((number, key), (text,))[0] for key, text in zip(keys, CELLS, strict=True)]
        lines.append("\t".join((f"任务{number + 1}", *said)))
    return "\r\n".join(lines) + "\r\n"


def cell(page: Page, row: int, column: str) -> Any:
    """The control of a cell."""
    line = acts.rows(page, "plans").nth(row)
    return line.locator(f"[data-column={column}]").locator("textarea, input, select")


def expect_pasted(page: Page) -> None:
    """Every good cell holds its value in its own kind, every bad one says why it is bad."""
    for row in (0, 35, ROWS - 2):
        expect(cell(page, row, "problem")).to_have_value('第一行\n第二行，说"好"')
        expect(cell(page, row, "until")).to_have_value("2027-03-05")
        expect(cell(page, row, "weight")).to_have_value("20")
        expect(cell(page, row, "money")).to_have_value("1000")
        expect(cell(page, row, "mark")).to_have_value("project")
    expect(page.locator("[data-grid] .err")).to_have_count(len(BAD))
    for (row, column), (_text, reason) in BAD.items():
        place = acts.rows(page, "plans").nth(row).locator(f"[data-column={column}]")
        expect(place.locator(".err")).to_contain_text(reason)
        expect(cell(page, row, column)).to_have_attribute("aria-invalid", "true")
    expect(cell(page, 9, "owner")).to_have_value("长" * 21)
    expect(cell(page, 29, "weight")).to_have_value("十五")
