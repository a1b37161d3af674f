"""Who offers the choices of a select is asked with the subject and the variables of the case."""

from __future__ import annotations

from engine import live_choices
from engine.forms import choices
from engine.handlers import SOURCES
from tests.unit.engine.forms.making import field, form, grid

PLAN = field("plan", "select", source="plans")


def test_the_sources_of_a_form_are_asked_once_each_and_bounded(monkeypatch):
    asked = []

    def offers(db, subject, variables):
        asked.append((db, subject, variables))
        return [choices.option(number, "规划") for number in range(live_choices.MOST + 1)]

    monkeypatch.setitem(SOURCES, "plans", offers)
    it = form(PLAN, grid(PLAN, field("point", "select", source="gone")))
    found = live_choices.of(None, it, "subject:1", {"stage": "plan"})
    assert asked == [(None, "subject:1", {"stage": "plan"})]
    assert found.options.keys() == {"plans"}
    assert len(found.options["plans"]) == live_choices.MOST


def test_a_form_without_sources_asks_nobody():
    assert live_choices.of(None, form(field()), None, {}) is choices.NONE
