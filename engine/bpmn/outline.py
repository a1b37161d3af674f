"""What stands in a BPMN file, whether we run it or not: the ground for lint rules and for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """A `timerEventDefinition`, `messageEventDefinition` …: its tag and what it says.

    `tag` is the BPMN name without the ending (`timer`, `message`, `terminate` …); `form` is the
    child that holds a timer (`timeDate`, `timeDuration`, `timeCycle`) and `text` its content, or
    the name of the message, signal or link, or the code of the error or escalation referred to.
    """

    tag: str
    form: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class LoopMarks:
    """What stands in a `multiInstanceLoopCharacteristics`, as written."""

    sequential: bool = False
    cardinality: str = ""
    collection: str = ""
    variable: str = ""
    completion: str = ""


@dataclass(frozen=True, slots=True)
class HandedLine:
    """A `camunda:in` or `camunda:out` of a call activity: `tag` and its attributes, as written."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node as drawn: `tag` is its BPMN name, `parent` the sub-process around it or None."""

    id: str
    tag: str
    name: str
    parent: str | None
    line: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    events: tuple[EventDefinition, ...] = ()
    script: str = ""
    loop: str = ""
    extensions: tuple[str, ...] = ()
    marks: LoopMarks | None = None
    handed: tuple[HandedLine, ...] = ()

    @property
    def label(self) -> str:
        """The name people see on the diagram, or the id where there is none."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A sequence flow as drawn: `condition` is the raw text, `language` what it claims to be."""

    id: str
    name: str
    source: str
    target: str
    parent: str | None
    line: int
    condition: str | None = None
    language: str = ""
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outline:
    """One executable process of a file, with all its nodes and flows in document order."""

    id: str
    name: str
    nodes: tuple[Node, ...]
    flows: tuple[FlowLine, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    duplicates: tuple[str, ...] = ()
    lanes: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Nodes by id (the first of each)."""
        return {node.id: node for node in reversed(self.nodes)}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[FlowLine, ...]]:
        """Flows by the id of their target."""
        return _grouped((flow.target, flow) for flow in self.flows)

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[FlowLine, ...]]:
        """Flows by the id of their source."""
        return _grouped((flow.source, flow) for flow in self.flows)


def _grouped(pairs: Iterable[tuple[str, FlowLine]]) -> Mapping[str, tuple[FlowLine, ...]]:
    groups: dict[str, list[FlowLine]] = {}
    for key, flow in pairs:
        groups.setdefault(key, []).append(flow)
    return {key: tuple(flows) for key, flows in groups.items()}
