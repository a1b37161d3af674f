"""What the system does at a service task is a handler that is registered here."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "handler_exists"
MISSING = "“{name}”没有说明系统要做什么。请写主题（camunda:topic）。"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find service and send tasks without a topic, or with one that nobody serves."""
    for node in walk.of(outline, "serviceTask", "sendTask"):
        topic = yield from walk.named(node, dialect.TOPIC, RULE, MISSING, dialect.key)
        if topic is not None and known.topics is not None and topic not in known.topics:
            sentence = "没有程序处理主题“{topic}”。可用的主题：{topics}。"
            topics = "、".join(sorted(known.topics)) or "—"
            yield error(node.id, RULE, sentence, topic=topic, topics=topics)
