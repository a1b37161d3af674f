"""A diagram made ready to run: frozen, indexed, with its graph questions answered once.

`build` makes a `Process` from an outline that passed the lint rules. Nothing in a `Process` ever
changes, so one object serves every case of its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from engine import expressions
from engine.bpmn import dialect, graph, loops, naming
from engine.bpmn.loops import Loop
from engine.bpmn.outline import EventDefinition, FlowLine, HandedLine, Node, Outline
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
    RULE = "businessRuleTask"
    CALL = "callActivity"
    SUB_PROCESS = "subProcess"
    EXCLUSIVE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    INCLUSIVE = "inclusiveGateway"
    EVENT_BASED = "eventBasedGateway"


ALL: Final = "*"
"""The source and target of a hand-over of every variable."""


class Decision(Protocol):
    """A decision table as a business rule task sees it: pure, and answers at once."""

    @property
    def names(self) -> frozenset[str]:
        """The variables it reads."""

    def decide(self, values: Mapping[str, object]) -> object:
        """One result as a mapping, several as a list of mappings, none as None."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is None where it is always taken."""

    id: str
    source: str
    target: str
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A variable that goes into a called case or comes out: a name or an expression, and a name."""

    source: str
    target: str
    expression: Expression | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """A flow node ready to run. `outgoing` leaves the default flow out; that is `default`.

    `link` is the catch a link throw goes on at; `by_event` marks an event sub-process.
    """

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
    loop: Loop | None = None
    called: str = ""
    inputs: tuple[Handed, ...] = ()
    outputs: tuple[Handed, ...] = ()
    business_key: Expression | None = None
    link: str = ""
    by_event: bool = False

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
    """One executable process. `reads` are the names its expressions use: nothing else is kept.

    `handlers` are the event sub-processes by the level they stand on, `triggers` the event
    sub-process by the start event that opens it.
    """

    id: str
    name: str
    elements: Mapping[str, Element]
    starts: Mapping[str | None, str]
    reads: frozenset[str]
    forward: graph.Forward
    into: Mapping[str, Mapping[str, frozenset[str]]]
    properties: Mapping[str, str]
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    handlers: Mapping[str | None, tuple[str, ...]] = field(default_factory=dict)
    triggers: Mapping[str, str] = field(default_factory=dict)
    has_loops: bool = False
    nameless: Mapping[str, str] = field(default_factory=dict)

    def called(self, element_id: str) -> str:
        """What a page calls an element: its name, or its kind and where it hangs."""
        return self.nameless.get(element_id) or self.label(element_id)

    def label(self, element_id: str) -> str:
        """What people call an element; its id where it is not in the diagram."""
        element = self.elements.get(element_id)
        return element.label if element is not None else element_id

    def user_tasks(self) -> tuple[Element, ...]:
        """User tasks in document order."""
        return tuple(one for one in self.elements.values() if one.kind is Kind.USER)

    @property
    def start_events(self) -> tuple[Element, ...]:
        """Start events of the process that wait for a time, a message or a signal."""
        return tuple(
            one
            for one in self.elements.values()
            if one.kind is Kind.START and one.parent is None and one.event
        )


def build(outline: Outline, decisions: Mapping[str, Decision] | None = None) -> Process:
    """Make an outline without errors ready to run, with the decision tables of its version."""
    flows = {line.id: _flow(line) for line in outline.flows}
    attached = _attached(outline)
    links = _links(outline)
    elements = {node.id: _element(node, outline, flows, attached, links) for node in outline.nodes}
    starts: dict[str | None, str] = {}
    for one in elements.values():
        if one.kind is Kind.START and (not one.event or one.parent not in starts):
            starts[one.parent] = one.id
    handlers: dict[str | None, tuple[str, ...]] = {}
    for one in elements.values():
        if one.by_event and one.id in starts:
            handlers[one.parent] = (*handlers.get(one.parent, ()), one.id)
    tables = dict(decisions or {})
    name = naming.called(outline)
    return Process(
        id=outline.id,
        name=outline.name or outline.id,
        elements=MappingProxyType(elements),
        starts=MappingProxyType(starts),
        reads=_reads(elements, flows, tables),
        forward=graph.forward(elements.values()),
        into=graph.into_joins(elements.values()),
        properties=MappingProxyType(dict(outline.properties)),
        decisions=MappingProxyType(tables),
        handlers=MappingProxyType(handlers),
        triggers=MappingProxyType(
            {starts[key]: key for level in handlers.values() for key in level}
        ),
        has_loops=any(one.loop is not None for one in elements.values()),
        nameless=MappingProxyType({one.id: name(one.id) for one in outline.nodes if not one.name}),
    )


def _reads(
    elements: Mapping[str, Element], flows: Mapping[str, Flow], tables: Mapping[str, Decision]
) -> frozenset[str]:
    reads: set[str] = set()
    for flow in flows.values():
        reads |= flow.condition.names if flow.condition else frozenset()
    for element in elements.values():
        for _name, expression in element.script:
            reads |= expression.names
        for handed in element.inputs:
            reads |= handed.expression.names if handed.expression else {handed.source}
        if element.loop is not None:
            reads |= element.loop.names
        if element.kind is Kind.RULE:
            table = tables.get(element.attributes.get(dialect.DECISION_REF, ""))
            reads |= table.names if table is not None else frozenset()
        if element.kind is Kind.USER and dialect.who(element.attributes).is_picked:
            reads.add(dialect.PICKED + element.id)
    return frozenset(reads)


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


def _links(outline: Outline) -> Mapping[tuple[str | None, str], str]:
    """The catching end of each link, by level and name."""
    return {
        (node.parent, event.text): node.id
        for node in outline.nodes
        for event in node.events
        if event.tag == "link" and node.tag == Kind.CATCH
    }


def _element(
    node: Node,
    outline: Outline,
    flows: Mapping[str, Flow],
    attached: Mapping[str, tuple[str, ...]],
    links: Mapping[tuple[str | None, str], str],
) -> Element:
    default = node.attributes.get("default", "")
    out = [flows[line.id] for line in outline.outgoing.get(node.id, ())]
    event = node.events[0] if node.events else EventDefinition("")
    is_throw = node.tag == Kind.THROW and event.tag == "link"
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
        interrupting=_interrupts(node),
        event=event.tag,
        event_form=event.form,
        event_text=event.text,
        script=dialect.script(node.script) if node.tag == Kind.SCRIPT else (),
        attributes=MappingProxyType(dict(node.attributes)),
        properties=MappingProxyType(_properties(node)),
        loop=loops.read(node.marks) if node.marks and node.tag != Kind.USER else None,
        called=node.attributes.get("calledElement", "").strip() if node.tag == Kind.CALL else "",
        inputs=tuple(_handed(line) for line in node.handed if _is_input(line)),
        business_key=_business_key(node),
        outputs=tuple(_handed(line) for line in node.handed if line.tag == "out"),
        link=links.get((node.parent, event.text), "") if is_throw else "",
        by_event=node.attributes.get("triggeredByEvent") == "true",
    )


def _interrupts(node: Node) -> bool:
    word = "isInterrupting" if node.tag == Kind.START else "cancelActivity"
    return node.attributes.get(word, "true") != "false"


def _properties(node: Node) -> dict[str, str]:
    """What is written on a node; on a user task a drawn multi-instance reads as a signing rule."""
    properties = dict(node.properties)
    if node.marks is not None and node.tag == Kind.USER:
        properties.setdefault(dialect.SIGNING, loops.signing(node.marks))
    return properties


def _is_input(line: HandedLine) -> bool:
    return line.tag == "in" and "businessKey" not in line.attributes


def _business_key(node: Node) -> Expression | None:
    written = [line.attributes.get("businessKey", "").strip() for line in node.handed]
    return next((expressions.compile(expressions.unwrap(one)) for one in written if one), None)


def _handed(line: HandedLine) -> Handed:
    if line.attributes.get("variables") == "all":
        return Handed(ALL, ALL)
    target = line.attributes.get("target", "").strip()
    written = line.attributes.get("sourceExpression", "").strip()
    if written:
        return Handed("", target, expressions.compile(expressions.unwrap(written)))
    return Handed(line.attributes.get("source", "").strip(), target)
