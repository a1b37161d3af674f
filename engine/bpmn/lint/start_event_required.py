"""A process, and each sub-process in it, has exactly one place to begin."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "start_event_required"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find levels without a start event, and each start event beyond the first."""
    for scope, nodes in walk.levels(outline):
        every = [node for node in nodes if node.tag == "startEvent"]
        starts = [node for node in every if not node.events] if scope is None else every
        if scope is None and every and not starts:
            continue
        if not starts and scope is None:
            yield error(outline.id, RULE, "流程没有开始事件。请画一个，并连到第一步。")
        elif not starts and scope is not None:
            sentence = "子流程“{name}”里没有开始事件。请画一个，并连到第一步。"
            yield error(scope.id, RULE, sentence, name=scope.label)
        for extra in starts[1:]:
            sentence = "这里已经有开始事件“{first}”，不能再有第二个。请删去一个。"
            yield error(extra.id, RULE, sentence, first=starts[0].label)
