"""The people's administrator at work: find somebody while typing, give a post, walk the tree."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

# how a page is drawn is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
NAME = "陈立新"
# while htmx puts the answer to the last letter into the page
SWAPPING = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def test_somebody_is_found_while_one_types_and_given_a_post(enter: Enter) -> None:
    keeper = enter("people_admin")
    page = keeper.page
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="通讯录").click()
    expect(page).to_have_url(re.compile(r"/people"))
    page.wait_for_load_state()
    page.get_by_role("searchbox").press_sequentially("clx")
    rows = page.locator(".people-t tbody tr")
    expect(rows.filter(has_text=NAME).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=clx"))
    expect(page.locator(SWAPPING)).to_have_count(0)
    keeper.photograph("01-directory")
    for label, state in (("已离校", "left"), ("在校", "active")):
        page.get_by_label("状态").select_option(label=label)
        expect(page).to_have_url(re.compile(rf"state={state}"))
    expect(rows.filter(has_text=NAME).first).to_be_visible()
    expect(page.locator(SWAPPING)).to_have_count(0)
    # a hand holds the button longer than a search takes: the list must lie still under it
    rows.filter(has_text=NAME).first.get_by_role("link", name=NAME, exact=True).click(delay=400)
    expect(page.get_by_role("heading", name="现在的岗位")).to_be_visible()
    keeper.photograph("02-person")

    page.get_by_role("link", name="给岗位").first.click()
    expect(page.get_by_label("人员")).not_to_have_value("")
    page.get_by_label("单位").select_option(label="\u3000质量管理处")
    page.get_by_label("岗位").select_option(index=1)
    page.get_by_label("从哪天").fill("2026-09-01")
    page.get_by_label("到哪天").fill("2026-08-01")
    keeper.expects(422)
    page.get_by_role("button", name="给岗位").click()
    expect(page.locator(".err")).to_contain_text("早于开始日期")
    expect(page.get_by_label("从哪天")).to_have_value("2026-09-01")
    keeper.photograph("03-refused")
    page.get_by_label("到哪天").fill("")
    page.get_by_role("button", name="给岗位").click()
    expect(page.locator("[data-toast]")).to_contain_text("已任职")
    held = page.locator(".pick-list li").filter(has_text="质量管理处").first
    expect(held).to_contain_text("2026年9月1日 起")
    held.get_by_role("link", name=re.compile(r"第 \d+ 条")).click()
    expect(page.locator(".history > li:target")).to_contain_text("任职")


def test_the_tree_of_units_is_walked_by_keys(enter: Enter) -> None:
    keeper = enter("people_admin")
    page = keeper.page
    page.goto("/units")
    page.get_by_role("link", name="智能制造学院", exact=True).focus()
    college = page.locator("details.unit").filter(has=page.locator(":focus")).last
    expect(college).not_to_have_attribute("open", "")
    page.keyboard.press("ArrowRight")
    expect(college).to_have_attribute("open", "")
    page.keyboard.press("ArrowDown")
    expect(college.locator("li a").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("link", name="智能制造学院", exact=True)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(college).not_to_have_attribute("open", "")
    page.get_by_role("button", name="全部展开").click()
    expect(page.locator("#tree details:not([open])")).to_have_count(0)
    keeper.photograph("04-units")
    page.get_by_role("link", name="智能制造学院", exact=True).click()
    page.get_by_label("哪一天").fill("2019-01-01")
    page.get_by_role("button", name="看", exact=True).click()
    expect(page.get_by_text("没有人在这里任负责人或其他岗位")).to_be_visible()
    keeper.photograph("05-unit")


def test_a_teacher_finds_colleagues_on_a_phone(enter: Enter) -> None:
    teacher = enter("major_leader", phone=True)
    page = teacher.page
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="通讯录").tap()
    page.get_by_role("searchbox").fill("zml")
    expect(page.locator(".people-t tbody tr")).to_have_count(1)
    expect(page.get_by_role("link", name="新建人员")).to_have_count(0)
    teacher.photograph("06-phone")
