"""The way beside every page: it says how much waits, wherever one is."""

from __future__ import annotations

import pytest

from tests.integration.web.office import Office
from tests.integration.web.paper import Paper

COUNT = "//nav[contains(@class, 'rail')]//a[@href='/tasks/']//span[@class='count']/text()"


@pytest.fixture
def office(db, sessions, college):
    return Office(db, sessions, college)


@pytest.mark.parametrize("page", ["/tasks/", "/instances", "/documents", "/account"])
def test_every_page_says_how_much_waits(browser, office, page):
    office.submitted()
    assert Paper.open(browser("reviewer"), page).tree.xpath(COUNT) == ["1"]
    assert Paper.open(browser("stranger"), page).tree.xpath(COUNT) == []


def test_a_page_about_an_error_counts_nothing(browser, office):
    office.submitted()
    found = browser("reviewer").get("/instances/999999")
    assert found.status_code == 404
    assert 'class="count"' not in found.text
