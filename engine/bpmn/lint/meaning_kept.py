"""Standard BPMN marks that change what an element does, and that we do not run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "meaning_kept"
HARMLESS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "isForCompensation": frozenset({"false"}),
        "instantiate": frozenset({"false"}),
        "eventGatewayType": frozenset({"Exclusive"}),
        "startQuantity": frozenset({"1"}),
        "completionQuantity": frozenset({"1"}),
    }
)
SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "isForCompensation": "目前还不能运行补偿任务“{name}”。请画成普通任务。",
        "instantiate": "“{name}”不能用来启动流程。请用开始事件。",
        "eventGatewayType": "目前还不能运行并行的事件网关“{name}”。请用并行网关。",
        "startQuantity": "“{name}”的 startQuantity 只能是 1。请用并行网关汇聚。",
        "completionQuantity": "“{name}”的 completionQuantity 只能是 1。请用并行网关分开。",
    }
)


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find loop marks, compensation, quantities and instantiating elements."""
    for node in outline.nodes:
        yield from _loops(node)
        for attribute, harmless in HARMLESS.items():
            if node.attributes.get(attribute, next(iter(harmless))) not in harmless:
                yield error(node.id, RULE, SENTENCES[attribute], name=node.label)


def _loops(node: Node) -> Iterator[Finding]:
    if node.loop == "standardLoopCharacteristics":
        sentence = "目前还不能运行循环标记“{name}”。请用排他网关把线连回来。"
        yield error(node.id, RULE, sentence, name=node.label)
