"""Nothing leads out of an end event."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "no_flow_out_of_end"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find flows out of end events."""
    for node in walk.of(outline, "endEvent"):
        for flow in outline.outgoing.get(node.id, ()):
            sentence = "结束事件“{name}”后面不能再有连线。"
            yield error(flow.id, RULE, sentence, name=node.label)
