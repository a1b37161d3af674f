"""Draw processes at random: blocks within blocks, reject loops, then stray flows across them.

Every conditional flow reads one variable: `outcome` (approve or refuse) or one of `a1`..`a4`, whose
values a walk supplies with each completion, so that kernel and game choose alike. No loop passes
without waiting somewhere.
"""

import itertools
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.token_model.graph import WAITING, Flow, Graph, Node

TOGGLES = ("a1", "a2", "a3", "a4")
SWITCHED = (True, False)
ATTEMPTS = 12
NEVER_ENTERED = {"start", "boundary", "land", "handler", "trigger", "escalate", "fail", "arm"}


@dataclass(frozen=True)
class Piece:
    """A part of the drawing with one way in and one way out."""

    entry: str
    exit: str


def draw(random: Random, *, depth: int = 2, stray: int = 2, sound: bool = False) -> Graph:
    """Draw one process: `depth` of nesting, at most `stray` flows that cross the blocks.

    A `sound` one has no stray flows, no early ends and no mixed joins: every case can be finished.
    """
    pen = _Pen(random, sound=sound)
    start, end = pen.node("start"), pen.node("end")
    body = pen.sequence(depth)
    pen.flow(start, body.entry)
    pen.flow(body.exit, end)
    if random.random() < 0.2:
        pen.handler()
    for _ in range(0 if sound else random.randint(0, stray)):
        pen.stray_flow()
    return pen.graph


def renamed(graph: Graph, ending: str) -> tuple[Graph, dict[str, str]]:
    """The same process with other ids for its nodes and flows, and what became what."""
    names = {name: f"{name}{ending}" for name in graph.nodes}
    new = Graph()
    for node in graph.nodes.values():
        scope, host = names.get(node.scope, ""), names.get(node.attached_to, "")
        new.nodes[names[node.id]] = replace(node, id=names[node.id], scope=scope, attached_to=host)
    for flow in graph.flows.values():
        ends = {"source": names[flow.source], "target": names[flow.target]}
        new.flows[f"{flow.id}{ending}"] = replace(flow, id=f"{flow.id}{ending}", **ends)
    new.defaults = {names[node]: f"{flow}{ending}" for node, flow in graph.defaults.items()}
    return new, names


def answers(random: Random) -> dict[str, object]:
    """Draw a value for every variable that a condition of a drawn process may read."""
    values: dict[str, object] = {name: random.random() < 0.5 for name in TOGGLES}
    values["outcome"] = "refuse" if random.random() < 0.45 else "approve"
    return values


@dataclass
class _Pen:
    random: Random
    sound: bool = False
    graph: Graph = field(default_factory=Graph)
    scope: str = ""

    def node(self, kind: str, **more: Any) -> str:
        name = f"{kind}_{len(self.graph.nodes) + 1}"
        self.graph.nodes[name] = Node(name, kind, self.scope, **more)
        return name

    def flow(self, source: str, target: str, when: tuple[str, object] | None = None) -> str:
        name = f"f{len(self.graph.flows) + 1}"
        self.graph.flows[name] = Flow(name, source, target, when)
        return name

    def default(self, source: str, target: str) -> None:
        self.graph.defaults[source] = self.flow(source, target)

    def toggle(self) -> tuple[str, object]:
        return self.random.choice(TOGGLES), self.random.choice(SWITCHED)

    def sequence(self, depth: int) -> Piece:
        pieces = [self.piece(depth) for _ in range(self.random.randint(1, 3))]
        for before, after in itertools.pairwise(pieces):
            self.flow(before.exit, after.entry)
        return Piece(pieces[0].entry, pieces[-1].exit)

    def piece(self, depth: int) -> Piece:
        if depth == 0:
            return self.task()
        nested = [self.split] * 2 + [self.loop] * 3
        nested += [self.choice, self.deadline, self.subprocess, self.caught, self.many_parts]
        nested += [self.race]
        flat = [self.task, self.catch, self.task if self.sound else self.way_out]
        flat += [self.link, self.calls, self.flip]
        if self.random.random() < len(flat) / len(flat + nested):
            return self.random.choice(flat)()
        return self.random.choice(nested)(depth - 1)

    def task(self) -> Piece:
        name = self.node("task")
        return Piece(name, name)

    def catch(self) -> Piece:
        name = self.node(self.random.choice(("timer", "message")))
        return Piece(name, name)

    def link(self) -> Piece:
        """A line that is not drawn."""
        code = f"L{len(self.graph.nodes)}"
        return Piece(self.node("jump", code=code), self.node("land", code=code))

    def flip(self) -> Piece:
        """A script, and a choice by what it found, which nothing else sets or reads."""
        code, reads = f"n{len(self.graph.nodes)}", self.random.choice(TOGGLES)
        name, gateway = self.node("flip", code=code, reads=reads), self.node("exclusive")
        work, after = self.task(), self.node("exclusive")
        self.flow(name, gateway)
        self.flow(gateway, work.entry, (code, True))
        self.flow(work.exit, after)
        self.default(gateway, after)
        return Piece(name, after)

    def calls(self) -> Piece:
        """A called case, or several."""
        times = self.random.choice((0, 1, 3))
        name = self.node("call", times=times, sequential=self.random.random() < 0.5)
        return Piece(name, name)

    def split(self, depth: int) -> Piece:
        """Branches side by side; now and then the join is of another kind than the split."""
        kind = self.random.choice(("parallel", "inclusive"))
        join = kind
        if not self.sound and self.random.random() < 0.1:
            join = self.random.choice(("parallel", "inclusive", "exclusive"))
        opening, closing = self.node(kind), self.node(join)
        for number in range(self.random.randint(2, 3)):
            branch = self.sequence(depth)
            if kind == "parallel":
                self.flow(opening, branch.entry)
            elif number == 0:
                self.default(opening, branch.entry)
            else:
                self.flow(opening, branch.entry, self.toggle())
            self.flow(branch.exit, closing)
        return Piece(opening, closing)

    def choice(self, depth: int) -> Piece:
        opening, closing = self.node("exclusive"), self.node("exclusive")
        for number in range(self.random.randint(2, 3)):
            branch = self.sequence(depth)
            if number == 0:
                self.default(opening, branch.entry)
            else:
                self.flow(opening, branch.entry, self.toggle())
            self.flow(branch.exit, closing)
        if self.random.random() < 0.3:
            self.flow(opening, closing, self.toggle())
        return Piece(opening, closing)

    def race(self, depth: int) -> Piece:
        """Two events or three, of which the first chooses the way."""
        opening, closing = self.node("race"), self.node("exclusive")
        for event in ("timer", "message", "timer")[: self.random.randint(2, 3)]:
            arm, branch = self.node("arm", event=event), self.sequence(depth)
            self.flow(opening, arm)
            self.flow(arm, branch.entry)
            self.flow(branch.exit, closing)
        return Piece(opening, closing)

    def loop(self, depth: int) -> Piece:
        """Work, then a decision that may send it back to where the work began."""
        first, verdict = self.task(), self.task()
        body = self.split(max(depth - 1, 0)) if self.random.random() < 0.6 else self.sequence(depth)
        gateway = self.node("exclusive")
        self.flow(first.exit, body.entry)
        self.flow(body.exit, verdict.entry)
        self.flow(verdict.exit, gateway)
        back = self.random.choice((first.entry, body.entry))
        if self.graph.nodes[back].kind == "parallel":  # a fork that is entered twice is a join
            back = first.entry
        self.flow(gateway, back, ("outcome", "refuse"))
        after = self.node("exclusive")
        self.default(gateway, after)
        return Piece(first.entry, after)

    def deadline(self, depth: int) -> Piece:
        """A task with a timer on its edge, which takes another way or adds one."""
        nested = depth > 0 and self.random.random() < 0.3
        host = self.subprocess(depth - 1) if nested else self.task()
        interrupting = self.random.random() < 0.6
        event = self.node("boundary", attached_to=host.entry, interrupting=interrupting)
        branch = self.sequence(depth)
        self.flow(event, branch.entry)
        after = self.node("exclusive")
        self.flow(host.exit, after)
        self.flow(branch.exit, after if interrupting else self.node("end"))
        return Piece(host.entry, after)

    def way_out(self) -> Piece:
        """A choice that may end this branch, or everything in its scope."""
        gateway, after = self.node("exclusive"), self.node("exclusive")
        stop = self.node("terminate" if self.random.random() < 0.4 else "end")
        self.flow(gateway, stop, self.toggle())
        self.default(gateway, after)
        return Piece(gateway, after)

    def subprocess(self, depth: int, *, throws: bool = False) -> Piece:
        name, outside = self.node("subprocess"), self.scope
        self.scope = name
        start, end = self.node("start"), self.node("end")
        body = self.sequence(depth)
        self.flow(start, body.entry)
        if throws:
            thrown = self.throws()
            self.flow(body.exit, thrown.entry)
            body = Piece(body.entry, thrown.exit)
        self.flow(body.exit, end)
        if self.random.random() < 0.2:
            self.handler()
        self.scope = outside
        return Piece(name, name)

    def many_parts(self, depth: int) -> Piece:
        """A sub-process for each of a few items."""
        part = self.subprocess(depth)
        node = self.graph.nodes[part.entry]
        times, sequential = self.random.randint(1, 3), self.random.random() < 0.5
        self.graph.nodes[node.id] = replace(node, times=times, sequential=sequential)
        return part

    def caught(self, depth: int) -> Piece:
        """A sub-process that tells of what happens in it, or fails; somebody may listen."""
        part = self.subprocess(depth, throws=True)
        after = self.node("exclusive")
        self.flow(part.exit, after)
        for event in ("error", "escalation"):
            code = self.random.choice(("", "late"))
            soft = event == "escalation" and self.random.random() < 0.5
            on_edge = {"attached_to": part.entry, "interrupting": not soft, "event": event}
            edge = self.node("boundary", code=code, **on_edge)
            branch = self.task()
            self.flow(edge, branch.entry)
            self.flow(branch.exit, self.node("end") if soft else after)
        return Piece(part.entry, after)

    def throws(self) -> Piece:
        """Work, then an escalation, or an error that ends the branch when it was refused."""
        work, gateway = self.task(), self.node("exclusive")
        self.flow(work.exit, gateway)
        fail, after = self.node("fail", code="late"), self.node("escalate", code="late")
        self.flow(gateway, fail, ("outcome", "refuse"))
        self.default(gateway, after)
        return Piece(work.entry, after)

    def handler(self) -> None:
        """An event sub-process in this scope."""
        name, outside = self.node("handler"), self.scope
        self.scope = name
        trigger = self.node("trigger", event="signal", interrupting=self.random.random() < 0.3)
        work, end = self.task(), self.node("end")
        self.flow(trigger, work.entry)
        self.flow(work.exit, end)
        self.scope = outside

    def stray_flow(self) -> None:
        """Cut a flow with a choice that may lead anywhere in its scope.

        A target that would make a loop that never waits is passed over.
        """
        for _ in range(ATTEMPTS):
            cut = self.random.choice([f for f in self.graph.flows.values() if self._may_cut(f)])
            self.scope = self.graph.nodes[cut.source].scope
            target = self.random.choice(
                [n for n in self.graph.nodes.values() if self._enterable(n)]
            )
            if target.kind == "parallel" and self.random.random() < 0.7:
                continue
            if cut.source != target.id and not self._reaches_without_waiting(target.id, cut.source):
                gateway = self.node("exclusive")
                self.graph.flows[cut.id] = Flow(cut.id, cut.source, gateway)
                self.flow(gateway, target.id, self.toggle())
                self.default(gateway, cut.target)
                return

    def _may_cut(self, flow: Flow) -> bool:
        source, target = self.graph.nodes[flow.source].kind, self.graph.nodes[flow.target].kind
        return flow.when is None and source != "flip" and target != "arm"

    def _enterable(self, node: Node) -> bool:
        before = {self.graph.nodes[flow.source].kind for flow in self.graph.incoming(node.id)}
        here = node.scope == self.scope and "flip" not in before
        return here and node.kind not in NEVER_ENTERED

    def _reaches_without_waiting(self, source: str, target: str) -> bool:
        todo, seen = [source], set()
        while todo:
            name = todo.pop()
            if name == target:
                return self.graph.nodes[name].kind not in WAITING
            if name not in seen and self.graph.nodes[name].kind not in WAITING:
                seen.add(name)
                todo.extend(flow.target for flow in self.graph.outgoing(name))
                if self.graph.nodes[name].kind == "jump":
                    todo.append(self.graph.land_of(name).id)
        return False
