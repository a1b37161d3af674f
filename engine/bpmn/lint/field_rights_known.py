"""Rights are given on fields that the form has, and that somebody can fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import FormFacts, Known
from engine.bpmn.outline import Node, Outline

RULE = "field_rights_known"
FILLS: Final = frozenset({"edit", "required"})


def check(outline: Outline, known: Known) -> Iterator[Finding]:
    """Find field rights that cannot be read, that name no field, or that have no effect."""
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


def _fields(node: Node, paths: Mapping[str, str], known: Known) -> Iterator[Finding]:
    form = node.attributes.get(dialect.FORM_REF, "").strip()
    if not form:
        sentence = "“{name}”没有表单，字段权限没有作用。"
        yield warning(node.id, RULE, sentence, name=node.label)
        return
    keys = known.forms.get(form) if known.forms is not None else None
    facts = known.form_facts.get(form, FormFacts())
    for path, right in paths.items():
        grid, dot, _column = path.partition(".")
        if keys is not None and not _has(keys, path):
            sentence = "表单“{form}”里没有字段“{field}”。"
            yield error(node.id, RULE, sentence, form=form, field=path)
        elif right in FILLS and path in facts.fixed:
            sentence = "“{field}”是只读的或计算出来的，谁也不能填，权限“{right}”没有作用。"
            yield warning(node.id, RULE, sentence, field=path, right=right)
        elif dot and right != "hidden" and paths.get(grid, paths.get("*")) == "hidden":
            sentence = "“{grid}”整张隐藏，“{field}:{right}”没有作用。请给“{grid}”写上 read。"
            yield warning(node.id, RULE, sentence, grid=grid, field=path, right=right)


def _has(keys: frozenset[str], path: str) -> bool:
    """Columns stand among the keys as `goals.remark`."""
    field, _dot, column = path.partition(".")
    if path == "*" or path in keys:
        return True
    return column == "*" and any(key.startswith(f"{field}.") for key in keys)
