"""Behind an event gateway stand the events it chooses between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "event_gateway_targets"
TARGETS: Final = frozenset({"intermediateCatchEvent", "receiveTask"})
LEAST: Final = 2


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find event gateways with one way out, or with something behind them that does not wait."""
    hosts = walk.attached(outline)
    for node in walk.of(outline, "eventBasedGateway"):
        flows = outline.outgoing.get(node.id, ())
        if len(flows) < LEAST:
            sentence = "事件网关“{name}”后面至少要有两个事件可选。"
            yield error(node.id, RULE, sentence, name=node.label)
        for flow in flows:
            target = outline.by_id.get(flow.target)
            if target is None:
                continue
            if target.tag not in TARGETS:
                sentence = "事件网关后面只能接定时事件、消息事件或接收任务，不能接“{name}”。"
                yield error(flow.id, RULE, sentence, name=target.label)
            elif len(outline.incoming.get(target.id, ())) > 1:
                sentence = "“{name}”在事件网关后面，不能再有别的线连进来。"
                yield error(target.id, RULE, sentence, name=target.label)
            elif target.id in hosts:
                sentence = "“{name}”在事件网关后面，上面不能有边界事件。请改接定时事件。"
                yield error(target.id, RULE, sentence, name=target.label)
