"""What of a draft a page may be told: only what the step may write, and who the rows are."""

from __future__ import annotations

from engine.forms import rights, writable
from tests.unit.engine.forms.making import field, form, grid

FORM = form(
    field("title"),
    field("secret"),
    grid(field("what"), field("remark"), field("review"), key="plans"),
)
ROW = {"id": "a", "goal": "a", "goal_label": "", "label": "一", "own": False}
KNOWN = {
    "title": "题",
    "secret": "不给看",
    "plans": [{**ROW, "what": "做", "remark": "注", "review": "只读"}],
    "gone": "表单里没有的",
}


def test_only_what_the_step_may_write_is_told():
    given = rights.parse("*:edit; secret:hidden; plans.review:read")
    told = writable.values(FORM, KNOWN, given)
    assert told == {
        "title": "题",
        "plans": [
            {"id": "a", "goal": "a", "label": "一", "own": False, "what": "做", "remark": "注"}
        ],
    }


def test_a_step_that_writes_nothing_is_told_nothing():
    assert writable.values(FORM, KNOWN, rights.parse("*:read")) == {}
    assert writable.values(FORM, {}, rights.parse("title:edit; plans.what:edit")) == {"plans": []}
