"""Timers are ISO 8601 or rules of school time, and within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect, timers
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "timer_readable"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find timers that cannot be read, are too long, or go round without end or in one place."""
    for node in walk.of(outline, "startEvent", "intermediateCatchEvent", "boundaryEvent"):
        for event in node.events:
            if event.tag != "timer":
                continue
            try:
                if dialect.timer(event.form, event.text) is None:
                    timers.read(event.form, event.text)
            except timers.TimerError as problem:
                yield walk.told(node.id, RULE, problem)
                continue
            if event.form == timers.TimerForm.CYCLE and not _goes_round(node):
                sentence = "“{name}”只等一次，不能用循环定时（timeCycle）。请改用时长或日期。"
                yield error(node.id, RULE, sentence, name=node.label)


def _goes_round(node: Node) -> bool:
    """Whether this timer may fire several times: it starts cases, or interrupts nothing."""
    if node.tag == "startEvent":
        return node.parent is None or node.attributes.get("isInterrupting") == "false"
    return node.tag == "boundaryEvent" and node.attributes.get("cancelActivity") == "false"
