"""On a phone, with a finger: every page fits, and the work of a reviewer can be done."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import acts
from tests.browser.conftest import Enter

# how a page is drawn is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
FIRST, SECOND = "机电一体化技术", "模具设计与制造"
PAGES = (
    "/",
    "/tasks/?box=done",
    "/tasks/?box=started",
    "/instances",
    "/instances/new",
    "/documents",
    "/account",
)
STAFF = (
    "/people",
    "/people/2",
    "/units",
    "/units/3",
    "/posts",
    "/committees",
    "/committees/1",
)
MORE = {
    "process_admin": ("/definitions", "/definitions/approval_major", "/incidents"),
    "auditor": ("/audit", "/incidents", "/instances/3/replay", "/instances/2"),
    "operator": ("/incidents", "/manage"),
    "people_admin": (
        "/manage",
        "/people/2",
        "/people/new",
        "/people/2/departure",
        "/units/3",
        "/units/3/edit",
        "/holdings/new",
        "/posts/2",
        "/committees/4",
        "/committees/4/edit",
        "/committees/4/seats/new",
    ),
    "quality_office": ("/definitions", "/documents/1"),
}
ROLES = (
    "major_leader",
    "college_reviewer",
    "academic_affairs",
    "quality_office",
    "auditor",
    "process_admin",
    "people_admin",
    "operator",
    "student",
)
TARGETS = "button, select, a.btn, summary.btn, .rail a, .tabs a, .seg a, .chip"
# What a finger cannot hit: 44 pixels, with what a transparent part of its own (::after) adds.
# A word may be narrower than a finger, it has room beside it.
SMALL = """
(targets) => [...document.querySelectorAll(targets)]
  .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((each) => !each.matches(".sr, .skip"))
  .map((each) => {
    const box = each.getBoundingClientRect();
    const after = getComputedStyle(each, "::after");
    const isOver = after.position === "absolute";
    const around = isOver ? -parseFloat(after.top) - parseFloat(after.bottom) : 0;
    return [each, box.width, box.height + (around || 0), each.textContent.trim()];
  })
  .filter(([, width, height, words]) => width && (height < 43.5 || (width < 43.5 && !words)))
  .map(([each, width, height, words]) =>
    `${words || each.getAttribute("aria-label")} (${each.className}): ` +
    `${Math.round(width)} by ${Math.round(height)}`)
"""
WIDE = "document.scrollingElement.scrollWidth > innerWidth"


def test_a_reviewer_approves_one_task_and_returns_another(enter: Enter) -> None:
    reviewer = enter("college_reviewer", phone=True)
    page = reviewer.page
    page.locator("#rows [data-item]").filter(has_text=FIRST).tap()
    row = acts.rows(page, "goals").first
    expect(row).to_be_visible()
    expect(row, "the rows of a grid are cards on a phone").not_to_have_css("display", "table-row")
    expect(row.locator(".form-cell-label").first).to_be_visible()
    reviewer.photograph("01-task")
    page.get_by_role("link", name="审批", exact=True).tap()
    expect(page.locator("#record")).to_be_visible()
    reviewer.photograph("02-record")
    page.get_by_label("意见", exact=True).fill("同意。")
    page.locator(".verbs").get_by_role("button", name="审核通过").tap()
    acts.told(page, "已审核通过")

    page.goto("/")
    page.locator("#rows [data-item]").filter(has_text=SECOND).tap()
    page.locator(".verbs").get_by_role("button", name="退回").tap()
    dialog = page.get_by_role("dialog", name="退回")
    dialog.get_by_label("理由").fill("请补充第 2 条。")
    reviewer.photograph("03-return")
    dialog.get_by_role("button", name=re.compile("^退回给")).tap()
    acts.told(page, "已退回")
    reviewer.photograph("04-inbox")


def test_each_card_of_a_row_says_its_goal_and_what_must_be_filled_in(enter: Enter) -> None:
    page = enter("teacher", phone=True).page
    page.goto("/instances/new")
    offer = page.get_by_role("listitem").filter(has_text="教师发展质量标准 2027")
    offer.get_by_role("button", name="发起").tap()
    page.get_by_role("button", name="下一行").tap()
    second = acts.rows(page, "standards").nth(1)
    expect(second.locator("[data-column=performance]")).to_contain_text("必填")
    goal = page.locator("[data-grid=standards] tbody").first
    expect(goal.locator(".form-goal > span")).to_be_visible()
    expect(goal.locator(".form-cell-label:visible")).to_have_count(4)
    goal.locator(".form-goal").get_by_role("button", name=re.compile("加一行$")).tap()
    expect(goal.get_by_label("这一行的名称")).to_be_focused()
    expect(second).to_be_hidden()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_fits_and_every_button_can_be_hit(enter: Enter, role: str) -> None:
    person = enter(role, phone=True)
    found = []
    for number, path in enumerate(
        (*PAGES, *(STAFF if role != "student" else ()), *MORE.get(role, ()))
    ):
        answer = person.page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        found += [f"{path}: {what}" for what in misfits(person.page)]
        if role == ROLES[0] or path not in PAGES + STAFF:
            person.photograph(f"{role}-{number}{path.replace('/', '-').partition('?')[0]}")
    tasks = person.page.goto("/") and person.page.locator("#rows [data-item]")
    if tasks.count():
        tasks.first.tap()
        expect(person.page.locator("#task-form")).to_be_attached()
        person.page.wait_for_load_state()
        found += [f"a task: {what}" for what in misfits(person.page)]
        person.photograph(f"{role}-task")
    assert not found, "\n".join(found)


def test_what_could_not_be_saved_is_seen_in_the_bar(enter: Enter) -> None:
    leader = enter("major_leader", phone=True)
    page = leader.page
    acts.open_from_inbox(page, "智能机器人技术")
    seen = page.locator(".top [data-form-saved]")
    field = page.locator("[data-grid=goals] textarea:visible").first
    field.fill("路上写的。")
    expect(seen).to_have_text(acts.SAVED)
    expect(seen).to_be_in_viewport()
    leader.goes_offline()
    field.fill("路上写的，没有信号。")
    expect(seen).to_contain_text("没有保存到服务器")
    expect(seen).to_be_in_viewport()
    assert seen.evaluate("each => getComputedStyle(each).color") == "rgb(171, 35, 27)"
    leader.comes_back()
    expect(seen).to_have_text(acts.SAVED)


def test_signing_in_fits(enter: Enter) -> None:
    visitor = enter(phone=True)
    visitor.page.goto("/sign-in")
    visitor.photograph("00-sign-in")
    assert misfits(visitor.page) == []


def misfits(page: Page) -> list[str]:
    wide = ["the page scrolls sideways"] if page.evaluate(WIDE) else []
    return wide + page.evaluate(SMALL, TARGETS)
