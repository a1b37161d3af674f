"""Timers and messages: on an activity, behind an event gateway, in the flow."""

from __future__ import annotations

import pytest

from engine.bpmn.commands import Cancel, Complete, Deliver, FireTimer
from engine.bpmn.effects import Closed, Waits, Why
from engine.errors import InstanceNotRunning, NotFound
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import Play, drawn, message, node, timer

ATTACHED = {"attachedToRef": "work"}
LASTING = ATTACHED | {"cancelActivity": "false"}


def boundary(event: str) -> Play:
    return drawn(
        step("work") + event + step("late"), "start>work ; work>end ; alarm>late ; late>end"
    )


def closed(play: Play) -> dict[str, Why]:
    return {one.element: one.why for one in play.effects if isinstance(one, Closed)}


def test_an_interrupting_timer_takes_the_work_away() -> None:
    play = boundary(timer("boundaryEvent", "alarm", **ATTACHED))
    assert play.waiting == ["alarm", "work"]
    play.fire("alarm")
    assert closed(play) == {"alarm": Why.COMPLETED, "work": Why.INTERRUPTED}
    assert play.waiting == ["late"]


def test_a_timer_that_does_not_interrupt_fires_once_and_leaves_the_work() -> None:
    play = boundary(timer("boundaryEvent", "alarm", **LASTING))
    play.fire("alarm")
    assert play.waiting == ["late", "work"]
    play.complete("work")
    assert play.waiting == ["late"]
    play.complete("late")
    assert play.ended == "completed"


def test_a_message_that_does_not_interrupt_can_come_again() -> None:
    play = boundary(message("boundaryEvent", "alarm", **LASTING))
    play.deliver("alarm")
    play.deliver("alarm")
    assert play.waiting == ["alarm", "late", "late", "work"]
    play.complete("work")
    assert play.waiting == ["late", "late"]


def test_an_interrupting_message_takes_the_work_away() -> None:
    play = boundary(message("boundaryEvent", "alarm", **ATTACHED))
    play.deliver("alarm")
    assert play.waiting == ["late"]


def test_finished_work_takes_its_boundary_events_along() -> None:
    play = boundary(timer("boundaryEvent", "alarm", **ATTACHED))
    play.complete("work")
    assert closed(play) == {"work": Why.COMPLETED, "alarm": Why.WITHDRAWN}
    assert play.ended == "completed"


def test_behind_an_event_gateway_whichever_comes_first_withdraws_the_others() -> None:
    nodes = (
        node("eventBasedGateway", "which")
        + timer("intermediateCatchEvent", "time")
        + message("intermediateCatchEvent", "word")
        + node("receiveTask", "answer", messageRef="answer")
        + step("after")
    )
    lines = "start>which ; which>time ; which>word ; which>answer"
    lines += " ; time>after ; word>after ; answer>after ; after>end"
    for event, happen in (("time", Play.fire), ("word", Play.deliver), ("answer", Play.deliver)):
        play = drawn(nodes, lines)
        assert play.waiting == ["answer", "time", "word"]
        happen(play, event)
        assert play.waiting == ["after"]
        others = {"answer", "time", "word"} - {event}
        assert closed(play) == {event: Why.COMPLETED} | dict.fromkeys(others, Why.WITHDRAWN)


def test_events_in_the_flow_wait_and_hand_their_content_on() -> None:
    play = drawn(
        timer("intermediateCatchEvent", "time")
        + message("intermediateCatchEvent", "word")
        + node("exclusiveGateway", "which", default="which__end")
        + step("more"),
        "start>time ; time>word ; word>which ; which>more?amount > 3 ; which>end ; more>end",
    )
    play.fire("time")
    play.deliver("word", amount=5, unread="is not kept")
    assert play.waiting == ["more"]
    assert play.variables == {"amount": 5}


def test_what_is_thrown_or_computed_does_not_wait() -> None:
    play = drawn(
        node("intermediateThrowEvent", "said")
        + node(
            "scriptTask", "sums", "<bpmn:script>total = 2 * 3&#10;twice = total * 2</bpmn:script>"
        )
        + node("exclusiveGateway", "which", default="which__end")
        + step("more"),
        "start>said ; said>sums ; sums>which ; which>more?twice == 12 ; which>end ; more>end",
    )
    assert play.waiting == ["more"]
    assert play.path[:5] == ("start", "start__said", "said", "said__sums", "sums")


def test_a_condition_may_ask_for_the_day() -> None:
    play = drawn(
        node("exclusiveGateway", "which", default="which__end") + step("more"),
        "start>which ; which>more?today == '2027-03-01' and starts_with(now, today)"
        " ; which>end ; more>end",
    )
    assert play.waiting == ["more"]


WAITS = {
    "user": (step("here"), Waits.USER),
    "service": (node("serviceTask", "here"), Waits.JOB),
    "send": (node("sendTask", "here"), Waits.JOB),
    "receive": (node("receiveTask", "here", messageRef="word"), Waits.MESSAGE),
    "timer": (timer("intermediateCatchEvent", "here"), Waits.TIMER),
    "message": (message("intermediateCatchEvent", "here"), Waits.MESSAGE),
}
ANSWERS = {
    Waits.USER: Complete,
    Waits.JOB: Complete,
    Waits.TIMER: FireTimer,
    Waits.MESSAGE: Deliver,
}


@pytest.mark.parametrize("command", [Complete, FireTimer, Deliver])
@pytest.mark.parametrize("kind", WAITS)
def test_each_place_takes_the_command_it_waits_for_and_no_other(kind: str, command: type) -> None:
    drawing, waits = WAITS[kind]
    play = drawn(drawing, "start>here ; here>end")
    if ANSWERS[waits] is command:
        play.do(command(play.token("here")))
        assert play.ended == "completed"
    else:
        with pytest.raises(NotFound):
            play.do(command(play.token("here")))
        assert play.waiting == ["here"]


@pytest.mark.parametrize("token", ["99", "", "-1", "x", "1.5"])
def test_a_token_that_is_not_there_is_not_found(token: str) -> None:
    play = drawn(step("here"), "start>here ; here>end")
    with pytest.raises(NotFound):
        play.do(Complete(token))


def test_a_case_cancelled_closes_everything_and_takes_no_more_commands() -> None:
    play = boundary(timer("boundaryEvent", "alarm", **ATTACHED))
    play.do(Cancel())
    assert closed(play) == {"alarm": Why.CANCELLED, "work": Why.CANCELLED}
    assert (play.ended, play.waiting) == ("cancelled", [])
    with pytest.raises(InstanceNotRunning):
        play.do(Cancel())
