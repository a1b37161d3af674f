"""Names stay short enough to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Node, Outline

RULE = "text_length"
MAX_NAME: Final = 200


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find names that are too long."""
    drawn: list[Outline | Node | FlowLine] = [outline, *outline.nodes, *outline.flows]
    for one in drawn:
        if len(one.name) > MAX_NAME:
            yield error(one.id, RULE, "名称太长，最多 {most} 个字。", most=MAX_NAME)
