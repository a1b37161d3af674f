"""The process is marked as one that is meant to run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "executable_process"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find a process without `isExecutable="true"`."""
    if outline.attributes.get("isExecutable") != "true":
        sentence = "流程没有标明可以执行。请在属性里勾选“可执行”（isExecutable）。"
        yield error(outline.id, RULE, sentence)
