"""How many people must sign is a rule that we run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "signing_known"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find signing rules other than `any`: one person acts, and the step is done."""
    for node in walk.of(outline, "userTask"):
        text = node.properties.get(dialect.SIGNING, "")
        if not text.strip():
            continue
        try:
            dialect.signing(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
