"""What goes wrong at a desk: too much text, a lost session, two at once, a finger too quick.

Nothing that somebody typed is lost, nothing is done twice, and each time a sentence says what is.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.person import PASSWORD

# what is written is the same on every database: the integration tests ask both
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
OWN, BACK = "工业机器人技术", "智能机器人技术"
TWICE, QUICK, KEYS = "模具设计与制造", "机电一体化技术", "电气自动化技术"
TEXT = "五年内省级以上平台不少于两个。"


def test_what_cannot_be_handed_in_is_said_at_its_place_and_kept(enter: Enter) -> None:
    leader = enter("major_leader")
    leader.expects(422)
    page = leader.page
    acts.open_from_inbox(page, BACK)
    grid = acts.rows(page, "goals")
    count = grid.count()
    acts.cell(grid.first, "description").fill(TEXT)
    acts.cell(grid.nth(1), "description").fill("长" * 2001)
    page.get_by_role("button", name="加一行", exact=True).click()
    acts.cell(grid.last, "remark").fill("这一行还没有名称。")
    page.get_by_label("意见", exact=True).fill("已补充。")
    acts.press(page, "提交")

    expect(page.get_by_role("alert").filter(has_text="还有 3 处要改")).to_be_visible()
    leader.photograph("01-refused")
    expect(page.get_by_role("alert").get_by_role("link", name="这一行的名称")).to_be_visible()
    expect(grid).to_have_count(count + 1)
    expect(grid.nth(1)).to_contain_text("最多 2000 个字")
    expect(grid.last.locator(".form-label .err")).to_be_visible()
    expect(acts.cell(grid.first, "description")).to_have_value(TEXT)
    expect(acts.cell(grid.nth(1), "description")).to_have_value("长" * 2001)
    expect(acts.cell(grid.last, "remark")).to_have_value("这一行还没有名称。")
    expect(page.get_by_label("意见", exact=True)).to_have_value("已补充。")

    page.get_by_role("alert").get_by_role("link").first.click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("短了。")
    grid.last.get_by_label("这一行的名称").fill("服务地方建设目标")
    acts.cell(grid.last, "description").fill("每年办两次实事。")
    acts.press(page, "提交")
    acts.told(page, "已提交")


def test_a_session_that_ends_while_one_types_takes_nothing_along(enter: Enter) -> None:
    leader = enter("major_leader")
    leader.expects(401, 403)
    page = leader.page
    acts.begin(page, OWN, "专业建设目标")
    first = acts.cell(acts.rows(page, "goals").first, "description")
    first.fill("先写的。")
    acts.wait_saved(page)
    leader.window.clear_cookies()
    first.fill(TEXT)
    expect(page.locator(".form-foot [data-form-saved]")).to_have_text(re.compile("您已退出登录"))
    acts.press(page, "提交")
    expect(page.locator("[data-problem]")).to_contain_text("您已退出登录")
    leader.photograph("02-signed-out")
    expect(first).to_have_value(TEXT)

    other = leader.new_page()
    other.goto("/sign-in")
    other.get_by_label("账号", exact=True).fill("major_leader")
    other.get_by_label("密码", exact=True).fill(PASSWORD)
    other.get_by_label("密码", exact=True).press("Enter")
    expect(other.get_by_role("heading", name="待办", exact=True)).to_be_visible()
    other.close()
    for row in acts.rows(page, "goals").all()[1:]:
        acts.cell(row, "description").fill("后写的。")
    acts.wait_saved(page)
    acts.press(page, "提交")
    acts.told(page, "已提交")
    acts.find_case(page, OWN)
    expect(page.locator(".tl").get_by_text("提交").first).to_be_visible()


def test_a_task_that_a_colleague_has_done_shows_who_and_keeps_the_opinion(enter: Enter) -> None:
    one, other = enter("college_reviewer"), enter("college_reviewer2")
    other.expects(409)
    for person in (one, other):
        acts.open_from_inbox(person.page, TWICE)
    acts.agree(one.page, "审核通过", "同意。")
    acts.told(one.page, "已审核通过")
    acts.agree(other.page, "审核通过", "第 2 条的依据请附文件。")
    expect(other.page.get_by_text("周明岚于").first).to_be_visible()
    expect(other.page.locator("#typed")).to_have_text("第 2 条的依据请附文件。")
    expect(other.page.locator(".verbs")).to_have_count(0)
    other.photograph("04-done-by-a-colleague")


def test_a_double_click_is_one_act_and_going_back_does_not_repeat_it(enter: Enter) -> None:
    reviewer = enter("college_reviewer")
    page = reviewer.page
    acts.open_from_inbox(page, QUICK)
    page.get_by_label("意见", exact=True).fill("同意。")
    page.locator(".verbs").get_by_role("button", name="审核通过").dblclick()
    acts.told(page, "现在到教务处审定")
    page.go_back()
    expect(page.get_by_text(re.compile("您于.+办完了这一项"))).to_be_visible()
    expect(page.locator(".verbs")).to_have_count(0)
    reviewer.photograph("05-back")
    page.get_by_role("link", name="流程图").click()
    expect(page.locator(".tl").get_by_text("审核通过")).to_have_count(1)


def test_the_pane_keeps_to_the_task_chosen_last_however_late_an_answer_comes(enter: Enter) -> None:
    office = enter("academic_affairs")
    page = office.page
    late: list[Route] = []
    page.route("**/preview", lambda route: route.continue_() if late else late.append(route))
    with page.expect_request("**/preview"):
        page.goto("/")
    rows = page.locator("#rows [data-item]")
    title = rows.last.locator(".ti").inner_text()
    rows.last.click()
    heading = page.locator("#preview").get_by_role("heading", level=2).first
    expect(heading).to_have_text(title)
    late[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(heading).to_have_text(title)


def test_signing_in_reading_and_approving_by_keyboard_alone(enter: Enter) -> None:
    office = enter()
    page = office.page
    page.goto("/sign-in")
    expect(page.get_by_label("账号", exact=True)).to_be_focused()
    page.keyboard.type("college_reviewer")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    rows = page.locator("#rows [data-item]")
    expect(rows.first).to_be_visible()
    chosen = page.locator('#rows [aria-selected="true"]')
    page.keyboard.press("j")
    page.keyboard.press("k")
    for _row in range(rows.count()):
        if KEYS in chosen.inner_text():
            break
        page.keyboard.press("j")
    expect(chosen).to_contain_text(KEYS)
    expect(page.locator("#preview").get_by_role("heading", name=re.compile(KEYS))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tasks/\d+$"))
    assert unseen_focus(page, until="意见") == []
    page.keyboard.type("同意。")
    assert unseen_focus(page, until="审核通过") == []
    page.keyboard.press("Enter")
    acts.told(page, "已审核通过")


def unseen_focus(page: Page, until: str) -> list[str]:
    """Tab on to the control of this name; what has the focus on the way and does not show it."""
    unseen = []
    for _stop in range(80):
        page.keyboard.press("Tab")
        name, shows = page.evaluate(FOCUSED)
        if not shows:
            unseen.append(name)
        if name == until:
            return unseen
    message = f"{until} cannot be reached by Tab"
    raise AssertionError(message)


FOCUSED = """
() => {
  const at = document.activeElement;
  const seen = (each) => {
    const style = getComputedStyle(each);
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return outlined || style.boxShadow !== "none";
  };
  const name = at.getAttribute("aria-label") || at.textContent.trim() || at.name || at.tagName;
  return [name, seen(at) || seen(at.parentElement)];
}
"""


def test_a_form_nobody_wrote_in_is_left_without_a_question(enter: Enter) -> None:
    page = enter("quality_office").page
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/plans/new")
    page.get_by_label("规划名称").click()
    page.goto("/points")
    assert not asked
    page.goto("/plans/new")
    page.get_by_label("牵头单位").select_option(index=2)
    page.goto("/points")
    assert asked == ["beforeunload"]


def test_a_page_that_came_back_unsaved_is_not_left_without_a_question(enter: Enter) -> None:
    page = enter("academic_affairs").page
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/templates/course/draft")
    page.get_by_role("button", name="加一个项目").first.click()
    expect(page.get_by_text("这一页上的修改还没有保存。")).to_be_visible()
    page.get_by_role("link", name="取消修改").click()
    expect(page.get_by_text("这一页上的修改还没有保存。")).to_have_count(0)
    assert asked == ["beforeunload"]
