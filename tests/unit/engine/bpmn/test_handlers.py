"""Event sub-processes: what opens them, what they take away, when they are over."""

from __future__ import annotations

import pytest

from engine.bpmn.effects import Closed, Why
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import Play, drawn, event, handler, inside, node, timer

SOFT = {"isInterrupting": "false"}
INSIDE = "go>look look>catch_end"


def beside(start: str) -> Play:
    """`a`, then `b`, and an event sub-process of the process itself."""
    nodes = step("a") + step("b") + handler("catch", start, step("look"), INSIDE)
    return drawn(nodes, "start>a ; a>b ; b>end")


def test_one_that_interrupts_takes_everything_else_away() -> None:
    play = beside(event("startEvent", "go", "signal", "stop"))
    assert play.waiting == ["a", "go"]
    play.deliver("go")
    assert play.waiting == ["catch", "look"]
    closed = {one.element: one.why for one in play.effects if isinstance(one, Closed)}
    assert closed == {"go": Why.COMPLETED, "a": Why.INTERRUPTED}
    play.complete("look")
    assert play.ended == "completed"


def test_one_that_does_not_interrupt_runs_beside_and_may_come_again() -> None:
    play = beside(event("startEvent", "go", "message", "paper", **SOFT))
    play.deliver("go")
    play.deliver("go")
    assert play.waiting == ["a", "catch", "catch", "go", "look", "look"]
    play.complete("a")
    play.complete("b")
    assert play.ended == ""
    play.complete("look")
    play.complete("look")
    assert (play.ended, play.waiting) == ("completed", [])


def test_a_trigger_that_never_came_does_not_keep_the_case_open() -> None:
    play = beside(timer("startEvent", "go", **SOFT))
    play.complete("a")
    play.complete("b")
    assert (play.ended, play.waiting) == ("completed", [])


def test_a_timer_that_does_not_interrupt_comes_once_and_one_that_goes_round_as_often_as_drawn() -> (
    None
):
    play = beside(timer("startEvent", "go", **SOFT))
    play.fire("go")
    assert play.waiting == ["a", "catch", "look"]
    play = beside(
        timer("startEvent", "go", **SOFT)
        .replace("timeDuration", "timeCycle")
        .replace("PT1H", "R2/PT1H")
    )
    play.fire("go")
    assert play.waiting == ["a", "catch", "go", "look"]
    play.fire("go")
    assert play.waiting == ["a", "catch", "catch", "look", "look"]


def nested(start: str, thrown: str) -> Play:
    """A sub-process with an event sub-process of its own."""
    content = step("x") + thrown + step("y") + handler("catch", start, step("look"), INSIDE)
    nodes = inside("part", content, "part_go>x x>up up>y y>done") + step("after")
    play = drawn(nodes, "start>part ; part>after ; after>end")
    play.complete("x")
    return play


def test_an_escalation_opens_one_beside_or_instead() -> None:
    up = event("intermediateThrowEvent", "up", "escalation", "slow")
    play = nested(event("startEvent", "go", "escalation", "slow", **SOFT), up)
    assert play.waiting == ["catch", "look", "part", "y"]
    play.complete("y")
    assert play.waiting == ["catch", "look", "part"]
    play.complete("look")
    assert play.waiting == ["after"]
    play = nested(event("startEvent", "go", "escalation"), up)
    assert play.waiting == ["catch", "look", "part"]
    play.complete("look")
    assert play.waiting == ["after"]


def test_an_error_in_it_goes_further_out() -> None:
    fail = event("endEvent", "fail", "error", "late")
    content = handler(
        "catch",
        event("startEvent", "go", "signal", "stop"),
        step("look") + fail,
        "go>look look>fail",
    )
    again = handler(
        "other",
        event("startEvent", "other_go", "error"),
        step("mend"),
        "other_go>mend mend>other_end",
    )
    content += again + step("x")
    nodes = inside("part", content, "part_go>x x>done") + step("after")
    nodes += event("boundaryEvent", "caught", "error", "late", attachedToRef="part") + step("late")
    play = drawn(nodes, "start>part ; part>after ; after>end ; caught>late ; late>end")
    play.deliver("go")
    play.complete("look")
    assert play.waiting == ["late"]


def test_what_is_around_takes_the_triggers_along() -> None:
    content = handler(
        "catch", event("startEvent", "go", "signal", "stop"), step("look"), INSIDE
    ) + step("x")
    nodes = inside("part", content, "part_go>x x>done") + step("after")
    play = drawn(nodes, "start>part ; part>after ; after>end")
    assert play.waiting == ["go", "part", "x"]
    play.complete("x")
    assert play.waiting == ["after"]


@pytest.mark.parametrize("way", ["return", "withdraw"])
def test_going_back_to_the_beginning_arms_the_triggers_again(way: str) -> None:
    play = beside(event("startEvent", "go", "signal", "stop", **SOFT))
    play.complete("a")
    if way == "return":
        play.send_back("b", "a")
    else:
        play.withdraw("a")
    assert play.waiting == ["a", "go"]


def test_a_case_whose_join_waits_for_nothing_is_told_though_a_trigger_listens() -> None:
    nodes = node("exclusiveGateway", "which", default="which__a") + step("a") + step("b")
    nodes += node("parallelGateway", "join")
    nodes += handler(
        "catch", event("startEvent", "go", "signal", "stop", **SOFT), step("look"), INSIDE
    )
    play = drawn(
        nodes, "start>which ; which>a ; which>b?no ; a>join ; b>join ; join>end", data={"no": False}
    )
    play.complete("a")
    assert list(play.stuck.values()) == ["join"]
