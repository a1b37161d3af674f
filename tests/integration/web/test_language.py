"""English pages are English, but for what the college itself wrote."""

from __future__ import annotations

import importlib.util

import pytest
from lxml import html

from engine.errors import CannotAssign, CannotStart, UnknownOutcome
from tests.architecture import tree
from web.i18n import say

PEOPLE = {
    "leader": ("/tasks/", "/instances", "/instances/new", "/documents", "/account"),
    "admin": ("/definitions", "/definitions/approval_major", "/incidents"),
    "auditor": ("/audit", "/instances"),
}
# words of the college that happen to be words of the product as well
THE_COLLEGES = {"提交", "开始", "结束", "教师", "学生", "目标", "标准", "项目", "延期申请"}


@pytest.fixture(scope="module")
def chinese():
    """Every sentence of the product, but for the examples on the page of the look."""
    place = tree.ROOT / "bin" / "sentences.py"
    spec = importlib.util.spec_from_file_location("sentences", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    samples = ["web/templates/styleguide.html"]
    return {one for one, places in module.sentences().items() if places != samples} - THE_COLLEGES


def said(page):
    """The texts of a page as people read or hear them, without those in another language."""
    root = html.fromstring(page)
    texts = root.xpath("//body//text()[not(ancestor::script or ancestor::template)]")
    told = root.xpath("//body//@title | //body//@aria-label | //body//@placeholder")
    return {text.strip() for text in (*texts, *told, *root.xpath("//title/text()"))}


@pytest.mark.parametrize("name", PEOPLE)
def test_an_english_page_says_nothing_of_ours_in_chinese(browser, chinese, name):
    client = browser(name)
    client.set_cookie("language", "en")
    for address in PEOPLE[name]:
        answer = client.get(address)
        assert answer.status_code == 200
        assert (address, said(answer.text) & chinese) == (address, set())


def test_a_refusal_is_english_and_so_is_the_word_in_it(browser, app):
    client = browser("leader")
    client.set_cookie("language", "en")
    answer = client.get("/tasks/999999")
    assert answer.status_code == 404
    assert "you may not see it" in answer.text
    with app.test_request_context(headers={"Accept-Language": "en"}):
        refusal = UnknownOutcome(outcome="退回")
        assert say(refusal) == "“Return” is not possible at this step."
        assert say(CannotStart(why="同样的流程已经在办。")).endswith("already in progress.")
        assert say(CannotAssign(rule="退回")) == "Nobody can be found for “退回”."


def test_the_browser_says_which_language_it_wants(app):
    client = app.test_client()
    assert "Sign in" in client.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert "登录" in client.get("/sign-in", headers={"Accept-Language": "fr"}).text
