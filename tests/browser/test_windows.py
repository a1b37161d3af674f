"""One task in two windows: what one saved, the other never overwrites or drops without a word."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import acts
from tests.browser.conftest import Enter
from tests.browser.site import Site
from tests.browser.test_grid import KEPT, begun, cell

# what two pages do with one draft is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)

DRAFT = re.compile("/draft$")


def test_a_refused_hand_in_from_an_older_window_joins_what_the_other_saved(
    enter: Enter, site: Site
) -> None:
    leader = enter("major_leader")
    leader.expects(412, 422)
    page = with_a_row(leader.page, begun(site))
    cell(page, 0, "state").fill("先写的")
    save(page)
    other = leader.new_page()
    other.goto(page.url)
    cell(other, 0, "state").fill("那边后写的")
    save(other)

    cell(page, 0, "problem").fill("这边刚写的")
    acts.press(page, "提交")
    expect(page.locator(".form-told")).to_contain_text("改了 1 处，已经合到您的页面上")
    expect(page.locator("[data-stale]")).to_have_count(0)
    expect(cell(page, 0, "state")).to_have_value("那边后写的")
    expect(cell(page, 0, "problem")).to_have_value("这边刚写的")
    acts.wait_saved(page)
    assert page.evaluate(KEPT) == []
    other.reload()
    expect(cell(other, 0, "state")).to_have_value("那边后写的")
    expect(cell(other, 0, "problem")).to_have_value("这边刚写的")
    other.close()
    acts.press(page, "提交")
    acts.told(page, "已提交")


def test_what_a_refused_act_brings_back_is_saved(enter: Enter, site: Site) -> None:
    leader = enter("major_leader")
    leader.expects(422)
    page = with_a_row(leader.page, begun(site))
    save(page)
    cell(page, 0, "state").fill("写了就转办")
    page.locator("#task-form").evaluate(
        "form => { form.action = form.action.replace('completion', 'reassignment'); }"
    )
    with page.expect_response(DRAFT) as saved:
        acts.press(page, "提交")
    assert saved.value.ok
    acts.wait_saved(page)
    page.goto(page.url.rpartition("/")[0])
    expect(cell(page, 0, "state")).to_have_value("写了就转办")


def test_a_hand_in_waits_for_what_is_being_saved(enter: Enter, site: Site) -> None:
    page = with_a_row(enter("major_leader").page, begun(site))
    save(page)
    is_pressed = threading.Event()

    def late(route: Route) -> None:
        answer = route.fetch()
        cell(page, 0, "state").fill("最后一句")
        acts.press(page, "提交")
        is_pressed.set()
        route.fulfill(response=answer)

    page.route(DRAFT, late)
    cell(page, 0, "state").fill("先一句")
    acts.told(page, "已提交")
    assert is_pressed.is_set()


def test_what_was_typed_after_another_window_handed_in_can_be_copied(
    enter: Enter, site: Site
) -> None:
    leader = enter("major_leader")
    leader.expects(410)
    page = with_a_row(leader.page, begun(site))
    save(page)
    address = page.url
    other = leader.new_page()
    other.goto(address)
    acts.press(other, "提交")
    acts.told(other, "已提交")
    other.close()
    cell(page, 0, "state").fill("提交以后才写的")
    expect(page.locator(".top [data-form-saved]")).to_contain_text("最后写的没有保存")
    page.close()

    page = leader.new_page()
    page.goto(address)
    found = page.locator("[data-lost]")
    expect(found).to_contain_text(re.compile("任务1 · 现状.*提交以后才写的"))
    leader.page = page
    leader.photograph("01-lost")
    found.get_by_role("button", name="不要了").click()
    expect(found).to_have_count(0)
    page.reload()
    expect(found).to_be_hidden()
    assert page.evaluate(KEPT) == []


def with_a_row(page: Page, task: int) -> Page:
    """The task with one row that has a name."""
    page.goto(f"/tasks/{task}")
    page.get_by_role("button", name="加一行", exact=True).click()
    acts.rows(page, "plans").first.get_by_label("这一行的名称").fill("任务1")
    return page


def save(page: Page) -> None:
    """Until all that was typed is on the server."""
    with page.expect_response(DRAFT) as saved:
        page.keyboard.press("Control+s")
    assert saved.value.ok
