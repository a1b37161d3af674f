"""What a case is about is a kind of case that is registered here."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "case_known"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find a `case` property that cannot be read or that nobody has registered."""
    text = outline.properties.get(dialect.CASE, "")
    if not text.strip():
        return
    try:
        case = dialect.key(text)
    except dialect.DialectError as problem:
        yield walk.told(outline.id, RULE, problem)
        return
    if known.cases is not None and case not in known.cases:
        sentence = "没有名为“{case}”的事项种类。"
        yield error(outline.id, RULE, sentence, case=case)
