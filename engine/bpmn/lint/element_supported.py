"""What is drawn is what runs: an element that we cannot run is refused, never skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "element_supported"
RUN: Final = (
    walk.WORK
    | (walk.GATEWAYS - {"complexGateway"})
    | {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "subProcess",
        "callActivity",
        "businessRuleTask",
    }
)
INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "task": "“{name}”没有说明由人办还是由系统办。请换成用户任务或服务任务。",
        "manualTask": "手工任务“{name}”没有人在系统里办理。请换成用户任务。",
        "transaction": "目前还不能运行事务子流程“{name}”。请换成普通子流程。",
        "adHocSubProcess": "目前还不能运行即席子流程“{name}”。请换成普通子流程，并画出先后。",
        "complexGateway": "不能运行复杂网关“{name}”。请用排他、并行或包容网关画出来。",
    }
)
OTHERWISE: Final = "“{name}”是 {tag}，这里没有这种元素。请换成任务、网关、事件或子流程。"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find elements of kinds that we do not run, with what to draw instead."""
    for node in outline.nodes:
        if node.tag not in RUN:
            sentence = INSTEAD.get(node.tag, OTHERWISE)
            yield error(node.id, RULE, sentence, name=node.label, tag=node.tag)
