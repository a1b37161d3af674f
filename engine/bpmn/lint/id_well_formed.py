"""Ids are short XML names, so that they fit in addresses, columns and expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Node, Outline
from engine.bpmn.parse import MAX_ID

RULE = "id_well_formed"
NAME: Final = re.compile(r"[^\W\d][\w.-]*")


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find ids that are too long or hold characters an id may not have."""
    drawn: list[Node | FlowLine] = [*outline.nodes, *outline.flows]
    for one in drawn:
        if len(one.id) > MAX_ID:
            sentence = "标识“{id}”太长，最多 {most} 个字符。"
            yield error(one.id, RULE, sentence, id=one.id, most=MAX_ID)
        elif one.id and not NAME.fullmatch(one.id):
            sentence = "标识“{id}”只能用文字、数字和 _ . -，不能以数字开头。"
            yield error(one.id, RULE, sentence, id=one.id)
