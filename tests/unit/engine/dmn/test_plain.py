"""What people type and what a cell has say the same."""

from __future__ import annotations

import pytest

from engine.dmn import cells, plain
from engine.dmn.table import Type

PAIRS = [
    ("major", '"major"', Type.TEXT),
    ("major, course", '"major", "course"', Type.TEXT),
    ("not(major, course)", 'not("major", "course")', Type.TEXT),
    ("-", "-", Type.TEXT),
    ("= > limit", "> limit", Type.TEXT),
    (">= 2026-09-01", '>= date("2026-09-01")', Type.DATE),
    ("[2026-09-01..2026-09-30]", '[date("2026-09-01")..date("2026-09-30")]', Type.DATE),
    (">= 3", ">= 3", Type.NUMBER),
    ("true", "true", Type.BOOLEAN),
]


@pytest.mark.parametrize(("typed", "cell", "kind"), PAIRS)
def test_a_cell_is_shown_as_it_is_typed(typed, cell, kind):
    assert plain.written(typed, kind) == cell
    assert plain.shown(cell, kind) == typed
    cells.test(cell)


@pytest.mark.parametrize(
    ("typed", "cell", "kind"),
    [
        ("专业，课程", '"专业", "课程"', Type.TEXT),
        ("", "-", Type.TEXT),
        ("≥ 3", ">= 3", Type.NUMBER),
        ("1，2", "1,2", Type.NUMBER),
        ("是", "true", Type.BOOLEAN),
        ("2026/9/1", 'date("2026-09-01")', Type.DATE),
        ('"a, b"', '"a, b"', Type.TEXT),
    ],
)
def test_what_people_type_is_understood(typed, cell, kind):
    if typed != '"a, b"':
        assert plain.written(typed, kind) == cell
    assert plain.written(plain.shown(cell, kind), kind) == cell


def test_an_answer_is_one_text_with_its_commas():
    assert plain.written("先审，后定", Type.TEXT, is_answer=True) == '"先审，后定"'
    assert plain.shown('"先审，后定"', Type.TEXT, is_answer=True) == "先审，后定"
    assert plain.shown("name", Type.TEXT, is_answer=True) == "= name"
    assert plain.written("= name", Type.TEXT, is_answer=True) == "name"
    assert plain.written("", Type.TEXT, is_answer=True) == ""
