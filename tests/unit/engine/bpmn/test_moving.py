"""A case goes on by another version of its process."""

from __future__ import annotations

import pytest

from engine.bpmn import moving, parse, process, state, steps
from engine.bpmn.commands import Move, Start
from engine.bpmn.effects import Opened
from engine.bpmn.process import Process
from engine.errors import PlaceLost
from tests.integration.engine import flow
from tests.integration.engine.flow import step
from tests.unit.engine.bpmn.playing import NOW, Play, drawn, inside, node, timer

FORK = node("parallelGateway", "fork") + node("parallelGateway", "join")
WIDE = "start>a ; a>fork ; fork>b ; fork>c ; b>join ; c>join ; join>d ; d>end"
LINE = "start>a ; a>b ; b>end"


def version(nodes: str, lines: str) -> Process:
    """Another version of the diagram."""
    return drawn(nodes, lines, begins=False).process


def moved(play: Play, new: Process, **renamed: str) -> Play:
    """The same case on the new version, there and back and there again."""
    before = play.saved
    there = moving.plan(play.process, new, state.load(before), renamed)
    assert there.lost == ()
    old, play.process = play.process, new
    play.do(there.command)
    _elements(play)
    back = moving.plan(
        new, old, state.load(play.saved), {to: one for one, to in renamed.items() if to}
    )
    if not there.command.arms and "" not in renamed.values():
        undone = steps.step(old, state.load(play.saved), back.command, NOW)
        assert state.dump(undone.state) == before
    return play


def _elements(play: Play) -> None:
    """What is open is told by number; the elements are those of the new version."""
    tokens = {str(token.id): token.element for token in state.load(play.saved).tokens}
    play.open = {token: tokens[token] for token in play.open}


def lost(play: Play, new: Process, **renamed: str) -> dict[str, str]:
    plan = moving.plan(play.process, new, state.load(play.saved), renamed)
    return {one.element: one.text() for one in plan.lost}


def test_a_step_put_in_between_or_renamed_changes_nothing_for_who_waits() -> None:
    play = drawn(step("a") + step("b"), LINE)
    moved(play, version(step("a") + step("x") + step("b"), "start>a ; a>x ; x>b ; b>end"))
    play.complete("a")
    assert play.waiting == ["x"]
    moved(play, version(step("a") + step("y") + step("b"), "start>a ; a>y ; y>b ; b>end"), x="y")
    assert play.waiting == ["y"]
    assert state.load(play.saved).passes == {"a": 1, "y": 1}


def test_a_step_that_is_gone_or_another_thing_now_is_lost() -> None:
    play = drawn(step("a") + step("b"), LINE)
    assert lost(play, version(step("b"), "start>b ; b>end")) == {"a": "新版本里没有它。"}
    other = version(node("serviceTask", "a") + step("b"), LINE)
    assert "不是同一种" in lost(play, other)["a"]
    deeper = version(
        inside("part", step("a"), "part_go>a a>done") + step("b"), "start>part ; part>b ; b>end"
    )
    assert "子流程" in lost(play, deeper)["a"]


def test_the_kernel_refuses_by_itself_and_names_the_place() -> None:
    play = drawn(step("a") + step("b"), LINE)
    play.process = version(step("b"), "start>b ; b>end")
    with pytest.raises(PlaceLost, match="“a”会丢失"):
        play.do(Move({}))
    with pytest.raises(PlaceLost):
        play.do(Move({"a": "fork"}))


def wide() -> Play:
    play = drawn(step("a") + step("b") + step("c") + step("d") + FORK, WIDE)
    play.complete("a")
    return play


def test_a_branch_at_the_join_waits_there_though_its_line_has_another_id() -> None:
    play = wide()
    play.complete("b")
    new = version(step("a") + step("e") + step("c") + step("d") + FORK, WIDE.replace("b", "e"))
    moved(play, new, b="e")
    play.complete("c")
    assert play.waiting == ["d"]


def test_a_branch_added_behind_a_fork_that_was_passed_is_lost() -> None:
    more = step("a") + step("b") + step("c") + step("e") + step("d") + FORK
    new = version(more, f"{WIDE} ; fork>e ; e>join")
    assert lost(wide(), new) == {"join": "新版本里“join”要等的分支不会来了。"}
    assert lost(drawn(step("a") + step("b") + step("c") + step("d") + FORK, WIDE), new) == {}


def test_a_branch_taken_out_lets_the_join_go_on() -> None:
    play = wide()
    play.complete("b")
    assert play.waiting == ["c"]
    lines = "start>a ; a>fork ; fork>b ; fork>c ; b>join ; c>end ; join>d ; d>end"
    new = version(step("a") + step("b") + step("c") + step("d") + FORK, lines)
    plan = moving.plan(play.process, new, state.load(play.saved))
    assert plan.lost == ()
    play.process = new
    play.do(plan.command)
    assert play.waiting == ["c", "d"]


def timed(**more: str) -> str:
    return step("a") + step("b") + timer("boundaryEvent", "alarm", attachedToRef="a", **more)


def test_a_timer_that_came_with_the_version_begins_to_run_and_one_that_ran_goes_on() -> None:
    play = drawn(step("a") + step("b"), LINE)
    new = version(timed(), f"{LINE} ; alarm>end")
    moved(play, new)
    assert sorted(state.load(play.saved).passes) == ["a", "alarm"]
    assert [one.element for one in play.effects if isinstance(one, Opened)] == ["alarm"]
    moved(play, version(timed(), f"{LINE} ; alarm>end"))
    assert play.effects == ()


def test_a_reminder_that_was_given_is_not_given_again() -> None:
    play = drawn(timed(cancelActivity="false"), f"{LINE} ; alarm>end")
    play.fire("alarm")
    moved(play, version(timed(cancelActivity="false"), f"{LINE} ; alarm>end"))
    assert play.waiting == ["a"]


def test_a_timer_that_is_gone_is_lost_unless_it_is_given_up() -> None:
    play = drawn(timed(), f"{LINE} ; alarm>end")
    new = version(step("a") + step("b"), LINE)
    assert lost(play, new) == {"alarm": "新版本里没有它。"}
    plan = moving.plan(play.process, new, state.load(play.saved), {"alarm": ""})
    assert plan.lost == ()
    play.process = new
    play.do(plan.command)
    assert play.waiting == ["a"]


def test_variables_that_only_the_new_version_reads_come_along() -> None:
    play = drawn(step("a") + step("b"), LINE)
    play.process = version(step("a") + step("b"), "start>a ; a>b?amount > 3 ; b>end")
    play.do(Move({}, data={"amount": 5, "unread": 1}))
    assert play.variables == {"amount": 5}
    play.complete("a")
    assert play.waiting == ["b"]


def test_rework_goes_straight_back_to_the_new_name() -> None:
    play = drawn(step("a") + step("b"), LINE)
    play.complete("a")
    play.send_back("b", "a", "back_to_me")  # type: ignore[arg-type]  # as JSON has it
    new = version(step("a") + step("c"), LINE.replace("b", "c"))
    assert lost(play, new) == {"a": "它办完要直接交回“b”，新版本里没有那一步。"}
    moved(play, new, b="c")
    play.complete("a")
    assert play.waiting == ["c"]


def test_a_file_of_the_same_version_is_no_move_at_all() -> None:
    xml = flow.process("played", step("a"), flow.line("start", "a") + flow.line("a", "end"))
    ready = process.build(parse.read(xml))
    begun = steps.step(ready, state.EMPTY, Start(), NOW).state
    plan = moving.plan(ready, ready, begun)
    assert plan.command == Move({}, (), {})
    assert steps.step(ready, begun, plan.command, NOW).state == begun
