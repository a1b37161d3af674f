"""Conditions stand where somebody asks them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "condition_place"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find conditions behind gateways that take every flow, and only ways out with a condition."""
    for node in outline.nodes:
        flows = outline.outgoing.get(node.id, ())
        conditional = [flow for flow in flows if flow.condition is not None]
        if node.tag in ("parallelGateway", "eventBasedGateway"):
            for flow in conditional:
                sentence = "“{name}”后面的每条线都会走，不能有条件。请删去条件，或换成包容网关。"
                yield error(flow.id, RULE, sentence, name=node.label)
        elif node.tag not in walk.GATEWAYS and len(flows) == len(conditional) == 1:
            sentence = "“{name}”只有这一条出路，条件不成立时流程会停住。请加排他网关画出另一条路。"
            yield warning(conditional[0].id, RULE, sentence, name=node.label)
