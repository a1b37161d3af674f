"""Generated processes: the kernel beside an independent token game, and beside itself replayed."""

import os
from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.bpmn.commands import Start
from tests.replay.side_by_side import Kernel, agree, walk, wander
from tests.token_model import xml
from tests.token_model.game import Game
from tests.token_model.graph import Flow, Graph, Node

SOAK = bool(os.environ.get("ZHENGAI_SOAK"))
MOST_STATE = 5_000
KINDS = (
    "parallel",
    "inclusive",
    "boundary",
    "timer",
    "message",
    "subprocess",
    "terminate",
    "handler",
    "call",
    "jump",
    "escalate",
    "fail",
    "race",
    "flip",
)


@settings(
    max_examples=2_000 if SOAK else 150,
    derandomize=not SOAK,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=False))
def test_small_processes_run_as_the_token_game_says_and_shrink_when_they_do_not(
    random: Random,
) -> None:
    walk(random, depth=1, stray=1)


@pytest.mark.timeout(3_600 if SOAK else 300)
def test_generated_processes_run_as_the_token_game_says_and_replay_identically() -> None:
    met: Counter[str] = Counter()
    for seed in range(20_000 if SOAK else 500):
        met += walk(Random(seed), depth=3 if seed % 5 == 0 else 2)
    assert met["steps"] > 6 * met["processes"]
    for kind in KINDS:
        assert met[f"has {kind}"] > met["processes"] / 10
    assert min(met["trigger"], met["boundary"], met["call"], met["message"]) > 0
    assert min(met["completed"], met["terminated"], met["running"]) > 0


def test_whatever_is_asked_at_random_loses_no_place_and_a_sound_case_still_comes_to_its_end() -> (
    None
):
    met: Counter[str] = Counter()
    for seed in range(5_000 if SOAK else 200):
        met += wander(Random(seed), sound=seed % 2 == 0)
    assert min(met["through_steps"], met["back_to_me"], met["refused"]) > 20
    assert min(met["TakeBack"], met["Withdraw"], met["Reopen"], met["moved"]) > 20
    assert min(met["Fail"], met["Retry"]) > 0


def _drawn(kinds: dict[str, str], ways: str) -> Graph:
    """A graph from `a>b c>d?refuse` and the kinds of its nodes; `!` marks a default flow."""
    graph = Graph({name: Node(name, kind) for name, kind in kinds.items()})
    for number, way in enumerate(ways.split()):
        path, _, outcome = way.partition("?")
        source, target = path.split(">")
        when = ("outcome", outcome) if outcome and outcome != "!" else None
        graph.flows[f"f{number}"] = Flow(f"f{number}", source, target, when)
        if outcome == "!":
            graph.defaults[source] = f"f{number}"
    return graph


def test_the_200th_reject_round_costs_what_the_second_did() -> None:
    kinds = {"start": "start", "submit": "task", "fork": "parallel", "one": "task", "two": "task"}
    kinds |= {"join": "parallel", "decide": "task", "which": "exclusive", "end": "end"}
    ways = "start>submit submit>fork fork>one fork>two one>join two>join join>decide"
    graph = _drawn(kinds, f"{ways} decide>which which>submit?refuse which>end?!")
    kernel = Kernel(xml.write(graph))
    kernel.do(Start({"outcome": "approve"}))
    rounds: list[tuple[int, int]] = []
    for _ in range(200):
        for element in ("submit", "two", "one", "decide"):
            kernel.finish(element, {"outcome": "refuse"})
        moves = sum(len(path) for _c, _e, path, _s in kernel.log[-4:])
        effects = sum(len(effects) for _c, effects, _p, _s in kernel.log[-4:])
        rounds.append((moves, effects))
        assert len(kernel.saved) < MOST_STATE
    assert set(rounds) == {rounds[0]}


def test_a_chain_of_1000_tasks_runs_to_its_end() -> None:
    kinds = {f"t{number}": "task" for number in range(1_000)}
    kinds = {"start": "start"} | kinds | {"end": "end"}
    graph = _drawn(kinds, " ".join(f"{one}>{two}" for one, two in pairwise(kinds)))
    kernel = Kernel(xml.write(graph))
    kernel.do(Start())
    for number in range(1_000):
        assert list(kernel.live.values()) == [f"t{number}"]
        kernel.finish(f"t{number}", {})
    assert kernel.ended == "completed"


def test_a_terminate_end_takes_a_sub_process_along_that_was_just_entered() -> None:
    graph = _drawn({"start": "start", "outer": "subprocess", "after": "task", "end": "end"}, "")
    for name, kind in {
        "go": "start",
        "fork": "parallel",
        "inner": "subprocess",
        "stop": "terminate",
    }.items():
        graph.nodes[name] = Node(name, kind, "outer")
    for name, kind in {"begin": "start", "work": "task", "done": "end"}.items():
        graph.nodes[name] = Node(name, kind, "inner")
    ways = "start>outer outer>after after>end go>fork fork>inner fork>stop begin>work work>done"
    graph.flows = _drawn({}, ways).flows
    game, kernel = Game(graph), Kernel(xml.write(graph))
    game.start({})
    kernel.do(Start())
    agree(game, kernel)
    assert game.waiting() == ["after"]
