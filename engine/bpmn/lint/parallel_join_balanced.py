"""A parallel join waits for every flow into it, so every one of them must bring a token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine.bpmn.findings import Finding, warning
from engine.bpmn.lint import walk
from engine.bpmn.lint.known import Known
from engine.bpmn.outline import Node, Outline

RULE = "parallel_join_balanced"
CHOOSES: Final = frozenset({"exclusiveGateway", "eventBasedGateway"})


def check(outline: Outline, _known: Known) -> Iterator[Finding]:
    """Find parallel joins with two flows that come straight from one choice: only one arrives."""
    origins = _origins(outline)
    for node in walk.of(outline, "parallelGateway"):
        flows = outline.incoming.get(node.id, ())
        seen: set[str] = set()
        for flow in flows if len(flows) > 1 else ():
            origin = outline.by_id.get(origins.get(flow.source, ""))
            if origin is None or not _chooses(origin, outline):
                continue
            if origin.id in seen:
                sentence = "并行汇聚“{name}”会一直等下去：“{split}”只走其中一条路。请换成排他网关。"
                yield warning(node.id, RULE, sentence, name=node.label, split=origin.label)
                break
            seen.add(origin.id)


def _chooses(node: Node, outline: Outline) -> bool:
    """Exclusive splits choose, and so does work that a boundary event can interrupt."""
    if node.tag in CHOOSES:
        return len(outline.outgoing.get(node.id, ())) > 1
    return node.tag in walk.WORK or node.tag in walk.CONTAINERS


def _origins(outline: Outline) -> Mapping[str, str]:
    """For each element, where the path to it last split or joined, going straight back."""
    interrupted = {
        host
        for host, events in walk.attached(outline).items()
        if any(event.attributes.get("cancelActivity", "true") != "false" for event in events)
    }
    origins: dict[str, str] = {}
    for node in outline.nodes:
        path: dict[str, None] = {}
        here = node.id
        while here not in origins:
            path[here] = None
            before = _before(outline, here, interrupted)
            if before is None or before in path:
                origins[here] = here
            else:
                here = before
        origins.update(dict.fromkeys(path, origins[here]))
    return origins


def _before(outline: Outline, key: str, interrupted: set[str]) -> str | None:
    """The one element straight before, or None where the path splits, joins or begins."""
    node = outline.by_id[key]
    host = node.attributes.get("attachedToRef", "")
    if node.tag == "boundaryEvent":
        return host if host in interrupted and host in outline.by_id else None
    flows = outline.incoming.get(key, ())
    splits = len(outline.outgoing.get(key, ())) > 1 or key in interrupted
    if splits or len(flows) != 1 or flows[0].source not in outline.by_id:
        return None
    return flows[0].source
