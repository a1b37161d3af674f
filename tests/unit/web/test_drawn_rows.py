"""A row that was drawn before is the row as it would be drawn now; what makes it another, does."""

from __future__ import annotations

import pytest
from flask import render_template_string

from engine.forms import rights, view
from engine.sentence import Sentence
from tests.unit.engine.forms.making import field, form, grid
from tests.unit.web.test_grid_rows import EVIL, PAGE, app
from web import grid_rows
from web.drawn_rows import Kept

__all__ = ["app"]

ROWS = [
    {"id": f"own-{at:012x}", "goal": "g", "own": True, "label": EVIL, "what": f"{at}"}
    for at in (1, 2)
]
URL = "/tasks/1/draft"


def sheet(**more):
    return form(grid(field("what", "textarea", **more), key="plans", nested=True, own_rows=True))


SHEET = sheet()


@pytest.fixture
def draw(app, monkeypatch):
    monkeypatch.setattr(grid_rows, "_kept", Kept())

    def drawn(it=SHEET, rows=ROWS, given="*:edit", url=URL, locale="zh", **more):
        said = view.view(it, {"plans": rows}, rights.parse(given), **more)
        with app.test_request_context():
            monkeypatch.setattr(grid_rows, "get_locale", lambda: locale)
            first, again, by_macros = (
                render_template_string(PAGE, drawn=said, url=url, plain=plain)
                for plain in (False, False, True)
            )
        assert first == again == by_macros
        return first

    return drawn


@pytest.mark.parametrize(
    "other",
    [
        {"it": sheet(placeholder="写点")},
        {"rows": [ROWS[0], {**ROWS[1], "what": "另"}]},
        {"rows": [ROWS[0], {**ROWS[1], "label": "另"}]},
        {"rows": [ROWS[1], ROWS[0]]},
        {"given": "*:read"},
        {"given": "*:edit, plans.what:required"},
        {"given": "*:edit, plans:read"},
        {"url": "/tasks/2/draft"},
        {"url": None},
        {"errors": {"plans/own-000000000001/what": Sentence("错。")}},
        {"before": {"plans": [ROWS[0], {**ROWS[1], "what": "旧"}]}},
        {"before": {"plans": [ROWS[0]]}},
    ],
)
def test_what_makes_a_row_another_is_drawn(draw, other):
    usual = draw()
    assert draw(**other) != usual
    assert draw() == usual
    assert draw(before={"plans": ROWS}) == usual


def test_a_row_drawn_in_one_language_is_not_shown_in_another(draw):
    draw()
    before = len(grid_rows._kept._rows)
    draw(locale="en")
    assert (before, len(grid_rows._kept._rows)) == (2, 4)


def test_what_was_not_asked_for_longest_makes_room():
    kept = Kept(most_bytes=400)
    for at in range(20):
        kept.keep({b"%d" % at: ("<tr>", "</tr>")})
        kept.find([b"0"])
    assert kept.find([b"0", b"1", b"19"]).keys() == {b"0", b"19"}
    assert kept._size <= 400
