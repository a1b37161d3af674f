"""What people call an element: its name, or its kind and where it hangs. Never the id alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn.outline import FlowLine, Node, Outline
from engine.sentence import Sentence

MOST_SHOWN: Final = 40
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "startEvent": "开始",
        "endEvent": "结束",
        "userTask": "办理步骤",
        "manualTask": "人工步骤",
        "task": "未定类型的步骤",
        "serviceTask": "自动步骤",
        "sendTask": "发送",
        "receiveTask": "等消息",
        "scriptTask": "计算",
        "businessRuleTask": "决策表",
        "callActivity": "调用流程",
        "subProcess": "子流程",
        "transaction": "事务子流程",
        "adHocSubProcess": "即席子流程",
        "exclusiveGateway": "排他网关",
        "parallelGateway": "并行网关",
        "inclusiveGateway": "包容网关",
        "eventBasedGateway": "事件网关",
        "complexGateway": "复杂网关",
        "intermediateCatchEvent": "等待事件",
        "intermediateThrowEvent": "中间事件",
        "boundaryEvent": "边界事件",
    }
)
EVENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "timer": "定时事件",
        "message": "消息事件",
        "signal": "信号事件",
        "error": "错误事件",
        "escalation": "升级事件",
        "link": "链接事件",
        "terminate": "终止",
    }
)
OTHER: Final = "元素"


def called(outline: Outline) -> Callable[[str], str]:
    """How to call an element or a flow of this diagram by its id."""
    flows = {flow.id: flow for flow in outline.flows}

    def name(element: str) -> str:
        node = outline.by_id.get(element)
        if node is not None:
            return node.name[:MOST_SHOWN] or _unnamed(outline, node)
        flow = flows.get(element)
        return element if flow is None else flow.name[:MOST_SHOWN] or _flow(outline, flow)

    return name


def _unnamed(outline: Outline, node: Node) -> Sentence:
    kind = _kind(node)
    host = outline.by_id.get(node.attributes.get("attachedToRef", ""))
    if host is not None:
        return Sentence("{kind}（在‘{host}’上）", kind=kind, host=_short(host))
    before = _nearest(outline, node, _before)
    if before is not None:
        return Sentence("{kind}（在‘{before}’之后）", kind=kind, before=_short(before))
    after = _nearest(outline, node, _after)
    if after is not None:
        return Sentence("{kind}（在‘{after}’之前）", kind=kind, after=_short(after))
    around = outline.by_id.get(node.parent or "")
    if around is not None:
        return Sentence("{kind}（在‘{around}’里）", kind=kind, around=_short(around))
    return kind


def _flow(outline: Outline, flow: FlowLine) -> Sentence:
    ends = [outline.by_id.get(one) for one in (flow.source, flow.target)]
    source, target = (Sentence("空处") if one is None else _short(one) for one in ends)
    return Sentence("从‘{source}’到‘{target}’的连线", source=source, target=target)


def _short(node: Node) -> str:
    return node.name[:MOST_SHOWN] or _kind(node)


def _kind(node: Node) -> Sentence:
    event = node.events[0].tag if node.events else ""
    return Sentence(EVENTS.get(event) or KINDS.get(node.tag, OTHER))


def _before(outline: Outline, node: Node) -> list[str]:
    host = node.attributes.get("attachedToRef", "")
    return [host] if host else [flow.source for flow in outline.incoming.get(node.id, ())]


def _after(outline: Outline, node: Node) -> list[str]:
    return [flow.target for flow in outline.outgoing.get(node.id, ())]


def _nearest(
    outline: Outline, node: Node, onward: Callable[[Outline, Node], list[str]]
) -> Node | None:
    """The nearest element with a name, going one way."""
    seen, waiting = {node.id}, onward(outline, node)
    for one in waiting:
        found = outline.by_id.get(one)
        if found is None or one in seen:
            continue
        if found.name:
            return found
        seen.add(one)
        waiting.extend(onward(outline, found))
    return None
