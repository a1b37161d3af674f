"""The form of a step is there when the step opens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import FormFacts, Known
from engine.bpmn.outline import Outline

RULE = "form_exists"
MOST: Final = 10
"""Faults of one form that are told; the form itself tells the others."""


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find references to forms that do not exist, that cannot be used, or that lack choices."""
    for node in walk.of(outline, "userTask"):
        text = node.attributes.get(dialect.FORM_REF, "")
        if not text.strip():
            continue
        try:
            key = dialect.key(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        facts = known.form_facts.get(key, FormFacts())
        for place, said in facts.faults[:MOST]:
            sentence = "表单“{form}”不能用，“{place}”：{said}"
            yield error(node.id, RULE, sentence, form=key, place=place, said=said)
        for source in sorted(facts.unoffered)[:MOST]:
            sentence = "表单“{form}”的选项来自“{source}”，这里没有谁提供它，那一项会没有可选的。"
            yield warning(node.id, RULE, sentence, form=key, source=source)
        if known.forms is not None and key not in known.forms and not facts.faults:
            sentence = "“{name}”要用的表单“{form}”不存在。"
            yield error(node.id, RULE, sentence, name=node.label, form=key)
