"""Whatever is drawn can happen: an element that no path leads to would be left out silently."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "reachable_from_start"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find elements to which no path leads from the start of their level."""
    begins = [node for node in outline.nodes if node.tag == "startEvent" or _stands_alone(node)]
    found = walk.reached((node.id for node in begins), walk.onward(outline))
    begun = {node.parent for node in begins if node.tag == "startEvent"}
    for node in outline.nodes:
        if node.parent in begun and node.id not in found:
            sentence = "没有路从开始走到“{name}”，它永远不会办到。请连上或删去。"
            yield error(node.id, RULE, sentence, name=node.label)


def _stands_alone(node: Node) -> bool:
    """Elements that no flow is meant to lead to."""
    link = node.tag == "intermediateCatchEvent" and any(one.tag == "link" for one in node.events)
    return link or walk.by_event(node) or node.attributes.get("isForCompensation") == "true"
