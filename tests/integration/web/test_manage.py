"""The page of administration: everybody sees the areas they may use, and no others."""

from __future__ import annotations

import pytest

from engine import permissions
from engine.models import Role
from tests.integration.web.paper import Paper
from tests.integration.web.people_office import keeper
from web import manage

WAYS = "//nav[contains(@class, 'rail')]//a/@href"


@pytest.mark.parametrize(
    ("role", "there", "not_there"),
    [
        (Role.PEOPLE_ADMIN, "/units", "/incidents"),
        (Role.OPERATOR, "/incidents", "/committees"),
        (Role.QUALITY_OFFICE, "/committees", "/posts"),
    ],
)
def test_cards_are_those_of_the_role(app, db, browser, role, there, not_there):
    assert app
    keeper(db, "somebody", role)
    db.commit()
    page = Paper.open(browser("somebody"), "/manage")
    links = page.links(".areas a")
    assert there in links
    assert not_there not in links
    assert "/manage" in page.tree.xpath(WAYS)


def test_who_administers_nothing_has_no_way_there(browser):
    page = Paper.open(browser("leader"), "/people")
    assert "/manage" not in page.tree.xpath(WAYS)
    assert "/people" in page.tree.xpath(WAYS)
    assert "没有您管理的事项" in Paper.open(browser("leader"), "/manage").text


def test_every_card_leads_somewhere_and_needs_a_right(app):
    ends = {rule.endpoint for rule in app.url_map.iter_rules()}
    for card in manage.CARDS:
        assert card.endpoint in ends
        assert card.needs
        assert set(card.needs) <= set(permissions.POLICY)
