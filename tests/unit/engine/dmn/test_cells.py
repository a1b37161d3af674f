"""The language of cells: what holds for what, and what is refused."""

from __future__ import annotations

import pytest

from engine.dmn import cells
from engine.dmn.table import Type
from engine.expressions import ExpressionError

HOLDS = [
    ("-", 5, True),
    ("", None, True),
    ("5", 5, True),
    ("5", 5.0, True),
    ("5", "5", False),
    ("1", True, False),
    ("-5", -5, True),
    ("= 5", 5, True),
    ("!= 5", 4, True),
    ("!= 5", None, True),
    ("< 5", 4.9, True),
    ("< 5", 5, False),
    ("<= 5", 5, True),
    ("> 5", 5, False),
    (">= 5", 5, True),
    ("[1..5]", 1, True),
    ("(1..5]", 1, False),
    ("]1..5]", 1, False),
    ("[1..5)", 5, False),
    ("[1..5[", 5, False),
    ("[1..5]", 5, True),
    ("[1..5]", None, False),
    ("< 5", None, False),
    ("not(< 5)", None, False),
    ("not(< 5)", 6, True),
    ('"a"', "a", True),
    ('"a", "b"', "b", True),
    ('["a", "b"]', "b", True),
    ('"a","b"', "c", False),
    ('not("a", "b")', "c", True),
    ('not("a", "b")', "a", False),
    ('not("a")', None, True),
    ("null", None, True),
    ("null", "", False),
    ("not(null)", None, False),
    ("not(null)", 0, True),
    ("true", True, True),
    ("true", False, False),
    ("false", False, True),
    ("true", 1, False),
    ("< 3, > 7, 5", 5, True),
    ("< 3, > 7, 5", 6, False),
    ('"专业建设"', "专业建设", True),
    ('"say \\"hi\\""', 'say "hi"', True),
    ('> date("2026-09-01")', "2026-09-02", True),
    ('> date("2026-09-01")', "2026-09-01", False),
    ('[@"2026-09-01"..@"2026-09-30"]', "2026-09-30", True),
    ("(5)", 5, True),
    ("1 + 2", 3, True),
    ("> limit", 11, True),
    ("> limit * 2", 11, False),
    ("form.level", "high", True),
]


@pytest.mark.parametrize(("text", "value", "expected"), HOLDS)
def test_a_cell_holds_as_the_standard_says(text, value, expected):
    read = cells.test(text)
    scope = {cells.HERE: value, "limit": 10, "form": {"level": "high"}}
    assert (read.expression is None or read.expression.holds(scope)) is expected


@pytest.mark.parametrize(
    "text",
    [
        "5 and 6",
        "a = b",
        "not 5",
        "not(5",
        "[1..5",
        "[5..1]",
        '["a"..5]',
        "[1..true]",
        "< null",
        "count(x)",
        "for x in y return x",
        'contains("a")',
        "? > 5",
        "5,",
        ", 5",
        "1..5",
        "--5",
        "dmn_input > 3",
        "__class__",
        "x.__class__",
        'date("2026-02-30")',
        'date and time("2026-02-03T10:00:00")',
        'duration("P1D")',
        "x" * 1_001,
        "(" * 100 + "1" + ")" * 100,
        '"open',
        "{a: 1}",
        "x[1]",
        "#{x}",
        "import os",
    ],
)
def test_what_is_not_understood_is_refused_in_words(text):
    with pytest.raises(ExpressionError) as refused:
        cells.test(text)
    assert str(refused.value)


def test_times_compare_whatever_their_zone():
    read = cells.test('< date and time("2026-09-01T08:00:00+08:00")')
    early = cells.typed("2026-08-31T23:59:59Z", Type.MOMENT)
    late = cells.typed("2026-09-01T00:00:01+00:00", Type.MOMENT)
    assert read.expression.holds({cells.HERE: early})
    assert not read.expression.holds({cells.HERE: late})


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("5", Type.NUMBER),
        (True, Type.NUMBER),
        (1.5, Type.INTEGER),
        (5, Type.TEXT),
        (1, Type.BOOLEAN),
        ("2026-9-1", Type.DATE),
        ("2026-02-30", Type.DATE),
        ("2026-09-01T10:00:00", Type.MOMENT),
        ([], Type.TEXT),
        (float("inf"), Type.INTEGER),
    ],
)
def test_a_value_of_another_type_is_refused(value, kind):
    with pytest.raises(ExpressionError):
        cells.typed(value, kind)


def test_a_value_is_written_as_a_cell_reads_it():
    for value in ("a", 'quo"te', "back\\slash", "two\nlines", 5, -2.5, True, False, None):
        assert cells.listed(cells.literal(value)) == (value,)
