"""A default flow is one of the element's own flows, and carries no condition."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "default_known"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find default flows that are not there, or whose condition would never be asked."""
    for node in outline.nodes:
        default = node.attributes.get("default", "")
        if not default:
            continue
        own = {flow.id: flow for flow in outline.outgoing.get(node.id, ())}
        if default not in own:
            sentence = "“{name}”的默认连线“{id}”不是从它出去的线。请重新设默认。"
            yield error(node.id, RULE, sentence, name=node.label, id=default)
        elif own[default].condition:
            sentence = "默认连线上的条件不会被问到。请删去条件。"
            yield warning(default, RULE, sentence)
