"""Extension elements of other engines do not run here, and are never skipped silently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "extensions_understood"
READ: Final = frozenset({"camunda:properties", "camunda:failedJobRetryTimeCycle"})
ON_CALLS: Final = frozenset({"camunda:in", "camunda:out"})
LISTENER: Final = "“{name}”上的监听器（{extension}）不会运行。请画成服务任务。"
MAPPING: Final = "“{name}”的变量传递（{extension}）不会运行。请用脚本任务。"
REFUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "camunda:connector": "“{name}”的连接器（{extension}）不能运行。请写主题（camunda:topic）。",
        "camunda:executionListener": LISTENER,
        "camunda:taskListener": LISTENER,
        "camunda:inputOutput": MAPPING,
        "camunda:in": MAPPING,
        "camunda:out": MAPPING,
        "camunda:field": "“{name}”的字段注入（{extension}）不会运行。请删去。",
        "camunda:formData": "“{name}”的表单写在图里（{extension}）。请用 camunda:formRef 选表单。",
        "camunda:errorEventDefinition": "“{name}”的错误定义（{extension}）不会运行。请删去。",
    }
)
SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "activiti": "“{name}”里的 {extension} 来自 Activiti。请改用 camunda: 命名空间。",
        "flowable": "“{name}”里的 {extension} 来自 Flowable。请改用 camunda: 命名空间。",
        "zeebe": "“{name}”里的 {extension} 来自 Camunda 8。请按 Camunda 7 的写法保存。",
        "spiffworkflow": "“{name}”里的 {extension} 来自 SpiffWorkflow。请改用 camunda: 属性。",
    }
)
OTHERWISE: Final = "“{name}”里的扩展 {extension} 在这里没有作用。"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find extension elements that change the meaning elsewhere, and ones without effect here."""
    places = [(outline.id, outline.name or outline.id, outline.extensions)]
    places += [(node.id, node.label, _judged(node)) for node in outline.nodes]
    places += [(flow.id, flow.name or flow.id, flow.extensions) for flow in outline.flows]
    for element, name, extensions in places:
        for extension in dict.fromkeys(extensions):
            prefix = extension.partition(":")[0]
            if extension in REFUSED or prefix in SOURCES:
                sentence = REFUSED.get(extension) or SOURCES[prefix]
                yield error(element, RULE, sentence, name=name, extension=extension)
            elif extension not in READ:
                yield warning(element, RULE, OTHERWISE, name=name, extension=extension)


def _judged(node: Node) -> tuple[str, ...]:
    """The extensions of a node, without what call_known judges."""
    if node.tag != "callActivity":
        return node.extensions
    return tuple(one for one in node.extensions if one not in ON_CALLS)
