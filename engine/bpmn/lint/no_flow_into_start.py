"""Nothing leads into a start event."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "no_flow_into_start"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find flows into start events."""
    for node in walk.of(outline, "startEvent"):
        for flow in outline.incoming.get(node.id, ()):
            sentence = "连线不能连到开始事件“{name}”。请连到它后面的那一步。"
            yield error(flow.id, RULE, sentence, name=node.label)
