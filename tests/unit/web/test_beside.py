"""What stood a period before: of the rows on the page only what the step may write."""

from __future__ import annotations

from engine.forms import rights
from tests.unit.engine.forms.making import field, form, grid
from web.tasks import beside

FORM = form(grid(field("what"), field("remark"), key="plans"), grid(key="goals"))
ROWS = [{"id": "a", "label": "一", "what": "去年", "remark": "注"}, {"id": "b", "what": ""}]
OFFERED = {"plans": [], "last": {"plans": ROWS}, "last_period": "2024-2026"}


def test_last_years_text_is_told_by_row_and_column():
    given = rights.parse("plans.what:edit; *:read")
    told = beside.last(FORM, OFFERED, given)
    assert told == {"plans": {"period": "2024–2026年", "rows": {"a": {"what": "去年"}, "b": {}}}}


def test_nothing_is_told_where_nothing_was_or_nothing_may_be_written():
    assert beside.last(FORM, {"plans": []}, rights.EDIT_ALL) == {}
    assert beside.last(FORM, {**OFFERED, "last": {"plans": [ROWS[1]]}}, rights.EDIT_ALL) == {}
    assert beside.last(FORM, OFFERED, rights.parse("*:read")) == {}
    assert beside.last(FORM, {**OFFERED, "last": "x"}, rights.EDIT_ALL) == {}
