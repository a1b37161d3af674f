"""form-js conditions: the FEEL that is understood, and what missing values mean."""

from __future__ import annotations

import pytest

from engine.expressions import ExpressionError
from engine.forms import conditions, feel, patterns, visibility
from tests.unit.engine.forms.making import field, form, grid


@pytest.mark.parametrize(
    ("feel_text", "ours"),
    [
        ('stage != "goal"', "(stage != 'goal')"),
        ("a = 1 and b = 2 or c", "(((a == 1) and (b == 2)) or c)"),
        ("not(a)", "(not a)"),
        ("(a or b) and c", "(((a or b)) and c)"),
        ("if a then 1 else 2", "(1 if a else 2)"),
        ("a in (1, 2)", "(a in [1, 2])"),
        ("a in [1, 2]", "(a in [1, 2])"),
        ("a in [1..5]", "(1 <= a <= 5)"),
        ("a between 1 and 5", "(1 <= a <= 5)"),
        ("-a + 2 * 3 / 4 - 1", "(((-a) + ((2 * 3) / 4)) - 1)"),
        ("a.b = null", "(a.b == None)"),
        ("a = true or a = false", "((a == True) or (a == False))"),
        (r'a = "说\"好\"\n"', "(a == '说\"好\"\\n')"),
        ("金额 >= 1.5", "(金额 >= 1.5)"),
    ],
)
def test_feel_is_translated(feel_text, ours):
    assert feel.translate(feel_text) == ours


@pytest.mark.parametrize(
    "text",
    [
        "a =",
        "= a",
        "a b",
        "a in 5",
        "a[1]",
        "f(x)",
        "a.__b",
        "{a: 1}",
        "a ? b",
        "1..5",
        "'a'",
        "",
        "if a then b",
        "not a",
        "a between 1",
        'date("2026-01-01")',
        "function(x) x",
        "a\x00",
    ],
)
def test_other_feel_is_refused_with_a_sentence(text):
    with pytest.raises(ExpressionError) as refusal:
        feel.translate(text)
    assert "条件" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "values", "hidden"),
    [
        ('=stage != "goal"', {"stage": "goal"}, False),
        ('=stage != "goal"', {"stage": "standard"}, True),
        ('=stage != "goal"', {}, True),
        ("=amount > 100", {"amount": 101}, True),
        ("=amount > 100", {"amount": None}, False),
        ("=amount > 100", {"amount": "十五"}, False),
        ("=amount", {"amount": 5}, False),
        ("=ok", {"ok": True}, True),
        ("=1 / 0 = 1", {}, False),
    ],
)
def test_only_a_clear_yes_hides(text, values, hidden):
    assert conditions.read(text).hides(values) is hidden


def test_a_hidden_field_is_empty_for_those_after_it():
    it = form(
        field("a"),
        field("b", conditional={"hide": '=a = "x"'}),
        field("c", conditional={"hide": "=b = null"}),
    )
    shown = visibility.of(it, {"a": "x", "b": "filled"}, {})
    assert [part.key for part in it.parts if shown.shows(part)] == ["a"]
    shown = visibility.of(it, {"a": "", "b": "filled"}, {})
    assert [part.key for part in it.parts if shown.shows(part)] == ["a", "b", "c"]


def test_a_group_hides_what_is_in_it():
    inside = {"type": "group", "components": [field("a"), grid()], "conditional": {"hide": "=x"}}
    it = form(inside)
    assert visibility.of(it, {}, {"x": True}).hidden == {"a", "rows"}


def test_a_form_field_comes_before_a_variable_of_the_same_name():
    it = form(field("stage"), field("b", conditional={"hide": '=stage = "goal"'}))
    assert it.variables == frozenset()
    assert visibility.of(it, {"stage": "other"}, {"stage": "goal"}).hidden == frozenset()


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^\d{6}$", "460305", "46030x"),
        (r"^[A-Z]{2}\d{4,6}$", "AB1234", "A1"),
        (r"^1[3-9]\d{9}$", "13800138000", "23800138000"),
        (r"^[一-龥]+$", "汉字", "abc"),
        (r"级$", "2027 级", "2027"),
        (r"^a\.b$", "a.b", "axb"),
        (r"^a\$", "a$", "a"),
    ],
)
def test_a_simple_pattern_is_used(pattern, good, bad):
    assert patterns.problem(pattern) is None
    assert patterns.matches(pattern, good)
    assert not patterns.matches(pattern, bad)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*",
        "(?=a)",
        r"(a)\1",
        "a**",
        "[",
        "a{1,99999}",
        ".*.*.*=",
        "^.*.*.*$",
        "a|b",
        "(?:x)",
        "^" + "a?" * 40,
        "^[a-z]*[a-z]*[a-z]*$",
        "x" * 500,
        "[z-a]",
        "a{5,1}",
        "(?s).",
        "*a",
        "\\",
        "(",
        "a$b",
    ],
)
def test_a_pattern_that_could_be_slow_or_wrong_is_refused(pattern):
    problem = patterns.problem(pattern)
    assert problem is not None
    assert "格式" in problem
