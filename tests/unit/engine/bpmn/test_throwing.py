"""Errors, escalations, signals, messages and links: who catches them, and what goes out."""

from __future__ import annotations

import pytest

from engine.bpmn.effects import Closed, Stuck, Thrown, Why
from engine.errors import NotFound
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import Play, drawn, event, handler, inside, node

ON_PART = {"attachedToRef": "part"}
LASTING = ON_PART | {"cancelActivity": "false"}
LINES = "start>part ; part>after ; after>end ; caught>late ; late>end"


def failing(boundary: str, more: str = "") -> Play:
    """A sub-process whose work `x` is followed by the end `fail` with the error `missing`."""
    content = step("x") + step("y") + event("endEvent", "fail", "error", "missing")
    content += node("parallelGateway", "fork")
    lines = "part_go>fork fork>x fork>y x>fail y>done"
    nodes = inside("part", content + more, lines) + step("after") + step("late") + boundary
    play = drawn(nodes, LINES if boundary else LINES.partition(" ; caught")[0])
    assert play.waiting == ["part", "x", "y"]
    return play


@pytest.mark.parametrize("code", ["missing", ""])
def test_an_error_is_caught_by_its_code_or_by_any(code: str) -> None:
    play = failing(event("boundaryEvent", "caught", "error", code, **ON_PART))
    play.complete("x")
    assert play.waiting == ["late"]
    closed = {one.element: one.why for one in play.effects if isinstance(one, Closed)}
    assert closed["part"] is closed["y"] is Why.INTERRUPTED
    assert play.path[-2:] == ("caught__late", "late")


@pytest.mark.parametrize(
    "boundary", ["", event("boundaryEvent", "caught", "error", "x", **ON_PART)]
)
def test_an_error_that_nobody_catches_sticks_and_says_so(boundary: str) -> None:
    play = failing(boundary)
    play.complete("x")
    (told,) = [one for one in play.effects if isinstance(one, Stuck)]
    assert told.sentence.format(**told.values) == "“fail”的错误“missing”没有人接住，流程走不下去。"
    assert (play.waiting, list(play.stuck.values())) == (["part", "y"], ["fail"])
    play.retry("fail")
    assert list(play.stuck.values()) == ["fail"]


def test_an_event_sub_process_catches_before_the_edge_around_it() -> None:
    catch = handler(
        "catch",
        event("startEvent", "go", "error", "missing"),
        step("mend"),
        "go>mend mend>catch_end",
    )
    play = failing(event("boundaryEvent", "caught", "error", "missing", **ON_PART), catch)
    play.complete("x")
    assert play.waiting == ["catch", "mend", "part"]
    play.complete("mend")
    assert play.waiting == ["after"]


def called(boundary: str) -> Play:
    lines = "start>call ; call>after ; after>end ; caught>late ; late>end"
    nodes = node("callActivity", "call", calledElement="other") + step("after") + step("late")
    return drawn(nodes + boundary, lines if boundary else lines.partition(" ; caught")[0])


def test_the_error_of_a_called_case_is_caught_on_the_call() -> None:
    play = called(event("boundaryEvent", "caught", "error", "late", attachedToRef="call"))
    play.fail("call", "late")
    assert play.waiting == ["late"]


def test_the_error_of_a_called_case_without_a_catch_waits_to_be_called_again() -> None:
    play = called("")
    play.fail("call", "late")
    assert (play.waiting, list(play.stuck.values())) == ([], ["call"])
    play.retry("call")
    assert play.waiting == ["call"]
    play.complete("call")
    assert play.waiting == ["after"]


def test_only_jobs_and_calls_can_fail() -> None:
    play = drawn(step("here"), "start>here ; here>end")
    with pytest.raises(NotFound):
        play.fail("here", "late")


def escalating(thrown: str, **boundary: str) -> Play:
    content = step("x") + thrown + step("y")
    nodes = inside("part", content, "part_go>x x>up up>y y>done") + step("after") + step("late")
    nodes += event("boundaryEvent", "caught", "escalation", "slow", **boundary)
    play = drawn(nodes, LINES)
    play.complete("x")
    return play


UP = event("intermediateThrowEvent", "up", "escalation", "slow")


def test_an_escalation_adds_a_way_or_takes_the_work_away_or_goes_unheard() -> None:
    assert escalating(UP, **LASTING).waiting == ["late", "part", "y"]
    assert escalating(UP, **ON_PART).waiting == ["late"]
    other = event("intermediateThrowEvent", "up", "escalation", "other")
    assert escalating(other, **ON_PART).waiting == ["part", "y"]


def test_an_escalation_at_the_end_tells_and_ends() -> None:
    content = step("x") + event("endEvent", "up", "escalation", "slow")
    nodes = inside("part", content, "part_go>x x>up") + step("after") + step("late")
    nodes += event("boundaryEvent", "caught", "escalation", "", **LASTING)
    play = drawn(nodes, LINES)
    play.complete("x")
    assert play.waiting == ["after", "late"]


@pytest.mark.parametrize("kind", ["message", "signal"])
def test_what_is_sent_goes_out_and_the_flow_goes_on(kind: str) -> None:
    nodes = event("intermediateThrowEvent", "said", kind, "word") + step("x")
    nodes += event("endEvent", "last", kind, "bye")
    play = drawn(nodes, "start>said ; said>x ; x>last")
    assert [one for one in play.effects if isinstance(one, Thrown)] == [
        Thrown(kind, "word", "said")
    ]
    play.complete("x")
    assert Thrown(kind, "bye", "last") in play.effects
    assert play.ended == "completed"


def test_a_signal_comes_like_a_message() -> None:
    nodes = event("intermediateCatchEvent", "wait", "signal", "stop") + step("x")
    nodes += event(
        "boundaryEvent", "heard", "signal", "stop", attachedToRef="x", cancelActivity="false"
    )
    play = drawn(nodes, "start>wait ; wait>x ; x>end ; heard>end")
    play.deliver("wait")
    assert play.waiting == ["heard", "x"]
    play.deliver("heard")
    assert play.waiting == ["heard", "x"]
    play.complete("x")
    assert play.ended == "completed"


def test_behind_an_event_gateway_a_signal_may_come_first() -> None:
    nodes = node("eventBasedGateway", "which") + event(
        "intermediateCatchEvent", "a", "signal", "one"
    )
    nodes += event("intermediateCatchEvent", "b", "message", "two") + step("x")
    play = drawn(nodes, "start>which ; which>a ; which>b ; a>x ; b>end ; x>end")
    play.deliver("a")
    assert play.waiting == ["x"]


def test_a_link_goes_on_at_its_other_end_and_joins_know_of_it() -> None:
    nodes = event("intermediateThrowEvent", "out", "link", "A") + event(
        "intermediateCatchEvent", "in", "link", "A"
    )
    nodes += node("inclusiveGateway", "fork", default="fork__b") + node("inclusiveGateway", "join")
    nodes += step("a") + step("b") + step("c") + step("last")
    lines = (
        "start>fork ; fork>a?go ; fork>b ; a>out ; in>c ; c>join ; b>join ; join>last ; last>end"
    )
    nodes = nodes.replace('default="fork__b"', "")
    play = drawn(nodes, lines.replace("fork>b", "fork>b?go"), data={"go": True})
    play.complete("b")
    assert play.waiting == ["a"]
    play.complete("a")
    assert play.waiting == ["c"]
    play.complete("c")
    assert play.waiting == ["last"]
    play.send_back("last", "a")
    assert play.waiting == ["a"]


def test_another_start_event_begins_the_case_there() -> None:
    nodes = event("startEvent", "asked", "message", "order") + step("x") + step("y")
    play = drawn(nodes, "start>x ; asked>y ; x>end ; y>end", begins=False)
    assert [one.id for one in play.process.start_events] == ["asked"]
    play.start("asked")
    assert play.waiting == ["y"]
    with pytest.raises(NotFound):
        drawn(nodes, "start>x ; asked>y ; x>end ; y>end", begins=False).start("x")
