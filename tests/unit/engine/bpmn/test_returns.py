"""Sending back in the kernel: through the steps, straight back, from inside and across."""

from __future__ import annotations

import pytest

from engine import entries
from engine.bpmn import returns
from engine.bpmn.commands import Return, Then
from engine.bpmn.effects import Closed, Why
from engine.errors import CannotReturn, CannotReturnInside
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import Play, drawn, inside, node, timer

LINE = "start>a ; a>b ; b>c ; c>end"


def row() -> Play:
    play = drawn(step("a") + step("b") + step("c"), LINE)
    play.complete("a")
    play.complete("b")
    return play


def branches() -> Play:
    """`a`, then `b` and `c` beside one another, joined before `d`."""
    nodes = step("a") + step("b") + step("c") + step("d")
    nodes += node("parallelGateway", "fork") + node("parallelGateway", "join")
    lines = "start>a ; a>fork ; fork>b ; fork>c ; b>join ; c>join ; join>d ; d>end"
    play = drawn(nodes, lines)
    play.complete("a")
    return play


def test_through_the_steps_every_step_is_done_again() -> None:
    play = row()
    play.send_back("c", "a")
    assert play.waiting == ["a"]
    assert [one.why for one in play.effects if isinstance(one, Closed)] == [Why.RETURNED]
    for element in ("a", "b", "c"):
        play.complete(element)
    assert play.ended == "completed"


def test_straight_back_skips_the_steps_between() -> None:
    play = row()
    play.send_back("c", "a", Then.BACK_TO_ME)
    play.complete("a")
    assert play.waiting == ["c"]


def test_straight_back_of_straight_back_comes_back_by_the_same_way() -> None:
    play = row()
    play.send_back("c", "b", Then.BACK_TO_ME)
    play.send_back("b", "a", Then.BACK_TO_ME)
    assert play.waiting == ["a"]
    play.complete("a")
    assert play.waiting == ["b"]
    play.complete("b")
    assert play.waiting == ["c"]
    play.complete("c")
    assert play.ended == "completed"


def test_through_the_steps_out_of_rework_forgets_the_way_straight_back() -> None:
    play = row()
    play.send_back("c", "b", Then.BACK_TO_ME)
    play.send_back("b", "a")
    play.complete("a")
    assert play.waiting == ["b"]
    play.complete("b")
    assert play.waiting == ["c"]


def test_twice_to_the_same_step_straight_back_is_refused() -> None:
    play = row()
    play.send_back("c", "a", Then.BACK_TO_ME)
    with pytest.raises(CannotReturn):
        play.send_back("a", "a", Then.BACK_TO_ME)


def reworked() -> Play:
    """`a` with a timer on it, sent back to straight from `b`."""
    alarm = timer("boundaryEvent", "alarm", attachedToRef="a")
    play = drawn(step("a") + step("b") + step("c") + alarm, f"{LINE} ; alarm>end")
    assert play.waiting == ["a", "alarm"]
    play.complete("a")
    return play


def test_rework_has_its_boundary_events() -> None:
    play = reworked()
    play.send_back("b", "a", Then.BACK_TO_ME)
    assert play.waiting == ["a", "alarm"]
    play.complete("a")
    assert play.waiting == ["b"]
    play.send_back("b", "a", Then.BACK_TO_ME)
    play.fire("alarm")
    assert play.ended == "completed"


def test_an_event_that_takes_rework_away_leaves_nothing_beside_it() -> None:
    nodes = step("a") + step("b") + step("c") + step("d")
    nodes += node("parallelGateway", "fork") + node("parallelGateway", "join")
    nodes += timer("boundaryEvent", "alarm", attachedToRef="a") + node("exclusiveGateway", "meet")
    lines = "start>a ; a>meet ; alarm>meet ; meet>fork ; fork>b ; fork>c ; b>join ; c>join"
    play = drawn(nodes, f"{lines} ; join>d ; d>end")
    play.complete("a")
    play.send_back("b", "a", Then.BACK_TO_ME)
    assert play.waiting == ["a", "alarm", "c"]
    play.fire("alarm")
    assert play.waiting == ["b", "c"]
    play.complete("b")
    play.complete("c")
    assert play.waiting == ["d"]


def test_rework_on_another_level_has_no_boundary_events() -> None:
    play = within()
    play.complete("x")
    play.complete("y")
    play.send_back("b", "x", Then.BACK_TO_ME)
    assert play.waiting == ["x"]


def test_a_return_of_the_first_release_is_replayed_without_boundary_events() -> None:
    play = reworked()
    words = {"do": "Return", "token": play.token("b"), "to": "a", "then": "back_to_me"}
    play.do(entries.read_command(words, {}))
    assert play.waiting == ["a"]


@pytest.mark.parametrize("to", ["c", "b", "start", "end", "nowhere"])
def test_only_an_earlier_user_task_can_be_returned_to(to: str) -> None:
    play = drawn(step("a") + step("b") + step("c"), LINE)
    play.complete("a")
    with pytest.raises(CannotReturn):
        play.send_back("b", to)
    assert play.waiting == ["b"]


def test_through_the_steps_takes_the_branches_beside_along() -> None:
    play = branches()
    play.send_back("b", "a")
    assert play.waiting == ["a"]
    play.complete("a")
    assert play.waiting == ["b", "c"]


def test_a_branch_that_waits_at_the_join_is_taken_along_too() -> None:
    play = branches()
    play.complete("c")
    play.send_back("b", "a")
    play.complete("a")
    assert play.waiting == ["b", "c"]
    play.complete("b")
    play.complete("c")
    assert play.waiting == ["d"]


def test_straight_back_leaves_the_branch_beside_where_it_is() -> None:
    play = branches()
    play.send_back("b", "a", Then.BACK_TO_ME)
    assert play.waiting == ["a", "c"]
    play.complete("c")
    play.complete("a")
    play.complete("b")
    assert play.waiting == ["d"]


def test_work_in_rework_beside_is_taken_along_by_where_it_goes_back_to() -> None:
    play = branches()
    play.send_back("b", "a", Then.BACK_TO_ME)
    play.send_back("c", "a")
    assert play.waiting == ["a"]
    play.complete("a")
    assert play.waiting == ["b", "c"]


def test_into_a_joined_branch_only_straight_back() -> None:
    play = branches()
    play.complete("b")
    play.complete("c")
    with pytest.raises(CannotReturnInside):
        play.send_back("d", "b")
    play.send_back("d", "b", Then.BACK_TO_ME)
    play.complete("b")
    assert play.waiting == ["d"]
    play.complete("d")
    assert play.ended == "completed"


def within() -> Play:
    """`a`, then a sub-process of `x` and `y`, with a timer on it, then `b`."""
    nodes = step("a") + step("b")
    nodes += inside("part", step("x") + step("y"), "part_go>x x>y y>done")
    nodes += timer("boundaryEvent", "alarm", attachedToRef="part")
    play = drawn(nodes, "start>a ; a>part ; part>b ; b>end ; alarm>b")
    play.complete("a")
    return play


def test_inside_a_sub_process_a_return_stays_inside() -> None:
    play = within()
    assert play.waiting == ["alarm", "part", "x"]
    play.complete("x")
    play.send_back("y", "x")
    assert play.waiting == ["alarm", "part", "x"]


def test_out_of_a_sub_process_a_return_takes_it_away() -> None:
    play = within()
    assert returns.is_earlier(play.process, "a", "x")
    play.complete("x")
    play.send_back("y", "a")
    assert play.waiting == ["a"]
    play.complete("a")
    assert play.waiting == ["alarm", "part", "x"]


def test_out_of_a_sub_process_straight_back_keeps_it_open() -> None:
    play = within()
    play.complete("x")
    play.send_back("y", "a", Then.BACK_TO_ME)
    assert play.waiting == ["a", "alarm", "part"]
    play.complete("a")
    assert play.waiting == ["alarm", "part", "y"]
    play.complete("y")
    assert play.waiting == ["b"]


def test_into_a_sub_process_that_is_over_a_return_opens_it_again() -> None:
    play = within()
    play.complete("x")
    play.complete("y")
    assert play.waiting == ["b"]
    assert returns.is_earlier(play.process, "y", "b")
    assert not returns.is_earlier(play.process, "y", "x")
    play.send_back("b", "y")
    assert play.waiting == ["alarm", "part", "y"]
    play.complete("y")
    assert play.waiting == ["b"]
    play.send_back("b", "x", Then.BACK_TO_ME)
    assert play.waiting == ["x"]
    play.complete("x")
    assert play.waiting == ["b"]


def test_a_return_read_from_the_record_means_what_it_meant() -> None:
    play = row()
    play.do(Return(play.token("c"), "a", "back_to_me"))  # type: ignore[arg-type]  # as JSON has it
    play.complete("a")
    assert play.waiting == ["c"]


def test_a_loop_drawn_back_does_not_make_what_follows_earlier() -> None:
    nodes = step("a") + step("b") + node("exclusiveGateway", "which", default="which__end")
    lines = "start>a ; a>b ; b>which ; which>a?outcome == 'refuse' ; which>end"
    play = drawn(nodes, lines)
    play.complete("a")
    play.complete("b", outcome="refuse")
    assert play.waiting == ["a"]
    with pytest.raises(CannotReturn):
        play.send_back("a", "b")
