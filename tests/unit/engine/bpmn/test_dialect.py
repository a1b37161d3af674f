"""The grammar of our words, and that the browser's list of them is the same."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import dialect, timers
from engine.bpmn.dialect import Place, Rule, RuleKind, Verb
from engine.expressions import ExpressionError

DESCRIPTOR = Path(dialect.__file__).parent.with_suffix(".json")
READERS = (
    dialect.assignment,
    dialect.users,
    dialect.verbs,
    dialect.returns_to,
    dialect.field_rights,
    dialect.priority,
    dialect.key,
    dialect.signing,
    dialect.script,
    dialect.due,
)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("initiator", Rule(RuleKind.INITIATOR)),
        ("post:academic_affairs", Rule(RuleKind.POST, "academic_affairs")),
        ("post:reviewer@subject.college", Rule(RuleKind.POST, "reviewer", Place.SUBJECT_COLLEGE)),
        ("post:reviewer@unit:机电", Rule(RuleKind.POST, "reviewer", Place.UNIT, "机电")),
        ("head@initiator.unit", Rule(RuleKind.HEAD, "", Place.INITIATOR_UNIT)),
        ("leader@subject.unit", Rule(RuleKind.LEADER, "", Place.SUBJECT_UNIT)),
        ("user:li.si@example.cn", Rule(RuleKind.USER, "li.si@example.cn")),
        ("committee:quality", Rule(RuleKind.COMMITTEE, "quality")),
        ("pick:initiator", Rule(RuleKind.PICK, "initiator")),
    ],
)
def test_a_rule_is_read_and_written_back(text, rule):
    assert dialect.assignment(text) == (rule,)
    assert rule.text == text


@pytest.mark.parametrize(
    "text",
    ["", ",", "a", "post", "post:", "post:a b", "post:a@", "post:a@moon", "post:a@unit:", "head",
     "head:x@subject.unit", "initiator:x", "user:", "user:a@b:c", "initiator@subject.unit",
     "post:a，post:b", "${x}", "user:a b", "x" * 3_000, ",".join(["initiator"] * 51)],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_a_sentence(text):
    with pytest.raises(dialect.DialectError) as refusal:
        dialect.assignment(text)
    assert len(str(refusal.value)) < 200


def test_who_puts_the_three_attributes_together():
    who = dialect.who(
        {
            "camunda:assignee": "initiator",
            "camunda:candidateGroups": "post:a, initiator, post:a",
            "camunda:candidateUsers": "zhang, user:li",
        }
    )
    assert who.assignee == Rule(RuleKind.INITIATOR)
    assert [rule.text for rule in who.candidates] == [
        "post:a",
        "initiator",
        "user:zhang",
        "user:li",
    ]
    assert dialect.who({}).rules == ()
    with pytest.raises(dialect.DialectError):
        dialect.who({"camunda:assignee": "zhang, li"})


def test_verbs_keep_their_order_and_labels():
    verbs = dialect.verbs("approve=审定通过, return, reassign")
    assert verbs == (Verb("approve", "审定通过"), Verb("return"), Verb("reassign"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "agree",
        "approve=",
        "approve,approve",
        "return",
        "delegate,approve",
        "approve=" + "字" * 21,
    ],
)
def test_verbs_that_we_cannot_carry_out_are_refused(text):
    with pytest.raises(dialect.DialectError):
        dialect.verbs(text)


def test_field_rights_are_read_by_field():
    rights = dialect.field_rights("*:read, goals.remark:edit, goals.*:hidden, goals:required")
    assert dict(rights) == {
        "*": "read",
        "goals.remark": "edit",
        "goals.*": "hidden",
        "goals": "required",
    }


@pytest.mark.parametrize(
    "text", ["", "goals", "goals:write", ":read", "a.b.c:read", "a:read,a:edit", "a b:read"]
)
def test_field_rights_outside_the_grammar_are_refused(text):
    with pytest.raises(dialect.DialectError):
        dialect.field_rights(text)


def test_a_script_is_lines_of_name_and_expression():
    lines = dialect.script("\n# 合计\n合计 = a + b\n  half = ${合计 / 2}\n same = a == b\n")
    assert [name for name, _expression in lines] == ["合计", "half", "same"]
    assert lines[1][1].evaluate({"合计": 3}) == 1.5


@pytest.mark.parametrize(
    "text",
    ["", "# nothing", "import os", "a", "a == b", "= 1", "1 = a", "_a = 1", "a.b = 1", "true = 1",
     "len = 1", "a = open('x')", "a = ().__class__", "a = #{b}", "a = 1\n" * 101],
)  # fmt: skip
def test_anything_else_is_no_script(text):
    with pytest.raises((dialect.DialectError, ExpressionError)):
        dialect.script(text)


def test_the_browser_is_told_the_same_words():
    told = json.loads(DESCRIPTOR.read_text(encoding="utf-8"))
    attributes = {f"camunda:{one['name']}" for one in told["attributes"]}
    assert attributes == set(dialect.ATTRIBUTES)
    assert {one["name"] for one in told["properties"]} == set(dialect.PROPERTIES)


@pytest.mark.parametrize("kind", ["attributes", "properties"])
def test_the_browser_is_told_on_which_elements_they_stand(kind):
    ours = dialect.ATTRIBUTES if kind == "attributes" else dialect.PROPERTIES
    for one in json.loads(DESCRIPTOR.read_text(encoding="utf-8"))[kind]:
        name = f"camunda:{one['name']}" if kind == "attributes" else one["name"]
        assert set(one["on"]) == ours[name].on


@given(st.text(max_size=80))
def test_no_text_makes_a_reader_stumble(text):
    for reader in READERS:
        with suppress(dialect.DialectError, timers.TimerError, ExpressionError):
            reader(text)
