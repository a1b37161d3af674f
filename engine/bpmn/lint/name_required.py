"""A step has a name: it is what people see in their inbox."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "name_required"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find user tasks without a name, and a process without one."""
    if not outline.name.strip():
        yield warning(outline.id, RULE, "流程没有名称，页面上只能显示标识。")
    for node in walk.of(outline, "userTask"):
        if not node.name:
            sentence = "这个任务没有名称，待办里只能显示标识“{id}”。"
            yield warning(node.id, RULE, sentence, id=node.id)
