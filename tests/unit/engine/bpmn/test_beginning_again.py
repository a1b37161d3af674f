"""Withdrawing, taking back, opening again, and returns into sub-processes that are over."""

from __future__ import annotations

import pytest

from engine.bpmn import returns, state
from engine.bpmn.commands import Reopen, TakeBack, Then
from engine.bpmn.effects import Closed, Why
from engine.errors import (
    CannotBegin,
    CannotReturn,
    CannotReturnInside,
    CannotTakeBack,
    InstanceNotRunning,
    InstanceRunning,
    NotFound,
)
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import Play, drawn, inside, many, node, times

FORK = node("parallelGateway", "fork") + node("parallelGateway", "join")


def branches() -> Play:
    """`a`, then `b` and `c` beside one another, joined before `d`."""
    nodes = step("a") + step("b") + step("c") + step("d") + FORK
    lines = "start>a ; a>fork ; fork>b ; fork>c ; b>join ; c>join ; join>d ; d>end"
    play = drawn(nodes, lines)
    play.complete("a")
    return play


def nested(marks: str = "") -> Play:
    """`a`, a sub-process of `x` beside `y`, joined before `z`, then `b`."""
    content = step("x") + step("y") + step("z") + FORK
    lines = "part_go>fork fork>x fork>y x>join y>join join>z z>done"
    nodes = step("a") + inside("part", content, lines, marks=marks) + step("b")
    play = drawn(nodes, "start>a ; a>part ; part>b ; b>end")
    play.complete("a")
    return play


def over() -> Play:
    """The same, standing at `b`."""
    play = nested()
    for element in ("x", "y", "z"):
        play.complete(element)
    assert play.waiting == ["b"]
    return play


def whys(play: Play) -> set[Why]:
    return {one.why for one in play.effects if isinstance(one, Closed)}


def test_withdrawn_everything_closes_and_the_first_step_opens() -> None:
    play = nested()
    play.complete("x")
    play.withdraw("a")
    assert (play.waiting, whys(play)) == (["a"], {Why.WITHDRAWN})
    play.complete("a")
    assert play.waiting == ["part", "x", "y"]


def test_what_is_stuck_is_withdrawn_too() -> None:
    play = drawn(step("a") + step("b"), "start>a ; a>b?missing ; b>end")
    play.complete("a")
    assert list(play.stuck.values()) == ["a"]
    play.withdraw("a")
    assert (play.waiting, play.stuck) == (["a"], {})


@pytest.mark.parametrize("to", ["nowhere", "fork", "part"])
def test_only_a_step_of_people_can_be_begun_at(to: str) -> None:
    with pytest.raises(CannotBegin):
        nested().withdraw(to)


def test_begun_inside_a_sub_process_what_is_around_opens_and_the_other_branch_is_done() -> None:
    play = nested()
    play.withdraw("x")
    assert play.waiting == ["part", "x"]
    play.complete("x")
    assert play.waiting == ["part", "z"]


def test_inside_a_multi_instance_activity_nothing_begins_again() -> None:
    play = nested(many(times(2)))
    with pytest.raises(CannotBegin):
        play.withdraw("x")


def test_a_case_that_is_over_is_opened_again_at_a_step() -> None:
    play = branches()
    for element in ("b", "c", "d"):
        play.complete(element)
    assert play.ended == "completed"
    play.reopen("c")
    assert (play.waiting, play.ended) == (["c"], "")
    play.complete("c")
    assert play.waiting == ["d"]
    play.complete("d")
    assert play.ended == "completed"


def test_only_what_is_over_is_opened_again_and_only_that() -> None:
    play = branches()
    with pytest.raises(InstanceRunning):
        play.reopen("a")
    for element in ("b", "c", "d"):
        play.complete(element)
    with pytest.raises(InstanceNotRunning):
        play.withdraw("a")
    with pytest.raises(CannotBegin):
        play.do(Reopen("end"))


def test_the_passes_go_on_counting_after_opening_again() -> None:
    play = branches()
    for element in ("b", "c", "d"):
        play.complete(element)
    play.reopen("d")
    assert state.load(play.saved).passes["d"] == 2


def test_a_step_is_taken_back_from_what_it_opened() -> None:
    play = branches()
    play.take_back("b", "a")
    assert (play.waiting, whys(play)) == (["a"], {Why.WITHDRAWN})


def test_the_last_branch_is_taken_back_and_the_others_wait_at_the_join_again() -> None:
    play = branches()
    play.complete("b")
    play.complete("c")
    assert play.waiting == ["d"]
    play.take_back("d", "c")
    assert play.waiting == ["c"]
    play.complete("c")
    assert play.waiting == ["d"]
    assert len(state.load(play.saved).tokens) == 1


def test_a_branch_that_waits_at_the_join_is_taken_back_alone() -> None:
    play = branches()
    play.complete("b")
    (waits,) = [one for one in state.load(play.saved).tokens if one.via]
    play.do(TakeBack(str(waits.id), "b"))
    assert play.waiting == ["b", "c"]


def test_the_last_step_of_a_sub_process_is_taken_back_into_it() -> None:
    play = over()
    play.take_back("b", "z")
    assert play.waiting == ["part", "z"]
    play.complete("z")
    assert play.waiting == ["b"]


def test_what_led_into_a_sub_process_is_taken_back_out_of_it() -> None:
    play = nested()
    play.take_back("x", "a")
    assert play.waiting == ["a"]


def test_a_refusal_that_went_round_is_taken_back() -> None:
    nodes = step("a") + step("b") + step("c") + step("d") + FORK
    nodes += node("exclusiveGateway", "which", default="which__end")
    nodes += node("exclusiveGateway", "again")
    lines = "start>a ; a>again ; again>fork ; fork>b ; fork>c ; b>join ; c>join ; join>d ; d>which"
    play = drawn(nodes, f"{lines} ; which>end ; which>again?outcome == 'refuse'")
    for element in ("a", "b", "c"):
        play.complete(element)
    play.complete("d", outcome="refuse")
    assert play.waiting == ["b", "c"]
    play.take_back("b", "d")
    assert play.waiting == ["d"]


def test_rework_that_went_straight_back_is_taken_back_as_rework() -> None:
    play = branches()
    play.complete("b")
    play.complete("c")
    play.send_back("d", "a", Then.BACK_TO_ME)
    play.complete("a")
    assert play.waiting == ["d"]
    play.take_back("d", "a", Then.BACK_TO_ME)
    assert play.waiting == ["a"]
    play.complete("a")
    assert play.waiting == ["d"]


def test_what_did_not_come_from_a_step_is_not_taken_back_to_it() -> None:
    play = branches()
    for to in ("c", "nowhere", "fork"):
        with pytest.raises(CannotTakeBack):
            play.take_back("b", to)
    with pytest.raises(NotFound):
        play.do(TakeBack("99", "a"))
    assert play.waiting == ["b", "c"]


def test_a_return_into_a_sub_process_that_is_over_takes_only_what_lies_ahead() -> None:
    play = over()
    play.send_back("b", "z")
    assert play.waiting == ["part", "z"]


def test_into_a_parallel_block_inside_it_only_straight_back() -> None:
    play = over()
    with pytest.raises(CannotReturnInside):
        play.send_back("b", "x")
    play.send_back("b", "x", Then.BACK_TO_ME)
    play.complete("x")
    assert play.waiting == ["b"]


def test_into_an_instance_that_is_over_nothing_returns() -> None:
    play = nested(many(times(1)))
    for element in ("x", "y", "z"):
        play.complete(element)
    assert returns.is_earlier(play.process, "z", "b")
    with pytest.raises(CannotReturn):
        play.send_back("b", "z")


def test_out_of_an_instance_a_return_takes_the_whole_activity_along() -> None:
    play = nested(many(times(2)))
    play.send_back("x", "a")
    assert play.waiting == ["a"]
