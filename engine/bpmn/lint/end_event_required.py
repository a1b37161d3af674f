"""A drawn end says that the work is meant to be over there."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "end_event_required"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find places where the flow just stops: an implicit end runs, but may be a forgotten line."""
    for node in outline.nodes:
        stops = not outline.outgoing.get(node.id) and node.tag != "endEvent"
        stops = stops and not any(event.tag == "link" for event in node.events)
        if stops and not walk.by_event(node) and node.attributes.get("isForCompensation") != "true":
            sentence = "“{name}”后面没有连线，流程在这里结束。如果是这个意思，请画上结束事件。"
            yield warning(node.id, RULE, sentence, name=node.label)
