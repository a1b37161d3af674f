"""A name is a text. Other systems compute names; here nothing in a name is ever evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Node, Outline

RULE = "name_plain"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find names that look like expressions."""
    drawn: list[Outline | Node | FlowLine] = [outline, *outline.nodes, *outline.flows]
    for one in drawn:
        if "${" in one.name or "#{" in one.name:
            sentence = "名称“{name}”里的表达式不会计算，会原样显示。"
            yield warning(one.id, RULE, sentence, name=one.name)
