"""A diagram stays small enough to be compiled quickly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "size_bounded"
MAX_FLOWS: Final = 6_000
MAX_JOINED: Final = 300
MAX_LEVELS: Final = 20
MAX_EXPRESSIONS: Final = 100_000


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find too many flows, too much to compile, and sub-processes nested too deeply."""
    if len(outline.flows) > MAX_FLOWS:
        sentence = "连线太多（{count} 条），最多 {most} 条。"
        yield error(outline.id, RULE, sentence, count=len(outline.flows), most=MAX_FLOWS)
    joined = 0
    for node in walk.of(outline, "inclusiveGateway"):
        before, joined = joined, joined + len(outline.incoming.get(node.id, ()))
        if before <= MAX_JOINED < joined:
            sentence = "连到包容网关的线太多，一共最多 {most} 条。"
            yield error(node.id, RULE, sentence, most=MAX_JOINED)
    length = sum(len(flow.condition or "") for flow in outline.flows)
    length += sum(len(node.script) for node in outline.nodes)
    if length > MAX_EXPRESSIONS:
        sentence = "条件和脚本加起来太长（{count} 个字符），最多 {most} 个。"
        yield error(outline.id, RULE, sentence, count=length, most=MAX_EXPRESSIONS)
    depth: dict[str | None, int] = {None: 0}
    for node in outline.nodes:
        if node.tag in walk.CONTAINERS:
            depth[node.id] = depth.get(node.parent, 0) + 1
            if depth[node.id] == MAX_LEVELS + 1:
                sentence = "子流程“{name}”嵌套太深，最多 {most} 层。"
                yield error(node.id, RULE, sentence, name=node.label, most=MAX_LEVELS)
