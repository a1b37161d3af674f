"""Forms from strangers: what could blow up is measured first, what could run is refused."""

from __future__ import annotations

import json

import pytest

from engine.forms import formulas, limits, load, patterns
from engine.forms.findings import MAX_FINDINGS
from tests.unit.engine.forms.making import field, grid, source

PARTS = [field(f"p{number}") for number in range(limits.MAX_PARTS)]
LIST = field("l", "list", fields=PARTS)


def columns(count, **more):
    return [{**field(f"c{number}"), **more} for number in range(count)]


def nested(depth):
    inner = field("l", "list", fields=[field("x")])
    for _ in range(depth):
        inner = field("l", "list", fields=[inner])
    return inner


def rules(text):
    reading = load.read(text)
    assert len(reading.findings) <= MAX_FINDINGS
    assert all(len(one.text()) < 1_000 for one in reading.findings)
    return {one.rule for one in reading.findings if one.severity == "error"}


LISTS = [{**LIST, "key": f"c{number}"} for number in range(limits.MAX_COLUMNS)]
WIDE = field("a", "number", value="=" + "+".join(f"x{number}" for number in range(400)))
MANY = columns(limits.MAX_FORMULAS + 1, type="number", value="=1")
SUMS = "=" + " + ".join(["sum(rows.x)"] * 11)
CHAIN = [
    field(f"f{number}", "number", value=f"=f{number + 1} + f{number + 2}") for number in range(40)
]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"a":' * 5_000, "nesting"),
        ("[" * 1_000_000, "nesting"),
        (" " * (limits.MAX_SOURCE + 1), "size"),
        (json.dumps({"type": "default", "x": "y" * limits.MAX_SOURCE}), "size"),
        (source(*columns(limits.MAX_COMPONENTS + 1)), "count"),
        (source(*[grid(*LISTS, key=f"g{number}") for number in range(3)]), "count"),
        (source(grid(*columns(limits.MAX_COLUMNS + 1))), "columns"),
        (source(field("l", "list", fields=[*PARTS, field("more")])), "list"),
        (source(field("l", "list", fields=[])), "list"),
        (source(field("l", "list", fields="all")), "list"),
        (source(field("l", "list", fields=[None])), "unknown_component"),
        (source(nested(1)), "unknown_component"),
        (source(nested(15)), "unknown_component"),
        (source(nested(60)), "nesting"),
        (source(field("l", "list", fields=[grid()])), "unknown_component"),
        (source(field("l", "list", fields=[field("e", "evidence")])), "unknown_component"),
        (source(field("l", "list", fields=[field("a"), field("a")])), "duplicate_key"),
        (source(field("l", "list", fields=[field("__proto__")])), "key"),
        (source(field("l", "list", fields=[field("constructor")])), "key"),
        (source(field("l", "list", fields=[field("a")], max_entries=21)), "number"),
        (source(field("l", "list", fields=[field("a")], max_entries=0)), "number"),
        (source(field("l", "list", fields=[field("a")], max_entries=1e9)), "number"),
        (source(field("e", "evidence", max_entries=10**6)), "number"),
        (source(WIDE), "formula"),
        (source(field("a", "number", value="=" + "(" * 500 + "1" + ")" * 500)), "formula"),
        (source(field("a", "number", value="=" + "-" * 500 + "1")), "formula"),
        (source(field("a", "number", value="=" + "1+" * 5_000 + "1")), "formula"),
        (source(*MANY), "formula"),
        (source(grid(*MANY[:30], key="a"), grid(*MANY[:30], key="b")), "formula"),
        (source(grid(field("x"), field("y", "number", value=SUMS))), "formula"),
        (source(*CHAIN, field("f40", value="=f0"), field("f41")), "formula"),
        (source(field("a", "number", value="=9" * 30)), "formula"),
        (source(field("a", "number", sum_is="NaN")), "number"),
        (source(field("a", "number", sum_is=1e30)), "number"),
        (source(field("a", "number", sum="all")), "flag"),
        ('{"type": "default", "__proto__": {"admin": true}}', "property"),
        ('{"type": "default", "components": [{"constructor": {}}]}', "property"),
        ('{"type": "default", "components": [{"a": {"prototype": 1}}]}', "property"),
        ('{"type": "default", "\\u005f_proto__": {}}', "property"),
        ('{"type": "default", "components": [], "components": []}', "duplicate_json_key"),
    ],
)  # fmt: skip
def test_a_form_that_would_blow_up_is_refused_by_its_measure(text, rule):
    assert rule in rules(text)


@pytest.mark.parametrize(
    "kind",
    ["html", "iframe", "script", "image", "button", "documentPreview", "dynamiclist", "table",
     "expression", "filepicker", "__proto__", "GRID", "list ", "", None, 7, ["list"], {}],
)  # fmt: skip
def test_a_component_that_nobody_draws_is_refused_wherever_it_stands(kind):
    odd = {**field("odd"), "type": kind}
    group = {"type": "group", "components": [odd]}
    for text in (source(odd), source(group), source(grid(odd)), source({**LIST, "fields": [odd]})):
        assert "unknown_component" in rules(text)


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('id')",
        "().__class__.__bases__",
        "a.__class__",
        "open('/etc/passwd')",
        "eval(a)",
        "[x for x in a]",
        "lambda: 1",
        "a := 1",
        "a ** 9 ** 9",
        "a << 99",
        "{}",
        "f'{a}'",
        "sum",
        "sum(",
        "sum()",
        "round(a, b, c)",
        "abs(a, b)",
        "len(a)",
        "upper(a)",
        "plans[0]",
        "a; b",
        "\x00",
        '"' + "x" * 2_000,
    ],
)
def test_a_formula_outside_the_language_is_refused(formula):
    found = rules(source(field("t", "number", value="=" + formula), field("a"), field("b")))
    assert formula == "sum" or "formula" in found


@pytest.mark.parametrize(
    ("formula", "known"),
    [
        ("a / b", {"a": 1, "b": 0}),
        ("a * a", {"a": 10**15}),
        ("a * a * a", {"a": 10**15}),
        ("a + b", {"a": "字", "b": 1}),
        ("a + a", {"a": "字" * 90_000}),
        ("sum(a)", {"a": ["x"]}),
        ("sum(a)", {"a": []}),
        ("a - b", {"a": 1e308, "b": -1e308}),
        ("a.b", {"a": None}),
        ("a.b.c", {"a": {"b": 1}}),
        ("round(a, b)", {"a": 1, "b": 10**9}),
        ("if a then 1 else 2", {"a": "yes"}),
    ],
)
def test_a_formula_without_an_answer_is_empty_and_never_an_error(formula, known):
    answer = formulas.read("=" + formula).calculate(known)
    assert answer is None or abs(answer) <= 10**30


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "^(a|aa)+$", "(.*a){20}", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*b", "(?=a)", r"(a)\1",
     "(?i)a", "a{1,9999}{1,9999}", "[a-z]*[a-z]*[a-z]*x", ".*.*.*", r"\w*\d*\w*\d*", "a**", "a*+",
     "(?<n>a)", "x" * 201, "[", "[]", "a{", "*", r"\p{L}", "a|b"],
)  # fmt: skip
def test_a_pattern_that_could_take_long_is_refused(pattern):
    assert "pattern" in rules(source(field("a", validate={"pattern": pattern})))
    assert "pattern" in rules(source(grid(field("a", validate={"pattern": pattern}))))
    parts = [field("a", validate={"pattern": pattern})]
    assert "pattern" in rules(source(field("l", "list", fields=parts)))


def test_the_heaviest_pattern_that_is_taken_gives_up_after_a_bounded_search():
    heaviest = "^a*a*b"
    assert patterns.problem(heaviest) is None
    assert patterns.matches(heaviest, "a" * 1_000_000) is False
