"""Timers are ISO 8601 or rules of school time, and within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect, timers
from engine.bpmn.findings import Finding
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "timer_readable"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find timers that cannot be read, are too long, or go round."""
    for node in walk.of(outline, "intermediateCatchEvent", "boundaryEvent"):
        for event in node.events:
            if event.tag != "timer":
                continue
            try:
                if dialect.timer(event.form, event.text) is None:
                    timers.read(event.form, event.text)
            except timers.TimerError as problem:
                yield walk.told(node.id, RULE, problem)
