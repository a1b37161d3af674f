"""Rights are given on fields that the form has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "field_rights_known"


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find field rights that cannot be read, and fields that the step's form does not have."""
    for node in walk.of(outline, "userTask"):
        text = node.properties.get(dialect.FIELD_RIGHTS, "")
        if not text.strip():
            continue
        try:
            paths = dialect.field_rights(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        yield from _fields(node, paths, known)


def _fields(node: Node, paths: Iterable[str], known: Known) -> Iterator[Finding]:
    form = node.attributes.get(dialect.FORM_REF, "").strip()
    if not form:
        sentence = "“{name}”没有表单，字段权限没有作用。"
        yield warning(node.id, RULE, sentence, name=node.label)
        return
    keys = known.forms.get(form) if known.forms is not None else None
    for path in paths:
        if keys is not None and not _has(keys, path):
            sentence = "表单“{form}”里没有字段“{field}”。"
            yield error(node.id, RULE, sentence, form=form, field=path)


def _has(keys: frozenset[str], path: str) -> bool:
    """Columns are looked up where the form's keys tell them, as `goals.remark`."""
    field, _dot, column = path.partition(".")
    if path == "*" or path in keys:
        return True
    columns_told = any(key.startswith(f"{field}.") for key in keys)
    return field in keys and bool(column) and (column == "*" or not columns_told)
