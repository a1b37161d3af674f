"""Expressions read names that somebody fills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.bpmn import dialect, loops
from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline
from engine.expressions import Expression, ExpressionError

RULE = "names_known"
ALWAYS: Final = frozenset({"outcome", "now", "today"})


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find names that no form of the process, no script and no start of a case provides."""
    scripts = {node.id: _script(node.script) for node in walk.of(outline, "scriptTask")}
    fields = _fields(outline, known)
    if known.variables is None or fields is None:
        return
    set_here = {name for lines in scripts.values() for name, _expression in lines}
    set_here |= _computed(outline)
    names = ALWAYS | known.variables | fields | set_here
    for flow in outline.flows:
        condition = walk.condition(flow)
        if condition is not None:
            yield from _unknown(flow.id, condition, names)
    for node, lines in scripts.items():
        for _name, expression in lines:
            yield from _unknown(node, expression, names)


def _computed(outline: Outline) -> set[str]:
    """What tables, called flows and multi-instance activities give."""
    found: set[str] = set()
    for node in outline.nodes:
        found.add(node.attributes.get(dialect.RESULT_VARIABLE, "").strip())
        found |= {line.attributes.get("target", "") for line in node.handed if line.tag == "out"}
        if node.marks is not None:
            found |= loops.OWN | {node.marks.variable}
    return found


def _unknown(element: str, expression: Expression, names: frozenset[str]) -> Iterator[Finding]:
    for name in sorted(expression.names - names):
        sentence = "“{text}”用到“{name}”，但没有表单、脚本或发起时的数据给出它。"
        yield warning(element, RULE, sentence, text=expression.text, name=name)


def _script(text: str) -> tuple[tuple[str, Expression], ...]:
    try:
        return dialect.script(text)
    except (dialect.DialectError, ExpressionError):
        return ()


def _fields(outline: Outline, known: Known) -> frozenset[str] | None:
    """The field keys of the forms in use; None where a form cannot be looked into."""
    found: frozenset[str] = frozenset()
    for node in walk.of(outline, "userTask"):
        form = node.attributes.get(dialect.FORM_REF, "")
        if form and (known.forms is None or form not in known.forms):
            return None
        if form and known.forms is not None:
            found |= known.forms[form]
    return found
