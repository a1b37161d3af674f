"""Whoever waits for a message or sends one says which."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "message_named"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find receive tasks and message events that name no message."""
    for node in walk.of(outline, *walk.EVENTS, "receiveTask"):
        if not _named(node):
            sentence = "“{name}”等的或发的消息没有名称。请选一个消息。"
            yield error(node.id, RULE, sentence, name=node.label)


def _named(node: Node) -> bool:
    if node.tag == "receiveTask" and not node.events:
        return False
    return all(event.text.strip() for event in node.events if event.tag == "message")
