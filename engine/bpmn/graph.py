"""Questions about the drawn graph, answered once when a version is compiled.

A boundary event counts as a successor of the activity it is attached to, the start event of a
sub-process as a successor of the sub-process, the catching end of a link as one of its throwing
ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol


class _Line(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...


class _Node(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def incoming(self) -> tuple[_Line, ...]: ...
    @property
    def outgoing(self) -> tuple[_Line, ...]: ...
    @property
    def default(self) -> _Line | None: ...
    @property
    def boundary(self) -> tuple[str, ...]: ...
    @property
    def host(self) -> str | None: ...
    @property
    def link(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Forward:
    """Which elements lie ahead of which, as one number per element (a bit for each one ahead)."""

    _bit: Mapping[str, int]
    _ahead: Mapping[str, int]

    def leads(self, start: str, end: str) -> bool:
        """Whether `end` lies ahead of `start`, or is it."""
        return bool(self._ahead[start] >> self._bit[end] & 1)


def forward(nodes: Iterable[_Node]) -> Forward:
    """Work out what lies ahead of each element (itself included) when no loop is walked back.

    A loop-back edge is one that a depth-first walk from the start meets while its target is still
    open. Without those edges the graph has no cycles, so "ahead" and "behind" are well defined.
    """
    by_id = {node.id: node for node in nodes}
    begins = {node.parent: node.id for node in by_id.values() if node.kind == "startEvent"}
    next_to = {key: _successors(node, begins.get(key)) for key, node in by_id.items()}
    roots = [key for key, node in by_id.items() if not node.incoming and node.host is None]
    order, back = _walk([*roots, *by_id], next_to)
    bit = {key: index for index, key in enumerate(order)}
    ahead: dict[str, int] = {}
    for key in order:
        bits = 1 << bit[key]
        for target in next_to[key]:
            if (key, target) not in back:
                bits |= ahead.get(target, 0)
        ahead[key] = bits
    return Forward(bit, ahead)


def _successors(node: _Node, inside: str | None) -> tuple[str, ...]:
    lines = [*node.outgoing, *([node.default] if node.default else [])]
    further = [one for one in (node.link, inside) if one]
    return (*(line.target for line in lines), *node.boundary, *further)


def _walk(
    roots: Iterable[str], ahead: Mapping[str, tuple[str, ...]]
) -> tuple[list[str], set[tuple[str, str]]]:
    """Depth-first: the elements in the order they are finished, and the loop-back edges."""
    finished: list[str] = []
    back: set[tuple[str, str]] = set()
    open_: set[str] = set()
    done: set[str] = set()
    for root in roots:
        if root in done:
            continue
        stack = [(root, iter(ahead[root]))]
        open_.add(root)
        while stack:
            key, targets = stack[-1]
            target = next(targets, None)
            if target is None:
                stack.pop()
                open_.discard(key)
                done.add(key)
                finished.append(key)
            elif target in open_:
                back.add((key, target))
            elif target in ahead and target not in done:
                open_.add(target)
                stack.append((target, iter(ahead[target])))
    return finished, back


def into_joins(nodes: Iterable[_Node]) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """What lies behind each incoming flow of each inclusive join.

    An element lies behind a flow if a path leads from it into that flow without passing through
    the join itself.
    """
    by_id = {node.id: node for node in nodes}
    joins = [n for n in by_id.values() if n.kind == "inclusiveGateway" and len(n.incoming) > 1]
    throws: dict[str, list[str]] = {}
    for node in by_id.values():
        if node.link:
            throws.setdefault(node.link, []).append(node.id)
    return MappingProxyType(
        {
            join.id: MappingProxyType(
                {line.id: _behind(line, join.id, by_id, throws) for line in join.incoming}
            )
            for join in joins
        }
    )


def _behind(
    line: _Line, join: str, by_id: Mapping[str, _Node], throws: Mapping[str, list[str]]
) -> frozenset[str]:
    found: set[str] = set()
    waiting = [line.source]
    while waiting:
        key = waiting.pop()
        if key in found or key == join or key not in by_id:
            continue
        found.add(key)
        node = by_id[key]
        waiting.extend(one.source for one in node.incoming)
        waiting.extend(throws.get(key, ()))
        if node.host is not None:
            waiting.append(node.host)
    return frozenset(found)
