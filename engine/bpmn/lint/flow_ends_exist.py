"""Every flow leads from an element to an element."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "flow_ends_exist"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find flows whose source or target is missing from the process."""
    for flow in outline.flows:
        if flow.source not in outline.by_id:
            sentence = "连线的起点“{id}”不在这个流程里。请重新连接。"
            yield error(flow.id, RULE, sentence, id=flow.source)
        if flow.target not in outline.by_id:
            sentence = "连线的终点“{id}”不在这个流程里。请重新连接。"
            yield error(flow.id, RULE, sentence, id=flow.target)
