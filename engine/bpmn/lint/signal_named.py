"""Whoever waits for a signal or sends one says which."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "signal_named"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find signal events that name no signal."""
    for node in walk.of(outline, *walk.EVENTS):
        if any(event.tag == "signal" and not event.text.strip() for event in node.events):
            sentence = "“{name}”等的或发的信号没有名称。请选一个信号。"
            yield error(node.id, RULE, sentence, name=node.label)
