"""An event sub-process begins with its one event, and nothing leads into it or out of it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "event_subprocess_start"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find event sub-processes without exactly one event to begin with, or drawn into the flow."""
    attached = walk.attached(outline)
    for node in walk.of(outline, "subProcess"):
        if not walk.by_event(node):
            continue
        starts = [one for one in walk.of(outline, "startEvent") if one.parent == node.id]
        if len(starts) != 1 or not starts[0].events:
            sentence = "事件子流程“{name}”里要有一个开始事件，并写明由什么事件引起。"
            yield error(node.id, RULE, sentence, name=node.label)
        else:
            yield from _start(starts[0])
        for flow in (*outline.incoming.get(node.id, ()), *outline.outgoing.get(node.id, ())):
            sentence = "事件子流程“{name}”由事件引起，不能有连线进出。"
            yield error(flow.id, RULE, sentence, name=node.label)
        if node.id in attached or node.loop:
            sentence = "事件子流程“{name}”上不能有边界事件，也不能是多实例。"
            yield error(node.id, RULE, sentence, name=node.label)


def _start(start: Node) -> Iterator[Finding]:
    interrupts = start.attributes.get("isInterrupting", "true") != "false"
    if start.events[0].tag == "error" and not interrupts:
        sentence = "由错误引起的事件子流程总是中断的：“{name}”不能画成不中断。"
        yield error(start.id, RULE, sentence, name=start.label)
