"""A process administrator changes figure 4 while cases are running on it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.person import Person
from tests.browser.site import Site

# how a flow is drawn is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
NEW, OLD = "工业机器人技术", "模具设计与制造"
THIRD = "质量管理处核准"
NOTE = "教务处审定后由质量管理处核准，从本学年起。"
BEFORE, BEHIND = "academic_affairs_approval", "publish"


def test_a_third_step_is_drawn_and_published_and_only_new_cases_take_it(
    enter: Enter, site: Site
) -> None:
    serving = site.pid
    draw_third_step(enter("process_admin"))

    leader, reviewer, office = (
        enter("major_leader"),
        enter("college_reviewer"),
        enter("academic_affairs"),
    )
    acts.begin(leader.page, NEW, "专业建设目标")
    for row in acts.rows(leader.page, "goals").all():
        acts.cell(row, "description").fill("三年内达到省内一流。")
    leader.page.get_by_role("link", name="流程图").click()
    expect(leader.page.locator("[data-element-id]").filter(has_text=THIRD).first).to_be_visible()
    leader.photograph("05-new-case")
    acts.open_from_inbox(leader.page, NEW)
    acts.press(leader.page, "提交")
    acts.told(leader.page, "现在到二级学院审核")
    for major in (NEW, OLD):
        acts.open_from_inbox(reviewer.page, major)
        acts.agree(reviewer.page, "审核通过", "同意。")
        acts.told(reviewer.page, "现在到教务处审定")
        acts.open_from_inbox(office.page, major)
        acts.agree(office.page, "审定通过", "同意。")
        acts.told(office.page, f"现在到{THIRD}" if major == NEW else "已审定通过")
    quality = enter("quality_office")
    acts.open_from_inbox(quality.page, NEW)
    quality.photograph("06-third-step")
    acts.agree(quality.page, "核准", "核准。")
    acts.told(quality.page, "已核准")

    for major, number in ((NEW, 2), (OLD, 1)):
        acts.find_case(reviewer.page, major)
        acts.wait_ended(reviewer.page)
        expect(reviewer.page.locator(".figure-card header")).to_contain_text(f"v{number}")
    reviewer.photograph("07-old-case")
    assert site.pid == serving


def draw_third_step(admin: Person) -> None:
    page = admin.page
    page.goto("/definitions")
    page.get_by_role("link", name=re.compile("专业建设目标")).click()
    admin.photograph("01-definition")
    open_designer(page)
    admin.photograph("02-designer")
    shape(page, BEFORE).click()
    page.locator(".djs-context-pad [data-action='append.user_task']").click()
    findings = page.locator("[data-designer-findings]")
    expect(findings.get_by_text("办理步骤（在‘教务处审定’之后）", exact=True).first).to_be_visible()
    expect(findings.get_by_text(re.compile("个错误"))).to_be_visible()
    admin.photograph("03-designer-finding")
    findings.locator("li button").first.click()

    panel = page.locator("[data-designer-panel]")
    fill(panel, "名称", THIRD)
    panel.locator("[data-field='who']").get_by_label("加一条规则").select_option("head")
    panel.get_by_label("哪个单位的").select_option("unit")
    panel.get_by_label("单位", exact=True).select_option(label="质量管理处")
    panel.locator(".zg-rule-builder").first.get_by_role("button", name="加上").click()
    expect(panel.locator(".zg-rules").first).to_contain_text("负责人")
    panel.get_by_label("这一步用的表单").select_option("major")
    panel.get_by_label("其余字段").select_option("read")
    fill(panel, "“同意”的叫法", "核准")
    panel.get_by_role("checkbox", name="转办").uncheck()
    panel.get_by_label("教务处审定").check()
    expect(findings.get_by_text("没有发现问题")).to_be_visible()
    expect(shape(page, BEFORE)).to_be_visible()
    save(page)
    admin.photograph("04-designer-saved")

    page.get_by_role("button", name="发布", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="发布", exact=True).click()
    expect(dialog.get_by_text("请写明改了什么。")).to_be_visible()
    dialog.get_by_label("改了什么").fill(NOTE)
    dialog.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("现行第 2 版")).to_be_visible()
    expect(page.locator(".versions")).to_contain_text(NOTE)
    expect(page.get_by_role("row", name=re.compile(THIRD))).to_contain_text("核准")


def test_saving_over_somebody_elses_draft_is_refused_and_nothing_is_lost(enter: Enter) -> None:
    one, other = enter("process_admin"), enter("process_admin2")
    other.expects(409, 412)
    for person in (one, other):
        person.page.goto("/definitions/approval_major")
        open_designer(person.page)
    rename(one.page, "二级学院初审")
    save(one.page)
    rename(other.page, "二级学院复审")
    other.page.get_by_role("button", name="保存草稿").click()
    dialog = other.page.get_by_role("dialog", name="草稿已被别人改过")
    expect(dialog).to_be_visible()
    other.photograph("08-conflict")
    dialog.get_by_role("button", name="继续编辑").click()
    expect(shape(other.page, "college_review")).to_contain_text("二级学院复审")
    other.page.get_by_role("button", name="保存草稿").click()
    dialog.get_by_role("button", name="用我的覆盖").click()
    expect(other.page.locator("[data-designer-status]")).to_have_text(re.compile("谢时雨 保存"))
    one.page.reload()
    expect(shape(one.page, "college_review")).to_contain_text("二级学院复审")


def open_designer(page: Page) -> None:
    page.get_by_role("link", name="打开设计器").click()
    expect(shape(page, BEFORE)).to_be_visible()
    expect(page.locator("[data-designer-findings]").get_by_text("没有发现问题")).to_be_visible()


def shape(page: Page, element: str) -> Locator:
    return page.locator(f".djs-shape[data-element-id={element}]")


def rename(page: Page, name: str) -> None:
    shape(page, "college_review").click()
    fill(page.locator("[data-designer-panel]"), "名称", name)


def fill(panel: Locator, label: str, text: str) -> None:
    field = panel.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Enter")


def save(page: Page) -> None:
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("[data-designer-status]")).to_have_text(re.compile("由 .+ 保存"))
