"""One gateway joins or splits; doing both at once is hard to read."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "gateway_mixed"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find parallel and inclusive gateways that join and split."""
    for node in walk.of(outline, "parallelGateway", "inclusiveGateway"):
        comes, goes = outline.incoming.get(node.id, ()), outline.outgoing.get(node.id, ())
        if len(comes) > 1 and len(goes) > 1:
            sentence = "“{name}”既汇聚又分开。请画成前后两个网关，别人才看得清。"
            yield warning(node.id, RULE, sentence, name=node.label)
