"""The expression language: what it answers, and that nothing else can be made of it."""

from __future__ import annotations

import copy
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import expressions
from engine.expressions import ExpressionError

DATA = {
    "amount": 12,
    "rate": 0.5,
    "name": "王工",
    "yes": True,
    "no": False,
    "nothing": None,
    "rows": [{"label": "甲", "value": 1}, {"label": "乙", "value": 2}],
    "numbers": [3, 1, 2],
    "record": {"unit": {"code": "a"}, "count": 4},
}


def answer(text: str, data: dict[str, object] | None = None) -> object:
    return expressions.compile(text).evaluate(DATA if data is None else data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount + 1", 13),
        ("amount - 1 * 2", 10),
        ("amount / 8", 1.5),
        ("amount // 5", 2),
        ("amount % 5", 2),
        ("-amount", -12),
        ("+amount", 12),
        ("name + '来了'", "王工来了"),
        ("numbers + [4]", [3, 1, 2, 4]),
        ("(1, 2)", [1, 2]),
        ("amount > 3 and rate < 1", True),
        ("no or yes", True),
        ("not yes", False),
        ("yes and not no", True),
        ("1 < amount < 20", True),
        ("1 < amount < 5", False),
        ("amount != 12", False),
        ("amount >= 12 and amount <= 12", True),
        ("yes == 1", False),
        ("no == 0", False),
        ("1 == 1.0", True),
        ("'a' < 'b'", True),
        ("nothing == null", True),
        ("true and not false", True),
        ("2 in numbers", True),
        ("true in [1, 2]", False),
        ("'王' in name", True),
        ("'unit' in record", True),
        ("9 not in numbers", True),
        ("record.unit.code", "a"),
        ("record['count']", 4),
        ("rows[0].label", "甲"),
        ("rows[-1]['value']", 2),
        ("'多' if amount > 10 else '少'", "多"),
        ("'多' if amount > 100 else '少'", "少"),
        ("abs(-3)", 3),
        ("len(rows)", 2),
        ("len(name)", 2),
        ("max(numbers)", 3),
        ("max(1, 5)", 5),
        ("min(numbers)", 1),
        ("min(4, 2, 3)", 2),
        ("sum(numbers)", 6),
        ("round(2.6)", 3),
        ("round(2.345, 1)", 2.3),
        ("upper('ab')", "AB"),
        ("lower('AB')", "ab"),
        ("starts_with(name, '王')", True),
        ("ends_with(name, '王')", False),
    ],
)
def test_an_expression_has_its_answer(text: str, expected: object) -> None:
    found = answer(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "amount >",
        "amount = 3",
        "a; b",
        "__import__('os')",
        "name.__class__",
        "record._secret",
        "_private",
        "(lambda: 1)()",
        "lambda: " + "-" * 140 + "1",
        "[x for x in numbers]",
        "{x: 1 for x in numbers}",
        "{'a': 1}",
        "{1, 2}",
        "f'{name}'",
        "name % 3 ** 9",
        "2 ** 9",
        "1 << 60",
        "~1",
        "1 is 1",
        "1 @ 2",
        "(y := 3)",
        "await x",
        "yield",
        "*numbers",
        "open('x')",
        "eval('1')",
        "name.upper()",
        "len(numbers, 1)",
        "len()",
        "sum(numbers=1)",
        "max(1, 2, 3, 4)",
        "round(*numbers)",
        "1j",
        "b'1'",
        "...",
        "1e999",
        "9" * 30,
        "numbers[0:1]",
        "1 +\x00 2",
        "x" * (expressions.MAX_LENGTH + 1),
        "+".join(["a"] * 200),
        "(" * 250 + "1" + ")" * 250,
        "-" * 60 + "1",
        "\ud800",
    ],
)
def test_what_is_outside_the_language_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        expressions.compile(text)
    assert str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "missing",
        "amount.part",
        "record.missing",
        "record[1]",
        "rows[2]",
        "rows[-3]",
        "rows[yes]",
        "rows['0']",
        "name[0]",
        "amount and yes",
        "not amount",
        "1 if amount else 2",
        "amount + name",
        "numbers + 1",
        "yes + yes",
        "-name",
        "+yes",
        "1 / 0",
        "1 % 0",
        "1 // 0.0",
        "name < 3",
        "nothing < 3",
        "numbers < numbers",
        "1 in 12",
        "numbers in record",
        "len(3)",
        "max(name)",
        "max([])",
        "sum(rows)",
        "min('a', 'b')",
        "round(name)",
        "round(1.5, -1)",
        "round(1.5, 11)",
        "round(1.5, 0.5)",
        "abs(name)",
        "upper(3)",
        "lower(nothing)",
        "starts_with(name, 3)",
        "ends_with(3, name)",
    ],
)
def test_what_has_no_answer_for_these_data_says_so(text: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        answer(text)
    assert str(refusal.value).endswith("。")


@pytest.mark.parametrize("text", ["amount", "name", "nothing", "numbers", "1"])
def test_a_condition_is_true_or_false_and_nothing_between(text: str) -> None:
    with pytest.raises(ExpressionError, match="真或假"):
        expressions.compile(text).holds(DATA)
    assert expressions.compile("yes").holds(DATA)
    assert not expressions.compile("no").holds(DATA)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a * b", {"a": 10**17, "b": 100}),
        ("a + b", {"a": 1e18, "b": 1e18}),
        ("a + b", {"a": "长" * 60_000, "b": "长" * 60_000}),
        ("a + a", {"a": [0] * 6_000}),
        ("sum(a)", {"a": [10**18] * 3}),
        ("max(a)", {"a": [1] * 10_001}),
        ("round(a)", {"a": float("nan")}),
        ("round(a)", {"a": float("inf")}),
        ("a - a", {"a": float("inf")}),
        ("a < 'x'", {"a": 10**5_000}),
        ("a - 1", {"a": 10**5_000}),
        ("a / 3", {"a": 10**400}),
        ("a * 1.5", {"a": 10**400}),
        ("[a, a]", {"a": [[0] * 3_000, [0] * 3_000]}),
        ("[a, a]", {"a": ["长" * 60_000]}),
        ("[a]", {"a": {"b": {"c": [0] * 10_000}}}),
    ],
)
def test_nothing_grows_beyond_its_bounds(text: str, data: dict[str, object]) -> None:
    with pytest.raises(ExpressionError):
        answer(text, data)


def test_a_list_that_holds_itself_many_times_is_measured_as_it_would_be_written() -> None:
    for text in ("[x, x]", "[x]"):
        with pytest.raises(ExpressionError, match="太大"):
            again_and_again(text, rounds=40)


def again_and_again(text: str, rounds: int) -> object:
    expression, value = expressions.compile(text), 1
    for _round in range(rounds):
        value = expression.evaluate({"x": value})
    return value


def test_deep_inside_a_program_a_deep_expression_is_still_refused_in_words() -> None:
    def at_depth(depth: int) -> object:
        return at_depth(depth - 1) if depth else expressions.compile("lambda: " + "-" * 140 + "1")

    for depth in range(0, 900, 50):
        with pytest.raises((ExpressionError, RecursionError)) as refusal:
            at_depth(depth)
        assert refusal.type is ExpressionError or depth > 700


def test_only_the_names_it_reads_are_told() -> None:
    found = expressions.compile("record.unit.code == name and len(rows) > 3 or true")
    assert found.names == {"record", "name", "rows"}


@pytest.mark.parametrize(
    ("written", "inside"),
    [
        ("${ amount > 3 }", "amount > 3"),
        (" amount > 3 ", "amount > 3"),
        ("${}", ""),
    ],
)
def test_the_wrapping_of_modelers_is_taken_off(written: str, inside: str) -> None:
    assert expressions.unwrap(written) == inside


def test_another_wrapping_is_refused_with_the_right_one() -> None:
    with pytest.raises(ExpressionError, match=r"\$\{ … \}"):
        expressions.unwrap("#{amount > 3}")


EXTREMES: list[object] = [
    0, -1, 10**18, -(10**18), 2**63, 0.0, -0.0, 1e308, 5e-324, float("nan"), float("inf"),
    "", "文", "x" * 100_000, "\x00", True, False, None, [], [[]], [None], [1, "a"], {}, {"a": {}},
    {"": None}, [0] * 10_000,
]  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "//", "%", "<", "<=", ">", ">=", "==", "!=", "in", "not in")


def tried(text: str, data: dict[str, object]) -> None:
    """Run it: an answer or `ExpressionError`, and the data as they were."""
    before = copy.deepcopy(data)
    try:
        expressions.compile(text).evaluate(data)
    except ExpressionError as refusal:
        assert str(refusal)  # noqa: PT017  (both ways are right)
    assert repr(data) == repr(before)


@pytest.mark.parametrize("sign", OPERATORS)
def test_every_operator_with_every_extreme_answers_or_refuses(sign: str) -> None:
    expression = expressions.compile(f"a {sign} b")
    answered = 0
    for left, right in product(EXTREMES, repeat=2):
        try:
            expression.evaluate({"a": left, "b": right})
        except ExpressionError:
            continue
        answered += 1
    assert 0 < answered <= len(EXTREMES) ** 2


@pytest.mark.parametrize("name", sorted(expressions.FUNCTIONS))
def test_every_function_with_every_extreme_answers_or_refuses(name: str) -> None:
    _function, counts = expressions.FUNCTIONS[name]
    for count in counts:
        letters = "abc"[:count]
        text = f"{name}({', '.join(letters)})"
        for chosen in product(EXTREMES if count < 3 else EXTREMES[::4], repeat=count):
            tried(text, dict(zip(letters, chosen, strict=True)))


@pytest.mark.parametrize(
    "text", ["not a", "-a", "+a", "a.b", "a[0]", "a['x']", "1 if a else 2", "[a]"]
)
def test_every_other_part_with_every_extreme_answers_or_refuses(text: str) -> None:
    for value in EXTREMES:
        tried(text, {"a": value})


WORDS = st.sampled_from(
    ["a", "b", "1", "0.5", "'x'", "true", "null", "(", ")", "[", "]", ",", ".", "and", "or", "not",
     "in", "if", "else", "+", "-", "*", "/", "//", "%", "**", "<", "==", "len", "max", "sum",
     "round", "upper", "_a", "lambda", ":", "${", "}", "\x00", "\\", "'"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None, database=None, derandomize=True)
@given(st.lists(WORDS, max_size=12), JSON, JSON)
def test_whatever_is_typed_only_the_one_error_comes_out(
    words: list[str], one: object, other: object
) -> None:
    text = " ".join(words)
    try:
        expression = expressions.compile(text)
    except ExpressionError:
        return
    tried(expression.text, {"a": one, "b": other})


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.text(max_size=60))
def test_whatever_characters_are_typed_only_the_one_error_comes_out(text: str) -> None:
    try:
        expression = expressions.compile(text)
    except ExpressionError as refusal:
        assert str(refusal)  # noqa: PT017  (both ways are right)
        return
    assert expression.text == text.strip()
