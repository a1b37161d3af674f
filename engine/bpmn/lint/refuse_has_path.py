"""Where a step offers “refuse”, the diagram says what a refusal leads to."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "refuse_has_path"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find steps that offer `refuse` although nothing behind them looks at `outcome`."""
    for node in walk.of(outline, "userTask"):
        if _offers_refuse(node) and not _asked(outline, node):
            sentence = "“{name}”可以不同意，但后面没有条件看 outcome，不同意也会照常走下去。"
            yield error(node.id, RULE, sentence, name=node.label)


def _offers_refuse(node: Node) -> bool:
    text = node.properties.get(dialect.VERBS, "")
    try:
        return bool(text.strip()) and any(verb.key == "refuse" for verb in dialect.verbs(text))
    except dialect.DialectError:
        return False


def _asked(outline: Outline, step: Node) -> bool:
    """Whether a condition or script before the next waiting place reads `outcome`."""
    seen: set[str] = set()
    waiting = [step]
    while waiting:
        node = waiting.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        if "outcome" in node.script:
            return True
        for flow in outline.outgoing.get(node.id, ()):
            condition = walk.condition(flow)
            if condition is not None and "outcome" in condition.names:
                return True
            target = outline.by_id.get(flow.target)
            if target is not None and target.tag in walk.AUTOMATIC:
                waiting.append(target)
    return False
