"""The rows of a grid that are written straight say what the macros say, and escape as they do."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel, gettext

from engine.forms import rights, view
from engine.sentence import Sentence
from tests.unit.engine.forms.making import field, form, grid
from web import grid_rows

EVIL = "<script>alert('1')</script> & \"引\"\n第二行"
SHEET = form(
    grid(
        field("what", "textarea"),
        field("line", label="要写的（成果、<效益>）", validate={"required": True}),
        field("much", "number"),
        field("shown", "textarea"),
        field("when", "datetime", subtype="date"),
        field("hint", placeholder="写点"),
        field("sum", "number", value="=much * 2"),
        field("pick", "select", values=[{"label": "<甲>", "value": "a"}]),
        field("part", label="占 5%（%）"),
        key="plans",
        nested=True,
        own_rows=True,
    )
)
ROW = {
    "goal": "g",
    "goal_label": EVIL,
    "what": EVIL,
    "line": EVIL,
    "much": 5,
    "shown": EVIL,
    "part": "9%(at)s%",
}
ROWS = [
    {"id": "r1", "label": EVIL, **ROW},
    {"id": "own-00000000000a", "own": True, "label": "自己的", **ROW, "much": 6, "shown": None},
]
PAGE = (
    '{% from "forms/_grid.html" import goal_head, label_cell, one_cell %}'
    "{% set it = drawn.parts[0] %}{% if plain %}{% for goal in it.goals %}\n"
    '      <tbody data-goal="{{ goal.id }}">{% for row in goal.rows %}\n        '
    '<tr id="{{ row.html_id }}" tabindex="-1" data-row="{{ row.id }}"{{ " data-own" if row.own }}>'
    "{% if loop.first %}{{ goal_head(it, goal, url) }}{% endif %}{{ label_cell(it, row, url) }}"
    "{% for one in row.cells %}{{ one_cell(it, one, it.columns[loop.index0]) }}{% endfor %}</tr>"
    "{% endfor %}\n      </tbody>{% endfor %}"
    "{% else %}{{ grid_rows(it, url, goal_head, label_cell, one_cell).goals()|safe }}{% endif %}"
)


@pytest.fixture(scope="module")
def app():
    made = Flask("web", template_folder="templates")
    Babel(made)
    made.jinja_env.add_extension("jinja2.ext.i18n")
    made.jinja_env.globals["grid_rows"] = grid_rows.Rows
    return made


@pytest.mark.parametrize("given", ["*:edit", "*:edit; plans.shown:read", "*:read", "*:required"])
@pytest.mark.parametrize("url", ["/tasks/1/draft", None])
@pytest.mark.parametrize("before", [None, [{**ROWS[0], "what": "旧"}]])
def test_both_ways_say_the_same(app, given, url, before):
    wrong = {"plans/r1/line": Sentence("错了。"), "plans/own-00000000000a/label": Sentence("错。")}
    for errors in ({}, wrong):
        drawn = view.view(
            SHEET,
            {"plans": ROWS},
            rights.parse(given),
            errors,
            before={"plans": before} if before else None,
        )
        with app.test_request_context():
            one, other = (
                render_template_string(PAGE, drawn=drawn, url=url, plain=plain)
                for plain in (True, False)
            )
        assert one == other
        assert "<script>" not in one


def test_a_cell_says_what_its_column_asks_for_without_the_head_of_the_column(app):
    drawn = view.view(SHEET, {"plans": ROWS}, rights.parse("*:edit; plans.what:read"))
    with app.test_request_context():
        drawn = render_template_string(PAGE, drawn=drawn, url=None, plain=False)
        must = f'<span class="req">{gettext("必填")}</span>'
    assert drawn.count(f"要写的 {must}<small>成果、&lt;效益&gt;</small></span>") == len(ROWS)
    assert drawn.count(must) == len(ROWS)


def test_texts_that_hold_the_sign_between_them_are_escaped_one_by_one():
    assert grid_rows.escaped(["a\0<", "&"]) == ["a\0&lt;", "&amp;"]
