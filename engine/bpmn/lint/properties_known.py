"""A property is one of ours and stands where it is read; a slip of the pen is noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "properties_known"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find properties that nobody reads, there or anywhere."""
    yield from _properties(outline.id, outline.name or outline.id, "process", outline.properties)
    for node in outline.nodes:
        yield from _properties(node.id, node.label, node.tag, node.properties)


def _properties(
    element: str, name: str, tag: str, properties: Mapping[str, str]
) -> Iterator[Finding]:
    for key in properties:
        word = dialect.PROPERTIES.get(key)
        if word is None:
            sentence = "“{name}”的属性“{property}”没有人读。请检查拼写。"
            yield warning(element, RULE, sentence, name=name, property=key)
        elif tag not in word.on:
            sentence = "属性“{property}”写在“{name}”上没有作用。"
            yield warning(element, RULE, sentence, name=name, property=key)
