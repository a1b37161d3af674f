"""A boundary event sits on work that takes time, on its own level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "boundary_attached"
AT_ONCE: Final = frozenset({"intermediateThrowEvent", "scriptTask", "businessRuleTask"})
NEVER: Final = AT_ONCE | {"startEvent", "endEvent"}
NO_HOSTS: Final = NEVER | walk.GATEWAYS | {"intermediateCatchEvent", "boundaryEvent"}


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find boundary events that hang in the air, sit on the wrong thing, or are led into."""
    for node in walk.of(outline, "boundaryEvent"):
        yield from _host(outline, node)
        for flow in outline.incoming.get(node.id, ()):
            sentence = "连线不能连到边界事件“{name}”，只能从它出去。"
            yield error(flow.id, RULE, sentence, name=node.label)


def _host(outline: Outline, node: Node) -> Iterator[Finding]:
    host = outline.by_id.get(node.attributes.get("attachedToRef", ""))
    if host is None:
        yield error(node.id, RULE, "边界事件“{name}”没有贴在任务上。", name=node.label)
    elif host.parent != node.parent:
        sentence = "边界事件“{name}”和它贴的“{host}”不在同一层流程里。"
        yield error(node.id, RULE, sentence, name=node.label, host=host.label)
    elif host.tag in NO_HOSTS:
        sentence = "边界事件“{name}”不能贴在“{host}”上，只能贴在需要等待的任务或子流程上。"
        yield error(node.id, RULE, sentence, name=node.label, host=host.label)
