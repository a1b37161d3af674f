"""Walks over the drawn graph that several rules need; never recursive, so depth costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeVar

from engine import expressions
from engine.bpmn import dialect
from engine.bpmn.findings import Finding, Severity, error
from engine.bpmn.outline import FlowLine, Node, Outline
from engine.expressions import Expression, ExpressionError

WORK: Final = frozenset({"userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask"})
EVENTS: Final = (
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
)
GATEWAYS: Final = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
CONTAINERS: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
AUTOMATIC: Final = frozenset(
    {
        "startEvent",
        "intermediateThrowEvent",
        "scriptTask",
        "businessRuleTask",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
    }
)

Read = TypeVar("Read")


class Problem(Protocol):
    """An error of a small grammar: a sentence and what fills it."""

    @property
    def sentence(self) -> str: ...  # noqa: D102  (the class says it)
    @property
    def values(self) -> Mapping[str, object]: ...  # noqa: D102  (the class says it)


def told(element: str, rule: str, problem: Problem) -> Finding:
    """Hand on the sentence of a grammar as an error of a rule."""
    return Finding(element, Severity.ERROR, rule, problem.sentence, problem.values)


def named(
    node: Node, attribute: str, rule: str, missing: str, read: Callable[[str], Read]
) -> Generator[Finding, None, Read | None]:
    """Read what an element must name, or find that it names none, or none that can be read."""
    text = node.attributes.get(attribute, "")
    if not text.strip():
        yield error(node.id, rule, missing, name=node.label)
        return None
    try:
        return read(text)
    except dialect.DialectError as problem:
        yield told(node.id, rule, problem)
        return None


def of(outline: Outline, *tags: str) -> Iterator[Node]:
    """Yield the nodes with one of these tags, in document order."""
    return (node for node in outline.nodes if node.tag in tags)


def levels(outline: Outline) -> Iterator[tuple[Node | None, Sequence[Node]]]:
    """The process and every sub-process that we run, each with the nodes drawn directly in it."""
    inside: dict[str | None, list[Node]] = {}
    for node in outline.nodes:
        inside.setdefault(node.parent, []).append(node)
    yield None, inside.get(None, [])
    for node in of(outline, "subProcess"):
        if not by_event(node):
            yield node, inside.get(node.id, [])


def by_event(node: Node) -> bool:
    """Whether this is an event sub-process, which no flow leads into."""
    return node.attributes.get("triggeredByEvent") == "true"


def attached(outline: Outline) -> Mapping[str, tuple[Node, ...]]:
    """Boundary events by the id of the element they are attached to."""
    hosts: dict[str, list[Node]] = {}
    for node in of(outline, "boundaryEvent"):
        hosts.setdefault(node.attributes.get("attachedToRef", ""), []).append(node)
    return {host: tuple(nodes) for host, nodes in hosts.items()}


def links(outline: Outline) -> Mapping[str, str]:
    """The catching end of each throwing link: of the same name, on the same level."""
    ends = {
        (node.parent, event.text): node.id
        for node in of(outline, "intermediateCatchEvent")
        for event in node.events
        if event.tag == "link"
    }
    return {
        node.id: ends[node.parent, event.text]
        for node in of(outline, "intermediateThrowEvent")
        for event in node.events
        if event.tag == "link" and (node.parent, event.text) in ends
    }


def onward(outline: Outline) -> dict[str, list[str]]:
    """Where a token may go from each node: its flows, boundary events on it, its link."""
    edges: dict[str, list[str]] = {node.id: [] for node in outline.nodes}
    for flow in outline.flows:
        if flow.source in edges and flow.target in edges:
            edges[flow.source].append(flow.target)
    for host, events in attached(outline).items():
        if host in edges:
            edges[host].extend(event.id for event in events)
    for throw, catch in links(outline).items():
        edges[throw].append(catch)
    return edges


def turned(edges: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The same graph with every arrow the other way round."""
    back: dict[str, list[str]] = {key: [] for key in edges}
    for key, targets in edges.items():
        for target in targets:
            back[target].append(key)
    return back


def reached(starts: Iterable[str], edges: Mapping[str, Sequence[str]]) -> set[str]:
    """Everything that can be reached, the starts included."""
    found: set[str] = set()
    waiting = [key for key in starts if key in edges]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(edges[key])
    return found


def condition(flow: FlowLine) -> Expression | None:
    """The compiled condition of a flow; None where there is none or it cannot be read."""
    if not flow.condition:
        return None
    try:
        return expressions.compile(expressions.unwrap(flow.condition))
    except ExpressionError:
        return None
