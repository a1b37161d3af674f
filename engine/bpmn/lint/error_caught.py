"""An error that is thrown is caught further out; else the case stops there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "error_caught"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find error end events that no boundary event and no event sub-process around them catches."""
    attached = walk.attached(outline)
    for node in walk.of(outline, "endEvent"):
        for event in node.events:
            if event.tag == "error" and not _caught(outline, attached, node, event.text):
                sentence = "“{name}”抛出的错误“{code}”在这张图里没有人接住。"
                yield warning(node.id, RULE, sentence, name=node.label, code=event.text)


def _caught(
    outline: Outline, attached: Mapping[str, tuple[Node, ...]], node: Node, code: str
) -> bool:
    here: Node | None = node
    seen: set[str] = set()
    while here is not None and here.id not in seen:
        seen.add(here.id)
        catchers = list(attached.get(here.id, ()))
        if not walk.by_event(here):
            catchers += _triggers(outline, here.parent)
        if any(
            event.tag == "error" and event.text in ("", code)
            for one in catchers
            for event in one.events
        ):
            return True
        here = outline.by_id.get(here.parent or "")
    return False


def _triggers(outline: Outline, level: str | None) -> list[Node]:
    """The start events of the event sub-processes on a level."""
    inside = {node.id for node in outline.nodes if node.parent == level and walk.by_event(node)}
    return [node for node in walk.of(outline, "startEvent") if node.parent in inside]
