"""The decision table of a step is in the library, and its answer has somewhere to go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "decision_known"

GRAMMARS: Final[tuple[tuple[str, Callable[[str], object]], ...]] = (
    (dialect.DECISION_REF, dialect.key),
    (dialect.RESULT_VARIABLE, dialect.result_variable),
    (dialect.MAP_RESULT, dialect.map_result),
)


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find business rule tasks without a table or a variable, and tables that do not exist."""
    for node in walk.of(outline, "businessRuleTask"):
        yield from _written(node)
        key = node.attributes.get(dialect.DECISION_REF, "").strip()
        if key:
            yield from _exists(node, key, known)
    for node in walk.of(outline, "callActivity"):
        try:
            called = dialect.called(node.attributes.get(dialect.CALLED, ""))
        except dialect.DialectError:
            continue
        if called.by_table:
            yield from _exists(node, called.key, known)


def _written(node: Node) -> Iterator[Finding]:
    if not node.attributes.get(dialect.DECISION_REF, "").strip():
        sentence = "“{name}”没有说明用哪个决策表（camunda:decisionRef）。"
        yield error(node.id, RULE, sentence, name=node.label)
    if not node.attributes.get(dialect.RESULT_VARIABLE, "").strip():
        sentence = "“{name}”没有说明结果存到哪个变量（camunda:resultVariable）。"
        yield error(node.id, RULE, sentence, name=node.label)
    for attribute, grammar in GRAMMARS:
        text = node.attributes.get(attribute, "")
        if not text.strip():
            continue
        try:
            grammar(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)


def _exists(node: Node, key: str, known: Known) -> Iterator[Finding]:
    if known.decisions is not None and key not in known.decisions:
        sentence = "“{name}”要用的决策表“{key}”不存在。"
        yield error(node.id, RULE, sentence, name=node.label, key=key)
