"""An event waits for something we can wait for, or does something we can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "event_supported"
RUN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "startEvent": frozenset({"timer", "message", "signal"}),
        "endEvent": frozenset({"terminate", "error", "escalation", "message", "signal"}),
        "intermediateCatchEvent": frozenset({"timer", "message", "signal", "link"}),
        "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "link"}),
        "boundaryEvent": frozenset({"timer", "message", "signal", "error", "escalation"}),
    }
)
TRIGGERS: Final = frozenset({"timer", "message", "signal", "error", "escalation"})
WAITING: Final = frozenset({"intermediateCatchEvent", "boundaryEvent"})
INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "timer": "“{name}”不能是定时事件：只有开始、中间捕获和边界事件可以定时。",
        "terminate": "“{name}”不能是终止事件：只有结束事件可以终止。",
        "error": "“{name}”不能是错误事件：错误由结束事件抛出，由边界事件或事件子流程接住。",
        "escalation": "“{name}”不能是升级事件：升级由中间抛出或结束事件发出，在外层接住。",
        "message": "“{name}”不能是消息事件。请换成中间事件、边界事件、开始或结束事件。",
        "signal": "“{name}”不能是信号事件。请换成中间事件、边界事件、开始或结束事件。",
        "compensate": "目前还不能运行补偿事件“{name}”。请把要撤销的步骤画成普通任务。",
        "conditional": "目前还不能运行条件事件“{name}”。请用排他网关上的条件画出来。",
        "link": "“{name}”不能是链接事件：链接由中间抛出事件连到中间捕获事件。",
        "cancel": "目前还不能运行取消事件“{name}”。请用排他网关画出取消的路。",
    }
)
OTHERWISE: Final = "目前还不能运行“{name}”的事件定义“{event}”。"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find events with a definition we do not run, with several, or none where one is due."""
    for node in outline.nodes:
        if node.tag not in RUN:
            continue
        for event in node.events:
            if event.tag not in _run(outline, node):
                sentence = INSTEAD.get(event.tag, OTHERWISE)
                yield error(node.id, RULE, sentence, name=node.label, event=event.tag)
        if len(node.events) > 1:
            sentence = "“{name}”有 {count} 个事件定义，只能有一个。"
            yield error(node.id, RULE, sentence, name=node.label, count=len(node.events))
        elif not node.events and node.tag in WAITING:
            sentence = "“{name}”没有说明在等什么。请换成定时事件或消息事件。"
            yield error(node.id, RULE, sentence, name=node.label)
        elif node.tag == "boundaryEvent" and node.events[0].tag == "error":
            if node.attributes.get("cancelActivity", "true") == "false":
                sentence = "错误边界事件“{name}”总是中断的，不能画成不中断。"
                yield error(node.id, RULE, sentence, name=node.label)


def _run(outline: Outline, node: Node) -> frozenset[str]:
    """The definitions that run on an event here: a start waits only where somebody looks for it."""
    if node.tag != "startEvent" or node.parent is None:
        return RUN[node.tag]
    around = outline.by_id.get(node.parent)
    return TRIGGERS if around is not None and walk.by_event(around) else frozenset()
