"""From everywhere there is a way to an end; otherwise a case can never be finished."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "end_reachable"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find elements from which no path leads to an end, nor to a place where the flow stops."""
    edges = walk.onward(outline)
    sinks = [node.id for node in outline.nodes if not outline.outgoing.get(node.id)]
    found = walk.reached(sinks, walk.turned(edges))
    for node in outline.nodes:
        if node.id not in found:
            sentence = "从“{name}”走不到结束，流程会一直转下去。"
            yield warning(node.id, RULE, sentence, name=node.label)
