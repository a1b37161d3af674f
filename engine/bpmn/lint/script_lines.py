"""A script task is lines `name = expression`, and nothing that needs a programmer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline
from engine.expressions import ExpressionError

RULE = "script_lines"
FORMATS: Final = frozenset({"", "expression"})


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find scripts in programming languages, empty ones, and lines that cannot be read."""
    for node in walk.of(outline, "scriptTask"):
        form = node.attributes.get("scriptFormat", "").strip()
        if form.lower() not in FORMATS:
            sentence = (
                "脚本“{name}”不能用 {language} 写。请每行写“名称 = 表达式”，格式写 expression。"
            )
            yield error(node.id, RULE, sentence, name=node.label, language=form)
            continue
        try:
            dialect.script(node.script)
        except (dialect.DialectError, ExpressionError) as problem:
            yield walk.told(node.id, RULE, problem)
