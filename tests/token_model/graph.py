"""What a process looks like to the token game: nodes, flows, and nothing else.

Kinds are plain words: start, end, terminate, task, service, timer, message, call, exclusive,
parallel, inclusive, subprocess, boundary; escalate throws an escalation and goes on, fail throws an
error and ends; jump goes on at the land of the same code; handler is an event sub-process, trigger
the start event in it; race is an event gateway, arm an event behind it; flip sets a variable to the
contrary of another by a script, rule by the decision `turn_` and the name of the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

WAITING = frozenset({"task", "service", "timer", "message", "call"})


@dataclass(frozen=True)
class Node:
    """One element; `scope` is the sub-process it lies in, "" for the process itself.

    `event` is what a boundary, a trigger or an arm waits for, `times` how many instances there are
    (0: it is no multi-instance activity). A flip sets `code` to what `reads` is not.
    """

    id: str
    kind: str
    scope: str = ""
    attached_to: str = ""
    interrupting: bool = True
    event: str = "timer"
    code: str = ""
    reads: str = ""
    times: int = 0
    sequential: bool = False


@dataclass(frozen=True)
class Flow:
    """One sequence flow; `when` is the variable and the value it must have, if there is one."""

    id: str
    source: str
    target: str
    when: tuple[str, object] | None = None


@dataclass
class Graph:
    """Nodes and flows in the order of the drawing, and the default flows of gateways.

    `words` are properties written on nodes, which the game knows nothing of.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    def incoming(self, node: str) -> list[Flow]:
        """The flows that end at `node`."""
        return [flow for flow in self.flows.values() if flow.target == node]

    def outgoing(self, node: str) -> list[Flow]:
        """The flows that begin at `node`, or at the other end of its link."""
        if self.nodes[node].kind == "jump":
            node = self.land_of(node).id
        return [flow for flow in self.flows.values() if flow.source == node]

    def boundary(self, node: str) -> list[Node]:
        """The boundary events that sit on `node`."""
        return [other for other in self.nodes.values() if other.attached_to == node]

    def start_of(self, scope: str) -> Node:
        """The start event of a scope."""
        return next(
            n for n in self.nodes.values() if n.kind in {"start", "trigger"} and n.scope == scope
        )

    def land_of(self, jump: str) -> Node:
        """The other end of a link."""
        here = self.nodes[jump]
        alike = (n for n in self.nodes.values() if n.kind == "land" and n.scope == here.scope)
        return next(n for n in alike if n.code == here.code)

    def handlers(self, scope: str) -> list[Node]:
        """The event sub-processes that stand in a scope."""
        return [n for n in self.nodes.values() if n.kind == "handler" and n.scope == scope]

    def exits(self, node: str) -> Iterator[Flow]:
        """The flows by which a token at `node` may leave, those of its boundary events included."""
        yield from self.outgoing(node)
        for event in self.boundary(node):
            yield from self.outgoing(event.id)
