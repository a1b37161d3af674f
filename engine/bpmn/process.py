"""A diagram made ready to run: frozen, indexed, with its graph questions answered once.

`build` makes a `Process` from an outline that passed the lint rules. Nothing in a `Process` ever
changes, so one object serves every case of its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from engine import expressions
from engine.bpmn import dialect, graph
from engine.bpmn.outline import FlowLine, Node, Outline
from engine.expressions import Expression


class Kind(StrEnum):
    """The elements we run, by their BPMN names."""

    START = "startEvent"
    END = "endEvent"
    CATCH = "intermediateCatchEvent"
    THROW = "intermediateThrowEvent"
    BOUNDARY = "boundaryEvent"
    USER = "userTask"
    SERVICE = "serviceTask"
    SEND = "sendTask"
    RECEIVE = "receiveTask"
    SCRIPT = "scriptTask"
    SUB_PROCESS = "subProcess"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_BASED = "eventBasedGateway"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is None where it is always taken."""

    id: str
    source: str
    target: str
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node ready to run. `outgoing` leaves the default flow out; that is `default`."""

    id: str
    kind: Kind
    name: str
    parent: str | None
    incoming: tuple[Flow, ...]
    outgoing: tuple[Flow, ...]
    default: Flow | None
    boundary: tuple[str, ...] = ()
    host: str | None = None
    interrupting: bool = True
    event: str = ""
    event_form: str = ""
    event_text: str = ""
    script: tuple[tuple[str, Expression], ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name people see, or the id where there is none."""
        return self.name or self.id

    @property
    def joins(self) -> bool:
        """Whether more than one flow leads here."""
        return len(self.incoming) > 1


@dataclass(frozen=True)
class Process:
    """One executable process. `reads` are the names its expressions use: nothing else is kept."""

    id: str
    name: str
    elements: Mapping[str, Element]
    starts: Mapping[str | None, str]
    reads: frozenset[str]
    forward: graph.Forward
    into: Mapping[str, Mapping[str, frozenset[str]]]
    properties: Mapping[str, str]

    def label(self, element_id: str) -> str:
        """What people call an element; its id where it is not in the diagram."""
        element = self.elements.get(element_id)
        return element.label if element is not None else element_id

    def user_tasks(self) -> tuple[Element, ...]:
        """User tasks in document order."""
        return tuple(one for one in self.elements.values() if one.kind is Kind.USER)


def build(outline: Outline) -> Process:
    """Make an outline without errors ready to run."""
    flows = {line.id: _flow(line) for line in outline.flows}
    attached = _attached(outline)
    elements = {node.id: _element(node, outline, flows, attached) for node in outline.nodes}
    starts = {one.parent: one.id for one in elements.values() if one.kind is Kind.START}
    reads: set[str] = set()
    for flow in flows.values():
        reads |= flow.condition.names if flow.condition else frozenset()
    for element in elements.values():
        for _name, expression in element.script:
            reads |= expression.names
    return Process(
        id=outline.id,
        name=outline.name or outline.id,
        elements=MappingProxyType(elements),
        starts=MappingProxyType(starts),
        reads=frozenset(reads),
        forward=graph.forward(elements.values()),
        into=graph.into_joins(elements.values()),
        properties=MappingProxyType(dict(outline.properties)),
    )


def _flow(line: FlowLine) -> Flow:
    if not line.condition:
        return Flow(line.id, line.source, line.target)
    condition = expressions.compile(expressions.unwrap(line.condition))
    return Flow(line.id, line.source, line.target, condition)


def _attached(outline: Outline) -> Mapping[str, tuple[str, ...]]:
    hosts: dict[str, tuple[str, ...]] = {}
    for node in outline.nodes:
        host = node.attributes.get("attachedToRef")
        if host is not None:
            hosts[host] = (*hosts.get(host, ()), node.id)
    return hosts


def _element(
    node: Node, outline: Outline, flows: Mapping[str, Flow], attached: Mapping[str, tuple[str, ...]]
) -> Element:
    default = node.attributes.get("default", "")
    out = [flows[line.id] for line in outline.outgoing.get(node.id, ())]
    event = node.events[0] if node.events else None
    return Element(
        id=node.id,
        kind=Kind(node.tag),
        name=node.name,
        parent=node.parent,
        incoming=tuple(flows[line.id] for line in outline.incoming.get(node.id, ())),
        outgoing=tuple(flow for flow in out if flow.id != default),
        default=next((flow for flow in out if flow.id == default), None),
        boundary=attached.get(node.id, ()),
        host=node.attributes.get("attachedToRef"),
        interrupting=node.attributes.get("cancelActivity", "true") != "false",
        event=event.tag if event else "",
        event_form=event.form if event else "",
        event_text=event.text if event else "",
        script=dialect.script(node.script) if node.tag == Kind.SCRIPT else (),
        attributes=MappingProxyType(dict(node.attributes)),
        properties=MappingProxyType(dict(node.properties)),
    )
