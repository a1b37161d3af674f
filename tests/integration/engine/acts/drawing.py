"""Flows drawn at random: the shapes of the token game, with people and signing rules at the steps.

What may stand in one: timers in the way and on the edge of steps and sub-processes, messages,
signals, event gateways, scripts, rules, service tasks, called cases (one, several, one after the
other), sub-processes (also for each of a few items), errors, escalations, parallel, inclusive and
exclusive gateways, loops, links.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Final

from tests.integration.engine import flow
from tests.token_model import generator, xml
from tests.token_model.graph import Flow, Graph, Node
from tests.unit.engine.dmn import drawing as dmn

PEOPLE: Final = ("reviewer", "reviewer2", "office", "stranger", "auditor", "admin")
METHODS: Final = (
    "any",
    "all",
    "sequence",
    "ratio 1/2",
    "ratio 2/3",
    "weights 3; weights=user:reviewer:2,user:office:2",
)
OPTIONS: Final = ("early=yes", "abstain=out", "abstain=against", "quorum=1/2", "hidden")
VERBS: Final = "approve,return,reassign,lend,add_signer,remove_signer,extend,step_aside"
DUE: Final = ("P2D", "3 working days")
POLICY: Final = "usual"
TOPIC: Final = "walk.work"
CALLED: Final = "called_by_walks"
SERVED, RULED, SIGNED_BY_ONE, HURRIED, RECUSED = 0.2, 0.5, 0.35, 0.4, 0.15


@dataclass(frozen=True)
class Drawn:
    """A flow in two versions; the newer has one step more. A sound one always comes to an end."""

    key: str
    graph: Graph
    newer: Graph
    is_sound: bool

    def files(self) -> list[bytes]:
        """Both versions as BPMN, the newer last."""
        return [xml.write(one, self.key) for one in (self.graph, self.newer)]


def called(random: Random) -> bytes:
    """The flow that drawn flows call: one step, signed by some rule."""
    said = _signed(random, refuses=False)
    who = said.pop(xml.WHO)
    return flow.chain(CALLED, flow.step("inner", who, **said))


def rules() -> list[bytes]:
    """The decision tables that rules of drawn flows refer to: each turns a variable around."""
    rows = [("true", "false"), ("false", "true")]
    tables = [
        dmn.table([f"{name}:boolean"], ["turned:boolean"], rows, key=f"turn_{name}")
        for name in generator.TOGGLES
    ]
    return [dmn.file(one) for one in tables]


def draw(random: Random, key: str) -> Drawn:
    """Draw a flow whose first step is the initiator's."""
    is_sound = random.random() < 0.8
    graph = generator.draw(random, depth=random.randint(1, 2), stray=1, sound=is_sound)
    _begin_with_a_person(graph)
    asking = _asking(graph)
    for node in list(graph.nodes.values()):
        if node.kind == "call":
            graph.nodes[node.id] = replace(node, code=CALLED)
        elif node.kind == "flip" and random.random() < RULED:
            graph.nodes[node.id] = replace(node, kind="rule")
        elif node.kind == "task" and node.id != "submit":
            if node.id not in asking and random.random() < SERVED:
                graph.nodes[node.id] = replace(node, kind="service", code=TOPIC)
            else:
                graph.words[node.id] = _signed(random, refuses=node.id in asking)
    return Drawn(key, graph, _with_one_more(random, graph), is_sound)


def _begin_with_a_person(graph: Graph) -> None:
    start = graph.start_of("").id
    graph.nodes["submit"] = Node("submit", "task")
    for one in graph.outgoing(start):
        graph.flows[one.id] = replace(one, source="submit")
    graph.flows["begin"] = Flow("begin", start, "submit")


def _asking(graph: Graph) -> set[str]:
    """The steps behind which it is asked at once what was decided."""
    asks = {one.source for one in graph.flows.values() if one.when and one.when[0] == "outcome"}
    return {one.source for one in graph.flows.values() if one.target in asks}


def _with_one_more(random: Random, graph: Graph) -> Graph:
    """The same flow with a step cut into one of its lines."""
    newer = Graph(dict(graph.nodes), dict(graph.flows), dict(graph.defaults), dict(graph.words))
    uncut, asking = {"parallel", "inclusive", "arm"}, _asking(graph)
    lines = [
        one
        for one in graph.flows.values()
        if graph.nodes[one.target].kind not in uncut and one.source not in asking
    ]
    cut = random.choice(lines)
    newer.nodes["more"] = Node("more", "task", graph.nodes[cut.source].scope)
    newer.flows[cut.id] = replace(cut, target="more")
    newer.flows["behind_more"] = Flow("behind_more", "more", cut.target)
    return newer


def _signed(random: Random, *, refuses: bool) -> dict[str, str]:
    """What is written on a step: who, by which rule, until when, and what they may do there."""
    who = random.sample(PEOPLE, random.randint(1, 4))
    methods = METHODS[:-1] if refuses else METHODS  # too few might never agree, and go round
    signing = "any" if random.random() < SIGNED_BY_ONE else _rule(random, methods)
    verbs = VERBS + ",refuse" * refuses + ",abstain" * (signing != "any")
    said = {
        xml.WHO: ",".join(f"user:{one}" for one in who),
        "verbs": verbs,
        "signing": signing,
        "returns_to": "any,initiator",
    }
    if random.random() < HURRIED:
        said |= {"due": random.choice(DUE), "escalation": POLICY}
    if random.random() < RECUSED:
        said["recuse"] = f"user:{random.choice(PEOPLE)}"
    return said


def _rule(random: Random, methods: tuple[str, ...]) -> str:
    method = random.choice(methods)
    if method == "any":
        return method
    more = [one for one in OPTIONS if random.random() < 0.3]
    if "abstain=out" in more and "abstain=against" in more:
        more.remove("abstain=out")
    if method == "ratio 1/2" and random.random() < 0.5:
        more += ["tie=chair", f"chair=user:{random.choice(PEOPLE)}"]
    return "; ".join([method, *more])
