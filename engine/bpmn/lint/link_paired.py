"""A link leads somewhere: every throwing end has one catching end of its name on its level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.findings import Finding, error
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "link_paired"


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find links without a name or another end, ends of the same name, flows past a link."""
    links = [(node, _name(node)) for node in outline.nodes]
    catches = [(node, name) for node, name in links if name is not None and _catches(node)]
    throws = [(node, name) for node, name in links if name is not None and not _catches(node)]
    yield from _throws(outline, throws)
    often = Counter((node.parent, name) for node, name in catches)
    used = set(walk.links(outline).values())
    for node, name in catches:
        if not name:
            yield error(node.id, RULE, "链接“{name}”没有名称，找不到另一头。", name=node.label)
        elif often[node.parent, name] > 1:
            sentence = "同一层里有几个叫“{link}”的接收链接，不知道转到哪一个。"
            yield error(node.id, RULE, sentence, link=name)
        elif node.id not in used:
            sentence = "没有链接转到“{link}”。请在同一层画一个同名的抛出链接事件，或删去。"
            yield error(node.id, RULE, sentence, link=name)
        for flow in outline.incoming.get(node.id, ()):
            sentence = "连线不能连到接收链接“{name}”，只能由同名的链接转来。"
            yield error(flow.id, RULE, sentence, name=node.label)


def _throws(outline: Outline, throws: list[tuple[Node, str]]) -> Iterator[Finding]:
    paired = walk.links(outline)
    for node, name in throws:
        if not name:
            yield error(node.id, RULE, "链接“{name}”没有名称，找不到另一头。", name=node.label)
        elif node.id not in paired:
            sentence = "链接“{link}”没有接收的一头。请在同一层画一个同名的捕获链接事件。"
            yield error(node.id, RULE, sentence, link=name)
        for flow in outline.outgoing.get(node.id, ()):
            sentence = "链接“{name}”从这里转到另一头，后面不能再有连线。"
            yield error(flow.id, RULE, sentence, name=node.label)


def _name(node: Node) -> str | None:
    """The name of a link; None for what is no link."""
    return next((event.text for event in node.events if event.tag == "link"), None)


def _catches(node: Node) -> bool:
    return node.tag == "intermediateCatchEvent"
