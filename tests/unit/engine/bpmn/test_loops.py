"""Multi-instance activities, called flows, and decision tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from engine import entries
from engine.bpmn import loops, state
from engine.bpmn.effects import Opened, Stuck, Waits
from engine.bpmn.process import ALL, Handed
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import Play, drawn, event, inside, many, node, timer, times

LINES = "start>each ; each>after ; after>end"
LIST = {"camunda_collection": "units", "camunda_elementVariable": "unit"}
SEQUENCE = LIST | {"isSequential": "true"}


def called(marks: str, **data: object) -> Play:
    nodes = node("callActivity", "each", marks, calledElement="other") + step("after")
    return drawn(nodes, LINES, data=data)


def own(play: Play) -> list[object]:
    return [one.local.get("unit") for one in play.effects if isinstance(one, Opened) and one.local]


def test_side_by_side_every_item_has_its_instance() -> None:
    play = called(many(**LIST), units=["a", "b", "c"])
    assert play.waiting == ["each"] * 4
    assert own(play) == ["a", "b", "c"]
    for _number in range(3):
        assert "after" not in play.waiting
        play.complete_last("each")
    assert play.waiting == ["after"]


def test_one_after_the_other_the_next_begins_when_the_one_before_is_done() -> None:
    play = called(many(**SEQUENCE), units=["a", "b"])
    assert (own(play), play.waiting) == (["a"], ["each"] * 2)
    play.complete_last("each")
    assert (own(play), play.waiting) == (["b"], ["each"] * 2)
    play.complete_last("each")
    assert play.waiting == ["after"]


def test_what_is_enough_closes_the_others() -> None:
    play = called(many(times(5, "nrOfCompletedInstances >= 2 and nrOfInstances == 5")))
    play.complete_last("each")
    play.complete_last("each")
    assert play.waiting == ["after"]


def test_a_condition_that_cannot_be_read_counts_an_instance_once() -> None:
    play = called(many(times(2, "enough")))
    play.complete_last("each")
    assert list(play.stuck.values()) == ["each"]
    play.retry_stuck(enough=False)
    assert play.waiting == ["each"] * 2
    play.complete_last("each")
    assert play.waiting == ["after"]


def test_no_item_passes_at_once() -> None:
    assert called(many(**LIST), units=[]).waiting == ["after"]


@pytest.mark.parametrize(
    ("marks", "data"),
    [
        (many(times("${n}")), {"n": loops.MAX_INSTANCES + 1}),
        (many(times("${n}")), {"n": 10**9}),
        (many(times("${n}")), {"n": -1}),
        (many(times("${n}")), {"n": "3"}),
        (many(times("${n}")), {}),
        (many(**LIST), {"units": "abc"}),
        (many(**LIST), {"units": list(range(loops.MAX_INSTANCES + 1))}),
    ],
)
def test_too_many_or_no_number_sticks_in_words(marks: str, data: dict[str, object]) -> None:
    play = called(marks, **data)
    assert list(play.stuck.values()) == ["each"]
    assert [one.sentence for one in play.effects if isinstance(one, Stuck)]
    play.retry("each", n=1, units=["a"])
    assert play.waiting == ["each"] * 2


def test_a_thousand_side_by_side_come_to_their_end() -> None:
    play = called(many(times(loops.MAX_INSTANCES)))
    assert len(play.waiting) == loops.MAX_INSTANCES + 1
    for _number in range(loops.MAX_INSTANCES):
        play.complete_last("each")
    assert play.waiting == ["after"]


def test_a_thousand_times_a_thousand_stop_in_words() -> None:
    marks = many(times(loops.MAX_INSTANCES))
    deep = inside("deep", step("x"), "deep_go>x x>inner", ends="inner", marks=marks)
    part = inside("each", deep, "each_go>deep deep>done", marks=marks)
    play = drawn(part + step("after"), LINES)
    assert list(play.stuck.values()) == ["start"]


def test_an_event_on_the_edge_takes_all_instances_away() -> None:
    nodes = node("serviceTask", "each", many(times(3))) + step("after") + step("late")
    nodes += timer("boundaryEvent", "alarm", attachedToRef="each")
    play = drawn(nodes, f"{LINES} ; alarm>late ; late>end")
    assert play.waiting == ["alarm", *["each"] * 4]
    play.fire("alarm")
    assert play.waiting == ["late"]


def test_an_error_of_one_instance_ends_them_all_or_waits_for_another_try() -> None:
    nodes = node("serviceTask", "each", many(times(2))) + step("after") + step("late")
    caught = event("boundaryEvent", "caught", "error", "late", attachedToRef="each")
    play = drawn(nodes + caught, f"{LINES} ; caught>late ; late>end")
    play.fail_last("each", "other")
    assert (play.waiting, list(play.stuck.values())) == (["each"] * 2, ["each"])
    play.retry_stuck()
    assert play.waiting == ["each"] * 3
    play.fail_last("each", "late")
    assert play.waiting == ["late"]


def parts(**data: object) -> Play:
    """A sub-process for each unit: `x`, then `y` unless it was refused."""
    content = step("x") + step("y") + node("exclusiveGateway", "which", default="which__y")
    nodes = inside(
        "each",
        content,
        "part_go>x".replace("part", "each") + " x>which which>y y>done",
        marks=many(**LIST),
    )
    nodes = nodes.replace("</bpmn:subProcess>", _refused() + "</bpmn:subProcess>")
    return drawn(nodes + step("after"), LINES, data=data)


def _refused() -> str:
    return (
        '<bpmn:sequenceFlow id="no" sourceRef="which" targetRef="done"><bpmn:conditionExpression>'
        "${outcome == 'refuse' and unit != 'c'}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )


def test_each_instance_of_a_sub_process_decides_by_what_is_its_own() -> None:
    play = parts(units=["a", "b", "c"])
    assert play.waiting == [*["each"] * 4, *["x"] * 3]
    play.complete("x", outcome="refuse")
    play.complete("x", outcome="approve")
    play.complete("x", outcome="refuse")
    assert play.waiting == [*["each"] * 3, *["y"] * 2]
    play.complete("y")
    play.complete("y")
    assert play.waiting == ["after"]


def test_a_return_inside_an_instance_leaves_the_others_alone() -> None:
    play = parts(units=["a", "b"])
    play.complete("x", outcome="approve")
    play.send_back("y", "x")
    assert play.waiting == [*["each"] * 3, "x", "x"]
    for _number in range(2):
        play.complete("x", outcome="approve")
        play.complete("y")
    assert play.waiting == ["after"]


def test_the_numbers_of_instances_are_those_of_the_activity() -> None:
    play = called(many(times(3)))
    assert {one.number for one in play.effects if isinstance(one, Opened)} == {1}
    assert {one.waits_for for one in play.effects if isinstance(one, Opened)} == {
        Waits.INSIDE,
        Waits.CALL,
    }


def test_what_an_instance_sees_is_told_from_the_state() -> None:
    play = parts(units=["a", "b"])
    tokens = [token for token, place in play.open.items() if place == "x"]
    here = state.load(play.saved)
    assert [state.local(here, token)["unit"] for token in tokens] == ["a", "b"]


def test_the_items_of_instances_do_not_stand_in_the_log() -> None:
    play = called(many(**LIST), units=["somebody"])
    words = [entries.effect_words(one) for one in play.effects]
    assert "somebody" not in str(words)
    assert set(words[-1]) == {"was", "token", "element", "number", "waits_for"}


def test_a_drawn_multi_instance_user_task_is_a_signing_rule() -> None:
    for marks, rule in ((many(), "all"), (many(isSequential="true"), "sequence")):
        task = node("userTask", "each", marks) + step("after")
        play = drawn(task, LINES)
        assert play.waiting == ["each"]
        assert play.process.elements["each"].properties["signing"] == rule


def test_what_a_called_case_is_handed_is_read() -> None:
    lines = (
        '<camunda:in source="stage" target="phase"/><camunda:in sourceExpression="${n + 1}" '
        'target="m"/><camunda:in businessKey="${n}"/>'
        '<camunda:out variables="all"/>'
    )
    nodes = node(
        "callActivity",
        "each",
        f"<bpmn:extensionElements>{lines}</bpmn:extensionElements>",
        calledElement="other",
    )
    element = drawn(nodes + step("after"), LINES).process.elements["each"]
    assert element.called == "other"
    assert [(one.source, one.target) for one in element.inputs] == [("stage", "phase"), ("", "m")]
    assert element.outputs == (Handed(ALL, ALL),)


@dataclass(frozen=True)
class Table:
    """A decision that answers with what it was made with."""

    answer: object
    names: frozenset[str] = frozenset({"amount"})

    def decide(self, values: Mapping[str, object]) -> object:
        assert "amount" in values
        return self.answer


@pytest.mark.parametrize(
    ("shape", "answer", "value"),
    [
        ("singleEntry", {"chain": "long"}, "long"),
        ("singleEntry", None, None),
        ("singleResult", {"chain": "long", "days": 3}, {"chain": "long", "days": 3}),
        ("collectEntries", [{"unit": "a"}, {"unit": "b"}], ["a", "b"]),
        ("resultList", [{"unit": "a"}], [{"unit": "a"}]),
        ("", {"unit": "a"}, [{"unit": "a"}]),
    ],
)
def test_a_table_is_asked_within_the_step(shape: str, answer: object, value: object) -> None:
    play = ruled(shape, answer)
    assert play.variables == {"amount": 5, "answer": value}
    assert play.waiting == ["after"]


def ruled(shape: str, answer: object) -> Play:
    words = {"camunda:decisionRef": "chain", "camunda:resultVariable": "answer"}
    if shape:
        words["camunda:mapDecisionResult"] = shape
    nodes = node("businessRuleTask", "each", **words) + step("after")
    return drawn(nodes, LINES, data={"amount": 5}, tables={"chain": Table(answer)})


@pytest.mark.parametrize(
    ("shape", "answer"),
    [("singleEntry", {"a": 1, "b": 2}), ("singleResult", [{"a": 1}, {"a": 2}])],
)
def test_an_answer_that_does_not_fit_sticks(shape: str, answer: object) -> None:
    assert list(ruled(shape, answer).stuck.values()) == ["each"]


def test_a_table_that_is_not_there_sticks() -> None:
    nodes = node("businessRuleTask", "each", **{"camunda:decisionRef": "x"}) + step("after")
    assert list(drawn(nodes, LINES).stuck.values()) == ["each"]
