"""What holds on every page: English for who wants English, and of use without a mouse."""

from __future__ import annotations

import importlib.util
import re

import pytest
from playwright.sync_api import Page, expect

from tests.architecture import tree
from tests.browser.conftest import Enter

# how a page is drawn is the same on every database
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)
PAGES = {
    "major_leader": ("/", "/instances", "/instances/new", "/documents", "/account"),
    "college_reviewer": ("/", "/tasks/?box=done", "/instances"),
    "process_admin": (
        "/definitions",
        "/definitions/approval_major",
        "/definitions/approval_major/draft",
        "/incidents",
    ),
    "auditor": ("/audit", "/instances/2", "/instances/2/replay", "/documents/1"),
}
SAMPLES = ["web/templates/styleguide.html"]
THE_COLLEGES = ("processes/*.bpmn", "forms/*.form", "web/demo/*.yaml")

# every text that a person reads or hears, those of elements nobody sees left out
SAID = """
() => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    // the heads of a grid are the college's words
    if (node.parentElement.closest("[data-grid] th, .form-cell-label")) continue;
    if (node.parentElement.checkVisibility()) found.add(node.textContent.trim());
  }
  for (const each of document.querySelectorAll("[title], [aria-label], [placeholder]")) {
    for (const name of ["title", "aria-label", "placeholder"]) found.add(each.getAttribute(name));
  }
  return [...found, document.title].filter((text) => /\\p{Script=Han}/u.test(text ?? ""));
}
"""
# what is asked of every page before anything else: names of controls, one heading, ids once
BROKEN = """
() => {
  const shown = (each) => each.checkVisibility({ visibilityProperty: true });
  const all = (css) => [...document.querySelectorAll(css)];
  const labelled = (each) => each.labels?.length || each.ariaLabel || each.title ||
    document.getElementById(each.getAttribute("aria-labelledby"));
  const called = (each) => each.ariaLabel || each.title || each.textContent.trim() ||
    each.querySelector("[aria-label], img[alt]");
  const ids = all("[id]").map((each) => each.id);
  return [
    ...all("input:not([type=hidden], [aria-hidden]), select, textarea").filter(shown)
      .filter((each) => !labelled(each)).map((each) => `no label: ${each.outerHTML.slice(0, 90)}`),
    ...all("button, a[href], summary").filter(shown)
      .filter((each) => !called(each)).map((each) => `no name: ${each.outerHTML.slice(0, 90)}`),
    ...all("img:not([alt])").map((each) => `no words for ${each.src}`),
    ...ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `twice: ${id}`),
    ...(all("h1").length === 1 ? [] : [`${all("h1").length} h1`]),
    ...(document.querySelector("main, [role=application]") ? [] : ["no main part"]),
    ...(document.documentElement.lang ? [] : ["no language"]),
  ];
}
"""


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    """Every Chinese sentence of the product; words that the college uses too are the college's."""
    place = tree.ROOT / "bin" / "sentences.py"
    spec = importlib.util.spec_from_file_location("sentences", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = "".join(tree.text(path) for glob in THE_COLLEGES for path in tree.ROOT.glob(glob))
    ours = {one for one, places in module.sentences().items() if places != SAMPLES}
    return {one for one in ours if not re.search(rf'[":] *{re.escape(one)}["\n,}}]', written)}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_used_without_seeing_it(enter: Enter, name: str) -> None:
    page = enter(name).page
    found = []
    for path in addresses(page, name):
        page.goto(path)
        found += [f"{path}: {what}" for what in page.evaluate(BROKEN)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", PAGES)
def test_in_english_only_what_the_college_wrote_is_chinese(
    enter: Enter, sentences: set[str], name: str
) -> None:
    person = enter(name)
    page = person.page
    page.goto("/account")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    gaps = [re.compile(_pattern(one)) for one in sentences if "%(" in one or "{" in one]
    found = []
    for number, path in enumerate(addresses(page, name)):
        page.goto(path)
        settle(page)
        person.photograph(f"english-{name}-{number}")
        found += [
            f"{path}: {text}"
            for text in page.evaluate(SAID)
            if text in sentences or any(gap.fullmatch(text) for gap in gaps)
        ]
    assert not found, "\n".join(found)


def test_every_button_below_a_preview_is_on_the_screen_in_english(enter: Enter) -> None:
    page = enter("academic_affairs").page
    page.goto("/account")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    page.goto("/")
    page.locator("#rows [data-item]").first.click()
    buttons = page.locator("#preview .verbs .btn:visible")
    expect(buttons.filter(has_text="Return")).to_be_visible()
    boxes = buttons.evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
    size = page.viewport_size
    assert all(one["right"] <= size["width"] and one["bottom"] <= size["height"] for one in boxes)


def addresses(page: Page, name: str) -> list[str]:
    """Where this person goes, to the first task of the inbox as well."""
    page.goto("/")
    first = page.locator("#rows [data-item]")
    task = first.first.get_attribute("href") if first.count() else None
    return [*PAGES[name], *([task] if task else [])]


def settle(page: Page) -> None:
    """Until what a script draws is there."""
    if page.locator("[data-diagram], [data-designer]").count():
        expect(page.locator(".djs-shape").first).to_be_attached()
    page.wait_for_load_state("networkidle")


def _pattern(sentence: str) -> str:
    """A sentence with gaps, as a pattern; those that are all gap match nothing."""
    parts = re.split(r"%\(\w+\)s|\{\w+\}", sentence)
    if not re.search(r"[\u4e00-\u9fff]{2}", "".join(parts)):
        return "(?!)"
    return ".+".join(map(re.escape, parts))
