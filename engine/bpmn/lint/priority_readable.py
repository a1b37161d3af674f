"""A priority is a whole number from 0 to 100."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "priority_readable"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find priorities that are not whole numbers within the bounds."""
    for node in walk.of(outline, "userTask"):
        text = node.attributes.get(dialect.PRIORITY, "")
        if not text.strip():
            continue
        try:
            dialect.priority(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
