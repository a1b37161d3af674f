"""The form of a step is there when the step opens."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "form_exists"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find references to forms that do not exist."""
    for node in walk.of(outline, "userTask"):
        text = node.attributes.get(dialect.FORM_REF, "")
        if not text.strip():
            continue
        try:
            key = dialect.key(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        if known.forms is not None and key not in known.forms:
            sentence = "“{name}”要用的表单“{form}”不存在。"
            yield error(node.id, RULE, sentence, name=node.label, form=key)
