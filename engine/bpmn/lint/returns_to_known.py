"""Work goes back only to where it has been."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.bpmn import dialect, graph
from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import FlowLine, Node, Outline

RULE = "returns_to_known"


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A node as the kernel's own question “what lies ahead?” wants it."""

    id: str
    kind: str
    parent: str | None
    incoming: tuple[FlowLine, ...]
    outgoing: tuple[FlowLine, ...]
    boundary: tuple[str, ...]
    host: str | None
    link: str = ""
    default: FlowLine | None = None


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find targets of a return that do not exist or are not earlier user tasks within reach."""
    edges = walk.onward(outline)
    done_before = (target for node in walk.of(outline, "userTask") for target in edges[node.id])
    behind_work = walk.reached(done_before, edges)
    forward = graph.forward(_drawn(outline))
    for node in walk.of(outline, "userTask"):
        text = node.properties.get(dialect.RETURNS_TO, "")
        if not text.strip():
            continue
        try:
            targets = dialect.returns_to(text)
        except dialect.DialectError as problem:
            yield walk.told(node.id, RULE, problem)
            continue
        for target in targets:
            if target not in dialect.RETURN_WORDS and not _earlier(outline, node, target, forward):
                sentence = "“{name}”不能退回到“{target}”：它不是前面的用户任务。"
                yield error(node.id, RULE, sentence, name=node.label, target=target)
        around = {one.id for one in _around(outline, node)}
        if dialect.RETURN_WORDS.intersection(targets) and not around & behind_work:
            sentence = "“{name}”前面没有可以退回的步骤。"
            yield warning(node.id, RULE, sentence, name=node.label)


def _earlier(outline: Outline, node: Node, target: str, forward: graph.Forward) -> bool:
    there = outline.by_id.get(target)
    if there is None or there.tag != "userTask":
        return False
    levels = {one.parent: one for one in _around(outline, node)}
    for entry in _around(outline, there):
        if walk.by_event(entry) or (entry.marks is not None and entry.id != there.id):
            return False
        if entry.parent in levels:
            here = levels[entry.parent]
            return here.id != entry.id and forward.leads(entry.id, here.id)
    return False


def _around(outline: Outline, node: Node) -> Iterator[Node]:
    """The node, the sub-process around it, the one around that."""
    seen: set[str] = set()
    here: Node | None = node
    while here is not None and here.id not in seen:
        seen.add(here.id)
        yield here
        here = outline.by_id.get(here.parent or "")


def _drawn(outline: Outline) -> Iterable[_Drawn]:
    events, links = walk.attached(outline), walk.links(outline)
    for node in outline.by_id.values():
        yield _Drawn(
            id=node.id,
            kind=node.tag,
            parent=node.parent,
            incoming=outline.incoming.get(node.id, ()),
            outgoing=outline.outgoing.get(node.id, ()),
            boundary=tuple(event.id for event in events.get(node.id, ())),
            host=node.attributes.get("attachedToRef"),
            link=links.get(node.id, ""),
        )
