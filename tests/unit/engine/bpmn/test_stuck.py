"""What cannot go on waits where it is, is told, and can be tried again."""

from __future__ import annotations

import pytest

from engine.bpmn import game, state
from engine.bpmn.commands import Retry
from engine.bpmn.effects import Stuck
from engine.errors import NotFound
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import Play, drawn, inside, message, node

WHICH = node("exclusiveGateway", "which") + step("more")
ONE_WAY = "start>first ; first>which ; which>more?amount > 3 ; more>end"


def told(play: Play) -> list[str]:
    return [one.sentence.format(**one.values) for one in play.effects if isinstance(one, Stuck)]


def test_a_condition_without_its_data_sticks_before_the_gateway_and_goes_on_when_corrected() -> (
    None
):
    play = drawn(step("first") + WHICH, ONE_WAY)
    play.complete("first")
    assert (play.waiting, list(play.stuck.values())) == ([], ["which"])
    assert "amount" in told(play)[0]
    play.retry("which")
    assert list(play.stuck.values()) == ["which"]
    play.retry("which", amount=4)
    assert (play.waiting, play.stuck) == (["more"], {})


def test_no_way_that_holds_is_told_by_the_name_people_see() -> None:
    play = drawn(step("first") + WHICH, ONE_WAY)
    play.complete("first", amount=1)
    assert told(play) == ["“which”后面没有一条线的条件成立。"]


def test_a_finished_step_without_a_way_on_sticks_behind_itself() -> None:
    play = drawn(step("first") + step("more"), "start>first ; first>more?amount > 3 ; more>end")
    play.complete("first", amount=1)
    assert list(play.stuck.values()) == ["first"]
    play.retry("first", amount=5)
    assert play.waiting == ["more"]


def test_a_script_that_fails_changes_nothing() -> None:
    lines = "<bpmn:script>count = count + 1&#10;half = count / parts</bpmn:script>"
    play = drawn(
        step("first") + node("scriptTask", "sums", lines) + WHICH,
        "start>first ; first>sums ; sums>which ; which>more?half > 1 ; more>end",
    )
    play.complete("first", count=3, parts=0)
    assert (list(play.stuck.values()), play.variables) == (["sums"], {"count": 3, "parts": 0})
    play.retry("sums", parts=2)
    assert (play.waiting, play.variables["count"]) == (["more"], 4)


def test_only_what_is_stuck_can_be_tried_again() -> None:
    play = drawn(step("first") + WHICH, ONE_WAY)
    for token in (play.token("first"), "99", "x"):
        with pytest.raises(NotFound):
            play.do(Retry(token))


def test_a_join_whose_branch_will_not_come_any_more_is_told() -> None:
    nodes = step("first") + node("exclusiveGateway", "choice", default="choice__b")
    nodes += step("a") + step("b") + node("parallelGateway", "join")
    lines = "start>first ; first>choice ; choice>a?amount > 3 ; choice>b"
    play = drawn(nodes, f"{lines} ; a>join ; b>join ; join>end")
    play.complete("first", amount=9)
    play.complete("a")
    assert told(play) == ["汇聚在等的分支不会再来了，流程走不下去。"]
    play.retry("join")
    assert list(play.stuck.values()) == ["join"]


def test_an_inclusive_join_that_cannot_go_on_is_tried_again_as_one() -> None:
    nodes = step("first") + step("a") + step("b") + step("last")
    nodes += node("inclusiveGateway", "split") + node("inclusiveGateway", "join")
    lines = "start>first ; first>split ; split>a?x > 0 ; split>b?y > 0 ; a>join ; b>join"
    play = drawn(nodes, f"{lines} ; join>last?amount > 3 ; last>end")
    play.complete("first", x=1, y=1)
    play.complete("a")
    assert play.waiting == ["b"]
    play.complete("b")
    assert list(play.stuck.values()) == ["join"]
    play.retry("join", amount=4)
    assert play.waiting == ["last"]


def test_steps_that_never_come_to_rest_are_parked() -> None:
    nodes = step("first") + node("scriptTask", "count", "<bpmn:script>n = n + 1</bpmn:script>")
    nodes += node("exclusiveGateway", "which", default="which__count")
    play = drawn(
        nodes, "start>first ; first>count ; count>which ; which>end?n == 0 - 1 ; which>count"
    )
    play.complete("first", n=0)
    assert list(play.stuck.values()) == ["count"]
    assert str(game.MAX_MOVES) in told(play)[0]
    assert play.variables == {"n": 0}
    play.retry("count", n=-2)
    assert play.ended == "completed"


def test_work_that_goes_round_without_people_stops_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(game, "MAX_PASSES", 5)
    nodes = step("first") + node("serviceTask", "work", topic="t")
    nodes += node("exclusiveGateway", "which", default="which__work")
    play = drawn(nodes, "start>first ; first>work ; work>which ; which>end?n > 0 ; which>work")
    play.complete("first", n=0)
    for _turn in range(5):
        play.complete("work")
    assert told(play) == ["这一步已经走了 5 次，可能是死循环。"]
    play.retry("work")
    play.complete("work")
    assert play.waiting == ["work"]
    play.complete("work", n=1)
    assert play.ended == "completed"


def test_more_tokens_than_a_case_may_have_are_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(game, "MAX_TOKENS", 20)
    nodes = step("work") + step("other")
    nodes += message("boundaryEvent", "again", attachedToRef="work", cancelActivity="false")
    play = drawn(nodes, "start>work ; work>end ; again>other ; other>end")
    for _round in range(30):
        play.deliver("again")
    tokens = state.load(play.saved).tokens
    assert list(play.stuck.values()).count("other") > 0
    assert len(play.waiting) <= 20
    assert len(tokens) == len(play.open) + len(play.stuck)


def test_what_is_stuck_inside_keeps_the_sub_process_open() -> None:
    nodes = inside(
        "part",
        node("scriptTask", "sums", "<bpmn:script>a = b</bpmn:script>"),
        "part_go>sums sums>done",
    )
    play = drawn(nodes, "start>part ; part>end")
    assert (play.waiting, list(play.stuck.values())) == (["part"], ["sums"])
    play.retry("sums", b=1)
    assert play.ended == "completed"


def test_a_terminate_end_inside_ends_the_inside_alone() -> None:
    stop = node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
    nodes = inside(
        "part",
        step("x") + step("y") + stop + node("parallelGateway", "fork"),
        "part_go>fork fork>x fork>y x>stop y>done",
    )
    play = drawn(nodes + step("after"), "start>part ; part>after ; after>end")
    assert play.waiting == ["part", "x", "y"]
    play.complete("x")
    assert play.waiting == ["after"]


def test_a_terminate_end_outside_ends_the_case() -> None:
    stop = node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
    nodes = stop + step("x") + step("y") + node("parallelGateway", "fork")
    play = drawn(nodes, "start>fork ; fork>x ; fork>y ; x>stop ; y>end")
    play.complete("x")
    assert (play.ended, play.waiting) == ("terminated", [])


def test_a_state_of_another_format_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="format 9"):
        state.load('[9,1,[],{},{},""]')
