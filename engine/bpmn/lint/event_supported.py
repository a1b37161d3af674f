"""An event waits for something we can wait for, or does something we can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "event_supported"
RUN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "startEvent": frozenset(),
        "endEvent": frozenset({"terminate"}),
        "intermediateCatchEvent": frozenset({"timer", "message"}),
        "intermediateThrowEvent": frozenset(),
        "boundaryEvent": frozenset({"timer", "message"}),
    }
)
WAITING: Final = frozenset({"intermediateCatchEvent", "boundaryEvent"})
INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "timer": "“{name}”不能是定时事件：目前只有中间事件和边界事件可以定时。",
        "message": "“{name}”不能是消息事件：目前只能在中间事件和边界事件上等消息。",
        "terminate": "“{name}”不能是终止事件：只有结束事件可以终止。",
        "signal": "目前还不能运行信号事件“{name}”。请用消息事件或网关画出来。",
        "error": "目前还不能运行错误事件“{name}”。请用排他网关上的条件画出来。",
        "escalation": "目前还不能运行升级事件“{name}”。请用不中断的边界定时事件画出来。",
        "compensate": "目前还不能运行补偿事件“{name}”。请把要撤销的步骤画成普通任务。",
        "conditional": "目前还不能运行条件事件“{name}”。请用排他网关上的条件画出来。",
        "link": "目前还不能运行链接事件“{name}”。请把两处直接连起来。",
        "cancel": "目前还不能运行取消事件“{name}”。请用排他网关画出取消的路。",
    }
)
OTHERWISE: Final = "目前还不能运行“{name}”的事件定义“{event}”。"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find events with a definition we do not run, with several, or with none where one is due."""
    for node in outline.nodes:
        if node.tag not in RUN:
            continue
        for event in node.events:
            if event.tag not in RUN[node.tag]:
                sentence = INSTEAD.get(event.tag, OTHERWISE)
                yield error(node.id, RULE, sentence, name=node.label, event=event.tag)
        if len(node.events) > 1:
            sentence = "“{name}”有 {count} 个事件定义，只能有一个。"
            yield error(node.id, RULE, sentence, name=node.label, count=len(node.events))
        elif not node.events and node.tag in WAITING:
            sentence = "“{name}”没有说明在等什么。请换成定时事件或消息事件。"
            yield error(node.id, RULE, sentence, name=node.label)
