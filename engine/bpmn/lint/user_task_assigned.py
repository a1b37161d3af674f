"""Every step says whom it is for."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "user_task_assigned"
WORDS = (dialect.ASSIGNEE, dialect.CANDIDATE_GROUPS, dialect.CANDIDATE_USERS)


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find user tasks that name nobody."""
    for node in walk.of(outline, "userTask"):
        if not any(node.attributes.get(word, "").strip() for word in WORDS):
            sentence = "“{name}”没有说明由谁办理。请选岗位、人员或发起人。"
            yield error(node.id, RULE, sentence, name=node.label)
