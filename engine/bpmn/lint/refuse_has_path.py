"""Where a step offers “refuse”, the diagram says what a refusal leads to."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Node, Outline

RULE = "refuse_has_path"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find steps that offer `refuse` although nothing behind them looks at `outcome`."""
    asking = _asking(outline)
    for node in walk.of(outline, "userTask"):
        if _offers_refuse(node) and node.id not in asking:
            sentence = "“{name}”可以不同意，但后面没有条件看 outcome，不同意也会照常走下去。"
            yield error(node.id, RULE, sentence, name=node.label)


def _offers_refuse(node: Node) -> bool:
    text = node.properties.get(dialect.VERBS, "")
    try:
        if text.strip():
            return dialect.offers(dialect.verbs(text), "refuse")
        return dialect.signing(node.properties.get(dialect.SIGNING) or "any").is_vote
    except dialect.DialectError:
        return False


def _asking(outline: Outline) -> set[str]:
    """Elements behind which `outcome` is read before the next place that waits."""
    reading = {flow.source for flow in outline.flows if _reads_outcome(flow)}
    reading |= {node.id for node in walk.of(outline, "scriptTask") if "outcome" in node.script}
    back: dict[str, list[str]] = {node.id: [] for node in outline.nodes}
    for flow in outline.flows:
        target = outline.by_id.get(flow.target)
        if target is not None and target.tag in walk.AUTOMATIC and flow.source in back:
            back[target.id].append(flow.source)
    return walk.reached(reading, back)


def _reads_outcome(flow: FlowLine) -> bool:
    condition = walk.condition(flow)
    return condition is not None and "outcome" in condition.names
