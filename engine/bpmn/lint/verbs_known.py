"""The buttons of a step are ones we can carry out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "verbs_known"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find verbs that do not exist, are not run yet, or leave no way to finish the step."""
    for node in walk.of(outline, "userTask"):
        text = node.properties.get(dialect.VERBS)
        if text is None:
            continue
        try:
            dialect.verbs(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
