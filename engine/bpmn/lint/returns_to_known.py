"""Work goes back only to where it has been."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import dialect
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "returns_to_known"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find targets of a return that do not exist or are not earlier user tasks within reach."""
    edges = walk.turned(walk.onward(outline))
    for node in walk.of(outline, "userTask"):
        text = node.properties.get(dialect.RETURNS_TO, "")
        if not text.strip():
            continue
        try:
            targets = dialect.returns_to(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        earlier = _earlier(outline, node, edges)
        for target in targets:
            if target not in dialect.RETURN_WORDS and target not in earlier:
                sentence = "“{name}”不能退回到“{target}”：它不是前面的用户任务。"
                yield error(node.id, RULE, sentence, name=node.label, target=target)
        if not earlier and dialect.RETURN_WORDS & set(targets):
            sentence = "“{name}”前面没有可以退回的步骤。"
            yield warning(node.id, RULE, sentence, name=node.label)


def _earlier(outline: Outline, node: Node, back: dict[str, list[str]]) -> set[str]:
    """User tasks before this one, on its own level or on a level around it."""
    found: set[str] = set()
    here: Node | None = node
    levels: set[str | None] = set()
    while here is not None and here.parent not in levels:
        levels.add(here.parent)
        before = walk.reached(back[here.id], back) - {node.id}
        found |= {key for key in before if outline.by_id[key].tag == "userTask"}
        here = outline.by_id.get(here.parent or "")
    return found
