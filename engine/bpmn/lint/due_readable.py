"""A deadline is a time we can read, within bounds, and refers to what there is."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect, timers
from engine.bpmn.dialect import DueKind, DueRule
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "due_readable"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find deadlines, as property or as attribute, that no calendar will ever be able to tell."""
    forms = {node.attributes.get(dialect.FORM_REF, "") for node in walk.of(outline, "userTask")}
    for node in walk.of(outline, "userTask"):
        for text in (
            node.properties.get(dialect.DUE, ""),
            node.attributes.get(dialect.DUE_DATE, ""),
        ):
            if not text.strip():
                continue
            try:
                rule = dialect.due(text)
            except timers.TimerError as problem:
                yield walk.told(node.id, RULE, problem)
            else:
                yield from _named(node, rule, forms, known)


def _named(node: Node, rule: DueRule, forms: set[str], known: Known) -> Iterator[Finding]:
    """The field stands in a form of the flow, or the case begins with it; the date has a name."""
    if rule.kind is DueKind.FIELD and known.forms is not None:
        keys = {key for form in forms for key in known.forms.get(form, frozenset())}
        if rule.key not in keys | (known.variables or frozenset()):
            sentence = "这个流程的表单里没有字段“{key}”，“{name}”的期限算不出来。"
            yield error(node.id, RULE, sentence, key=rule.key, name=node.label)
    if rule.kind is DueKind.CYCLE and known.dates is not None and rule.key not in known.dates:
        sentence = "年度日期里没有“{key}”，填好之前“{name}”没有期限。"
        yield warning(node.id, RULE, sentence, key=rule.key, name=node.label)
