"""A draft over a draft: what stands there already is not looked at again, and means the same."""

from __future__ import annotations

import pytest

from engine.forms import rights, validation
from tests.unit.engine.forms.making import field, form, grid

FORM = form(
    field("title"),
    grid(field("what"), field("much", "number"), field("read"), key="plans", own_rows=True),
)
GIVEN = rights.parse("*:edit; plans.read:read")
STORED = {
    "plans": [{"id": f"r{n}", "goal": f"r{n}", "label": f"行{n}", "read": "旧"} for n in "12"]
}
OWN = {"id": "own-00000000000a", "label": "自己的", "what": "", "much": None}


def typed(*more, what="写", much="5"):
    rows = [{"id": "r1", "what": what, "much": much}, {"id": "r2", "what": "二", "much": None}]
    return {"title": "题", "plans": [*rows, *more]}


def whole(values):
    return validation.draft(FORM, values, GIVEN, {}, stored=STORED, offered=STORED)


def over(values, before):
    return validation.redraft(FORM, values, GIVEN, {}, before=before)


@pytest.mark.parametrize(
    "after", [typed(), typed(what="改"), typed(OWN, much=""), {**typed(OWN), "title": "别的"}]
)
def test_it_keeps_what_a_draft_from_the_ground_keeps(after):
    rows = after["plans"][2:]
    assert over(after, whole(typed(*rows))) == whole(after)


@pytest.mark.parametrize(
    "after",
    [typed(OWN), {"plans": typed()["plans"][::-1], "title": ""}, {"plans": None}, {"title": "题"}],
)
def test_rows_that_came_went_or_moved_are_looked_at_from_the_ground(after):
    assert over(after, whole(typed())) is None


def test_a_changed_row_is_looked_at_and_what_python_takes_for_equal_is_not_taken():
    before = whole(typed(much=1))
    with pytest.raises(validation.Invalid) as wrong:
        over(typed(what=["不是文字"]), before)
    assert list(wrong.value.errors) == ["plans/r1/what"]
    kept = over(typed(much=True), before)
    assert kept["plans"][0]["much"] == 1
    assert kept["plans"][0]["much"] is not True
    with pytest.raises(validation.Invalid):
        over({**typed(), "nobody": "knows"}, before)
