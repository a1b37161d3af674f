"""A split knows where to go: conditions on its flows, and a default for the rest."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Node, Outline

RULE = "gateway_default"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find flows of exclusive splits without a condition, and splits that may find no way on."""
    for node in walk.of(outline, "exclusiveGateway", "inclusiveGateway"):
        flows = outline.outgoing.get(node.id, ())
        default = node.attributes.get("default", "")
        others = [flow for flow in flows if flow.id != default]
        if node.tag == "exclusiveGateway" and len(flows) > 1:
            yield from _without_condition(node, others)
        conditional = bool(others) and all(flow.condition for flow in others)
        if conditional and len(others) == len(flows):
            sentence = "“{name}”没有默认连线：条件都不成立时流程会停在这里。请设一条默认。"
            yield warning(node.id, RULE, sentence, name=node.label)


def _without_condition(node: Node, flows: list[FlowLine]) -> Iterator[Finding]:
    for flow in flows:
        if not flow.condition:
            sentence = "从“{name}”出去的这条线没有条件。请写条件，或把它设为默认。"
            yield error(flow.id, RULE, sentence, name=node.label)
