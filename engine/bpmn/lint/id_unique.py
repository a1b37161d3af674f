"""An id names one thing; with two of one id nobody can say which of them a record means."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "id_unique"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find ids that the file uses more than once."""
    for one in outline.duplicates:
        sentence = "标识“{id}”在文件里用了不止一次。请给每个元素一个自己的标识。"
        yield error(one, RULE, sentence, id=one)
