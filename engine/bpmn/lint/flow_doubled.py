"""Two equal flows between the same elements would start the next step twice."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "flow_doubled"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find a second flow without condition between two elements."""
    seen: set[tuple[str, str]] = set()
    for flow in outline.flows:
        pair = (flow.source, flow.target)
        if not flow.condition and pair in seen and all(pair):
            source = outline.by_id.get(flow.source)
            sentence = "从“{name}”到同一处有两条一样的连线，下一步会办两遍。请删去一条。"
            yield warning(flow.id, RULE, sentence, name=source.label if source else flow.source)
        if not flow.condition:
            seen.add(pair)
