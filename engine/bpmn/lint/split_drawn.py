"""Work that goes on in several branches at once is drawn with a gateway."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "split_drawn"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find tasks and events with several flows out: it runs, but few readers know how."""
    for node in outline.nodes:
        flows = outline.outgoing.get(node.id, ())
        if node.tag not in walk.GATEWAYS and len(flows) > 1:
            sentence = "“{name}”后面有 {count} 条线，条件成立的都会同时走。请用网关画清楚。"
            yield warning(node.id, RULE, sentence, name=node.label, count=len(flows))
