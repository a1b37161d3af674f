"""A loop passes somebody or something that takes time; otherwise it turns for ever at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.bpmn.findings import Finding, error, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Outline

RULE = "loop_waits"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find loops of gateways and scripts alone. With a script in it a loop may come to an end."""
    automatic = {node.id for node in outline.nodes if node.tag in walk.AUTOMATIC}
    automatic |= set(walk.links(outline).values())
    edges = {
        key: [target for target in targets if target in automatic]
        for key, targets in walk.onward(outline).items()
        if key in automatic
    }
    position = {node.id: place for place, node in enumerate(outline.nodes)}
    for loop in _loops(edges):
        nodes = [outline.by_id[key] for key in sorted(loop, key=position.__getitem__)]
        first = nodes[0]
        if any(node.tag == "scriptTask" for node in nodes):
            sentence = "经过“{name}”的循环里没有人办理，脚本写错时会停不下来。"
            yield warning(first.id, RULE, sentence, name=first.label)
        else:
            sentence = "经过“{name}”的循环里只有网关，进去就停不下来。请在循环里放一步任务。"
            yield error(first.id, RULE, sentence, name=first.label)


def _loops(edges: dict[str, list[str]]) -> Iterator[set[str]]:
    """Strongly connected parts with a loop in them, by two walks (Kosaraju)."""
    order = _finished(edges)
    back = walk.turned(edges)
    done: set[str] = set()
    for key in reversed(order):
        if key in done:
            continue
        part = {key}
        waiting = [key]
        while waiting:
            for other in back[waiting.pop()]:
                if other not in part and other not in done:
                    part.add(other)
                    waiting.append(other)
        done |= part
        if len(part) > 1 or key in edges[key]:
            yield part


def _finished(edges: dict[str, list[str]]) -> Sequence[str]:
    """Elements in the order in which a depth-first walk leaves them."""
    order: list[str] = []
    seen: set[str] = set()
    for root, first in edges.items():
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(first))]
        while stack:
            key, targets = stack[-1]
            target = next((one for one in targets if one not in seen), None)
            if target is None:
                stack.pop()
                order.append(key)
            else:
                seen.add(target)
                stack.append((target, iter(edges[target])))
    return order
