"""A condition is written in the closed expression language and in nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine import expressions
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Outline
from engine.expressions import ExpressionError

RULE = "condition_readable"
LANGUAGES: Final = frozenset({"", "juel", "expression"})
JAVA_WORDS: Final = ("&&", "||", "!(")


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find conditions in other languages, empty ones, and ones outside our language."""
    for flow in outline.flows:
        if flow.condition is None:
            continue
        if flow.language.strip().lower() not in LANGUAGES:
            sentence = "条件不能用 {language} 写。请用 ${{ … }}，例如 ${{outcome == 'approve'}}。"
            yield error(flow.id, RULE, sentence, language=flow.language)
        else:
            yield from _text(flow, flow.condition)


def _text(flow: FlowLine, text: str) -> Iterator[Finding]:
    try:
        expressions.compile(expressions.unwrap(text))
    except ExpressionError as problem:
        if any(word in text for word in JAVA_WORDS) and len(text) <= expressions.MAX_LENGTH:
            sentence = "条件“{text}”：请把 && 写成 and，|| 写成 or，! 写成 not。"
            yield error(flow.id, RULE, sentence, text=text)
        else:
            yield walk.told(flow.id, RULE, problem)
