"""Attributes of Camunda that we do not read are named, so that nobody relies on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "camunda_understood"
HARMLESS: Final = frozenset(
    {
        "camunda:exclusive",
        "camunda:formRefBinding",
        "camunda:historyTimeToLive",
        "camunda:isStartableInTasklist",
        "camunda:jobPriority",
        "camunda:taskPriority",
        "camunda:versionTag",
    }
)
CLASS: Final = "“{name}”的 {attribute} 在这里不能运行。请写主题（camunda:topic）。"
PINNED: Final = "“{name}”的 {attribute} 在这里没有：总是用现行的版本。请删去。"
REFUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "camunda:class": CLASS,
        "camunda:delegateExpression": CLASS,
        "camunda:expression": CLASS,
        "camunda:resource": "“{name}”的脚本在别的文件里（camunda:resource）。请把脚本写在图里。",
        "camunda:resultVariable": "“{name}”的结果变量没有作用。请在脚本里写“名称 = 表达式”。",
        "camunda:formKey": "“{name}”用了 camunda:formKey。请用 camunda:formRef 选表单。",
        "camunda:decisionRef": "“{name}”不能查决策表。请换成业务规则任务。",
        "camunda:calledElementVersion": PINNED,
        "camunda:calledElementVersionTag": PINNED,
        "camunda:variableMappingClass": CLASS,
        "camunda:variableMappingDelegateExpression": CLASS,
        "camunda:decisionRefVersion": PINNED,
        "camunda:decisionRefVersionTag": PINNED,
    }
)
TYPE: Final = "“{name}”的类型（camunda:type）只能是 external。"
SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "activiti": "“{name}”的 {attribute} 来自 Activiti。请改用 camunda: 命名空间。",
        "flowable": "“{name}”的 {attribute} 来自 Flowable。请改用 camunda: 命名空间。",
        "zeebe": "“{name}”的 {attribute} 来自 Camunda 8。请按 Camunda 7 的写法保存。",
        "spiffworkflow": "“{name}”的 {attribute} 来自 SpiffWorkflow。请改用 camunda: 命名空间。",
    }
)


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find attributes that would change the meaning elsewhere, and ones without effect here."""
    yield from _attributes(outline.id, outline.name or outline.id, "process", outline.attributes)
    for node in outline.nodes:
        yield from _attributes(node.id, node.label, node.tag, node.attributes)


def _attributes(
    element: str, name: str, tag: str, attributes: Mapping[str, str]
) -> Iterator[Finding]:
    for attribute, value in attributes.items():
        prefix, colon, _rest = attribute.partition(":")
        word = dialect.ATTRIBUTES.get(attribute)
        if not colon or attribute in HARMLESS:
            continue
        if attribute == dialect.TYPE:
            if value != "external":
                yield error(element, RULE, TYPE, name=name)
        elif prefix in SOURCES:
            yield error(element, RULE, SOURCES[prefix], name=name, attribute=attribute)
        elif attribute in REFUSED and (word is None or tag not in word.on):
            yield error(element, RULE, REFUSED[attribute], name=name, attribute=attribute)
        elif word is None or tag not in word.on:
            sentence = "“{name}”的属性 {attribute} 在这里没有作用。"
            yield warning(element, RULE, sentence, name=name, attribute=attribute)
