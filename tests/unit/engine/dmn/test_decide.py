"""Deciding by each hit policy, with needed decisions, and refusing in words."""

from __future__ import annotations

import pytest

from engine import dmn
from engine.bpmn.parse import Unreadable
from engine.expressions import ExpressionError
from tests.unit.engine.dmn.drawing import file, table

OVERLAPPING = [(">= 0", '"low"'), (">= 10", '"mid"'), (">= 20", '"high"')]


def decided(policy, rows, values, *, outputs=("level:string",), aggregation=""):
    drawn = table(["x:number"], outputs, rows, policy=policy, aggregation=aggregation)
    return dmn.read(file(drawn)).by_id["t"].decide(values)


def test_unique_answers_with_the_only_row_that_holds():
    rows = [("< 10", '"low"'), (">= 10", '"high"')]
    assert decided("UNIQUE", rows, {"x": 3}) == {"level": "low"}
    assert decided("UNIQUE", rows, {"x": 10}) == {"level": "high"}


def test_unique_refuses_two_rows_that_hold():
    with pytest.raises(ExpressionError, match="第 1、2 行都符合"):
        decided("UNIQUE", OVERLAPPING, {"x": 12})


def test_no_row_answers_nothing_or_the_default():
    assert decided("UNIQUE", [("> 5", '"a"')], {"x": 1}) is None
    assert decided("RULE ORDER", [("> 5", '"a"')], {"x": 1}) == []
    drawn = table(["x:number"], ["level"], [("> 5", '"a"')]).replace(
        'name="level" typeRef="">',
        'name="level"><defaultOutputEntry><text>"none"</text></defaultOutputEntry>',
    )
    assert dmn.read(file(drawn)).by_id["t"].decide({"x": 1}) == {"level": "none"}


def test_first_answers_with_the_first_row():
    assert decided("FIRST", OVERLAPPING, {"x": 25}) == {"level": "low"}


def test_any_answers_where_rows_agree_and_refuses_where_not():
    rows = [(">= 0", '"a"'), (">= 10", '"a"'), (">= 20", '"b"')]
    assert decided("ANY", rows, {"x": 15}) == {"level": "a"}
    with pytest.raises(ExpressionError, match="结果却不一样"):
        decided("ANY", rows, {"x": 25})


def test_priority_answers_by_the_order_of_the_values():
    outputs = ('level:string:"high", "mid", "low"',)
    assert decided("PRIORITY", OVERLAPPING, {"x": 25}, outputs=outputs) == {"level": "high"}
    assert decided("PRIORITY", OVERLAPPING, {"x": 12}, outputs=outputs) == {"level": "mid"}
    ordered = decided("OUTPUT ORDER", OVERLAPPING, {"x": 25}, outputs=outputs)
    assert [row["level"] for row in ordered] == ["high", "mid", "low"]


def test_rule_order_and_collect_answer_with_all_rows_in_order():
    for policy in ("RULE ORDER", "COLLECT"):
        found = decided(policy, OVERLAPPING, {"x": 25})
        assert [row["level"] for row in found] == ["low", "mid", "high"]


@pytest.mark.parametrize(
    ("aggregation", "expected", "of_none"),
    [("SUM", 12, None), ("MIN", 2, None), ("MAX", 7, None), ("COUNT", 3, 0)],
)
def test_collect_may_sum_up(aggregation, expected, of_none):
    rows = [(">= 0", "3"), (">= 10", "2"), (">= 20", "7")]
    told = {"outputs": ("n:number",), "aggregation": aggregation}
    assert decided("COLLECT", rows, {"x": 25}, **told) == {"n": expected}
    assert decided("COLLECT", rows, {"x": -1}, **told) == {"n": of_none}


def test_an_answer_may_be_reckoned():
    outputs = ("n:number", "word")
    rows = [("-", "x * 2 + 1", 'if x > 3 then "much" else "little"')]
    assert decided("UNIQUE", rows, {"x": 5}, outputs=outputs) == {"n": 11, "word": "much"}


def test_needed_decisions_are_decided_first_and_once():
    risk = table(
        ["amount:number"], ["risk:string"], [("< 5", '"low"'), (">= 5", '"high"')], key="r"
    )
    tags = table(
        ["amount:number"], ["tag"], [("> 0", '"a"'), ("> 3", '"b"')], key="tags", policy="COLLECT"
    )
    top = table(
        ["risk:string", "owner:string"],
        ["way", "labels"],
        [('"high"', "-", '"long"', "tags"), ('"low"', '"me"', '"short"', "tags")],
        key="top",
        requires=("r", "tags"),
    )
    made = dmn.read(file(risk, tags, top))
    assert made.top == "top"
    assert made.by_id["top"].names == {"amount", "owner"}
    answer = made.by_id["top"].decide({"amount": 7, "owner": "you"})
    assert answer == {"way": "long", "labels": ["a", "b"]}
    assert made.by_id["r"].names == {"amount"}


def test_a_circle_of_needs_is_refused():
    one = table(["x"], ["a"], [("-", "1")], key="one", requires=("two",))
    two = table(["x"], ["b"], [("-", "1")], key="two", requires=("one",))
    with pytest.raises(Unreadable, match="绕了回来"):
        dmn.read(file(one, two))


def test_a_missing_value_is_refused_with_the_table_and_the_column():
    with pytest.raises(ExpressionError, match="决策表“t”的输入“x”：没有名为“x”的数据"):
        decided("UNIQUE", [("> 5", '"a"')], {})


def test_a_value_of_another_type_is_refused_with_the_column():
    with pytest.raises(ExpressionError, match="“x”：“many”不是数字"):
        decided("UNIQUE", [("> 5", '"a"')], {"x": "many"})


def test_a_value_that_is_not_listed_is_refused():
    drawn = table(['k:string:"a", "b"'], ["n"], [('"a"', "1"), ('"b"', "2")])
    made = dmn.read(file(drawn)).by_id["t"]
    assert made.decide({"k": "b"}) == {"n": 2}
    with pytest.raises(ExpressionError, match="不能是"):
        made.decide({"k": "c"})


def test_trying_says_which_rows_held():
    drawn = table(["x:number"], ["level"], OVERLAPPING, policy="COLLECT")
    tried = dmn.read(file(drawn)).by_id["t"].run({"x": 12})
    assert tried.rows == (1, 2)
    assert tried.inputs == (12,)


def test_types_that_the_file_names_are_known():
    types = '<itemDefinition id="k" name="tLevel"><typeRef>number</typeRef></itemDefinition>'
    drawn = table(["x:tLevel"], ["a"], [("> 1", "1")])
    made = dmn.read(file(drawn, types=types)).by_id["t"]
    assert made.decide({"x": 2}) == {"a": 1}


def test_rows_are_put_back_and_the_rest_stays():
    before = file(table(["x:number"], ["level"], [("> 5", '"a"')]))
    rows = (*dmn.read(before).file.decisions[0].table.rows,)
    changed = dmn.write_rows(
        before, "t", [dmn.Row("", ("<= 5",), ('"b"',), "why"), *rows], policy="FIRST"
    )
    made = dmn.read(changed)
    assert made.by_id["t"].decide({"x": 5}) == {"level": "b"}
    assert made.by_id["t"].decide({"x": 6}) == {"level": "a"}
    assert made.file.decisions[0].table.policy == "FIRST"
    assert made.file.decisions[0].table.rows[0].note == "why"
    assert b"camunda:inputVariable" in changed
