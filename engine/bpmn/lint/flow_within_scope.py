"""A flow stays on its level: it never crosses the border of a sub-process."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "flow_within_scope"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find flows between levels, and flows written on another level than their ends."""
    for flow in outline.flows:
        source, target = outline.by_id.get(flow.source), outline.by_id.get(flow.target)
        if source is None or target is None:
            continue
        if source.parent != target.parent:
            sentence = "连线从“{source}”到“{target}”穿过了子流程的边界。请连到子流程本身。"
            yield error(flow.id, RULE, sentence, source=source.label, target=target.label)
        elif flow.parent != source.parent:
            sentence = "从“{source}”到“{target}”的连线写在了另一层流程里。请删去后重新连接。"
            yield error(flow.id, RULE, sentence, source=source.label, target=target.label)
