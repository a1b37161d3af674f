"""What people do on the pages, in the words on the buttons."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import Locator, Page, expect

SAVED: Final = re.compile("已保存")


def begin(page: Page, major: str, stage: str) -> None:
    """Start the first period offered of a stage for a major, from the list of cases."""
    page.goto("/instances")
    page.get_by_role("link", name="发起", exact=True).click()
    choose = page.get_by_role("listitem").filter(has_text=major).get_by_role("link", name="选它")
    choose.first.click()
    expect(page.get_by_role("heading", name=major, exact=True)).to_be_visible()
    offer = page.get_by_role("listitem").filter(has_text=stage)
    offer.locator("button:enabled").first.click()
    expect(page.locator("#task-form")).to_be_visible()


def rows(page: Page, grid: str) -> Locator:
    """The rows of a grid."""
    return page.locator(f"[data-grid={grid}] tr[data-row]")


def cell(row: Locator, column: str) -> Locator:
    """The field of a row in a column."""
    return row.locator(f"[data-column={column}] textarea")


def wait_saved(page: Page) -> None:
    """Until the draft is on the server."""
    expect(page.locator(".form-foot [data-form-saved]")).to_have_text(SAVED)


def open_from_inbox(page: Page, text: str) -> None:
    """Open the task of a subject from the list of what is to be done."""
    page.goto("/")
    row = page.locator("#rows [data-item]").filter(has_text=text)
    row.first.click()
    if page.viewport_size["width"] > 1000:
        pane = page.locator("#preview")
        expect(pane.get_by_role("heading", name=re.compile(text)).first).to_be_visible()
        pane.get_by_role("link", name=re.compile("全屏打开|打开填写")).first.click()
    expect(page.locator("#task-form")).to_be_attached()


def press(page: Page, verb: str) -> None:
    """One of the buttons at the foot of a task."""
    page.locator(".verbs").get_by_role("button", name=verb, exact=True).click()


def send_back(page: Page, reason: str) -> None:
    """Return the work with a reason, through the dialogue."""
    press(page, "退回")
    dialog = page.get_by_role("dialog", name="退回")
    dialog.get_by_label("理由").fill(reason)
    dialog.get_by_role("button", name=re.compile("^退回给")).click()


def agree(page: Page, verb: str, opinion: str) -> None:
    """Say the opinion and the word of agreement."""
    page.get_by_label("意见", exact=True).fill(opinion)
    press(page, verb)


def find_case(page: Page, title: str) -> None:
    """Open a case from the list of cases."""
    page.goto("/instances")
    page.get_by_role("searchbox", name="按标题或编号查找").fill(title)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("main").get_by_role("link", name=re.compile(re.escape(title))).first.click()
    expect(page.locator("[data-diagram]")).to_be_visible()


def wait_ended(page: Page) -> None:
    """The system publishes by itself, soon: look again until it has."""
    state = page.get_by_text(re.compile("已经办结|系统正在办理")).first
    expect(state).to_be_visible()
    while "系统" in state.inner_text():
        page.reload()


def told(page: Page, text: str) -> None:
    """The note that says what became of it."""
    expect(page.locator("[data-toast]").filter(has_text=text)).to_be_visible()
