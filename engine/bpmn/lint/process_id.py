"""The id of the process is its key: it stands in addresses and commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "process_id"
KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}", re.ASCII)


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find a process whose id cannot be a key."""
    if not outline.id:
        yield error("", RULE, "流程没有标识（id）。请给它一个，例如 approval_major。")
    elif not KEY.fullmatch(outline.id):
        sentence = "流程的标识“{id}”只能用字母、数字和 _ . -，以字母开头，最多 100 个字符。"
        yield error(outline.id, RULE, sentence, id=outline.id)
