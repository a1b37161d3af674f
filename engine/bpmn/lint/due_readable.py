"""A deadline is a time we can read, within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect, timers
from engine.bpmn.findings import Finding
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "due_readable"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find deadlines, as property or as attribute, that are no ISO 8601 duration or date."""
    for node in walk.of(outline, "userTask"):
        for text in (
            node.properties.get(dialect.DUE, ""),
            node.attributes.get(dialect.DUE_DATE, ""),
        ):
            if not text.strip():
                continue
            try:
                dialect.due(text)
            except timers.TimerError as problem:
                yield walk.told(node.id, RULE, problem)
