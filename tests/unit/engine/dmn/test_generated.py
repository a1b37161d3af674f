"""Generated tables against a naive reading of the same rows, written with other means."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dmn
from engine.expressions import ExpressionError
from tests.unit.engine.dmn.drawing import file, table

NUMBERS = st.integers(-3, 6)
WORDS = st.sampled_from(["a", "b", "c"])
POLICIES = ["UNIQUE", "FIRST", "ANY", "COLLECT", "RULE ORDER"]


@st.composite
def number_cells(draw):
    """A text, and the same as a function."""
    a, b = sorted((draw(NUMBERS), draw(NUMBERS)))
    return draw(
        st.sampled_from(
            [
                ("-", lambda _value: True),
                ("null", lambda value: value is None),
                (str(a), lambda value: value == a),
                (f"<= {a}", lambda value: value is not None and value <= a),
                (f"> {a}", lambda value: value is not None and value > a),
                (f"{a}, {b}", lambda value: value in (a, b)),
                (f"not({a}, {b})", lambda value: value not in (a, b)),
                (f"({a}..{b}]", lambda value: value is not None and a < value <= b),
            ]
        )
    )


@st.composite
def word_cells(draw):
    words = draw(st.lists(WORDS, max_size=2))
    listed = ", ".join(f'"{word}"' for word in words)
    if not words:
        return "-", lambda _value: True
    if draw(st.booleans()):
        return f"not({listed})", lambda value: value not in words
    return listed, lambda value: value in words


@st.composite
def tables(draw):
    rows = draw(st.lists(st.tuples(number_cells(), word_cells(), st.integers(0, 2)), max_size=6))
    return draw(st.sampled_from(POLICIES)), rows


def expected(policy, rows, x, word):
    hits = [{"n": n} for (_t, number), (_u, name), n in rows if number(x) and name(word)]
    if policy in ("COLLECT", "RULE ORDER"):
        return hits
    if policy == "FIRST" or len(hits) <= 1:
        return hits[0] if hits else None
    if policy == "ANY" and all(hit == hits[0] for hit in hits):
        return hits[0]
    return "refused"


@settings(max_examples=300, deadline=None)
@given(tables(), st.one_of(st.none(), NUMBERS), st.one_of(st.none(), WORDS))
def test_a_table_decides_as_its_rows_say(drawn, x, word):
    policy, rows = drawn
    written = [(number, name, str(n)) for (number, _f), (name, _g), n in rows]
    xml = file(table(["x:integer", "w:string"], ["n:integer"], written, policy=policy))
    decision = dmn.read(xml).by_id["t"]
    try:
        answer = decision.decide({"x": x, "w": word})
    except ExpressionError:
        answer = "refused"
    assert answer == expected(policy, rows, x, word)


@settings(max_examples=200, deadline=None)
@given(tables())
def test_overlaps_are_told_exactly_where_two_rows_hold(drawn):
    _policy, rows = drawn
    written = [(number, name, str(n)) for (number, _f), (name, _g), n in rows]
    xml = file(table(["x:integer", "w:string"], ["n:integer"], written))
    told = {
        (one.values["first"] - 1, one.values["second"] - 1)
        for one in dmn.lint(xml)
        if one.rule == "rows_overlap"
    }
    space = [(x, word) for x in (None, *range(-5, 9)) for word in (None, "a", "b", "c", "d")]
    real = {
        (i, j)
        for x, word in space
        for i in range(len(rows))
        for j in range(i + 1, len(rows))
        if all(rows[k][0][1](x) and rows[k][1][1](word) for k in (i, j))
    }
    assert told == real
