"""How often an automatic step is tried again is written as we read it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "retries_readable"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find retries that cannot be read or are out of bounds."""
    for node in walk.of(outline, "serviceTask", "sendTask"):
        text = node.attributes.get(dialect.RETRIES, "")
        if not text.strip():
            continue
        try:
            dialect.retries(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
