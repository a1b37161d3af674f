"""A gateway with one way in and one way out decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "gateway_needed"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find gateways that neither join nor split."""
    for node in walk.of(outline, "exclusiveGateway", "parallelGateway", "inclusiveGateway"):
        comes, goes = outline.incoming.get(node.id, ()), outline.outgoing.get(node.id, ())
        if len(comes) == 1 and len(goes) == 1 and not goes[0].condition:
            sentence = "“{name}”只有一条线进、一条线出，没有作用。请删去，或补上另一条路。"
            yield warning(node.id, RULE, sentence, name=node.label)
