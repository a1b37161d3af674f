"""Many choices stand once beside a grid, or in every cell where no script runs."""

from __future__ import annotations

import pytest
from flask import render_template_string

from engine.forms import drawn, rights, view
from engine.forms.choices import Choices, option
from tests.unit.engine.forms.making import field, form, grid, template
from tests.unit.web.test_grid_rows import app

__all__ = ["app"]

SHEET = form(grid(field("point", "select", source="points")))
PAGE = '{% from "forms/_grid.html" import grid %}{{ grid(drawn.parts[0], "/tasks/1/draft") }}'


@pytest.mark.parametrize(
    ("many", "asked", "counts"),
    [(drawn.MANY + 1, "", (1, 1, 1)), (drawn.MANY + 1, "?choices=all", (3, 0, 0)),
     (drawn.MANY, "", (3, 0, 0))],
)  # fmt: skip
def test_many_choices_stand_once(app, many, asked, counts):
    live = Choices({"points": tuple(option(one, f"要点 {one}") for one in range(1, many + 1))})
    rows = template("甲", "乙", "丙")
    rows[0]["point"] = "7:要点 7"
    shown = view.view(SHEET, {"rows": rows}, rights.EDIT_ALL, live=live)
    with app.test_request_context(f"/tasks/1{asked}"):
        page = render_template_string(PAGE, drawn=shown)
    assert page.count('value="9:要点 9"') == counts[0]
    assert page.count('id="f-rows-choices-point"') == counts[1]
    assert page.count('href="/tasks/1?choices=all"') == counts[2]
    assert page.count('value="7:要点 7" selected') == 1
