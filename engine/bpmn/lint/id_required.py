"""Every element and flow has an id; without it nothing can be said about it or recorded of it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "id_required"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find elements and flows without an id; the line in the file is all there is to name them."""
    for node in outline.nodes:
        if not node.id:
            sentence = "第 {line} 行的 {tag} 没有标识（id）。"
            yield error("", RULE, sentence, line=node.line, tag=node.tag)
    for flow in outline.flows:
        if not flow.id:
            yield error("", RULE, "第 {line} 行的连线没有标识（id）。", line=flow.line)
