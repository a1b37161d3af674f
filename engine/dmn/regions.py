"""Which rows of a table meet, and which values no row is for: decided on stretches of values.

Each column is cut where any of its cells draws a line: into points and the stretches between them.
A cell is then a set of these pieces, kept as the bits of a number, and two rows meet where they
share a piece in every column.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from engine.dmn import cells
from engine.dmn.cells import Region, Span, Test
from engine.dmn.compiled import Input, Ready
from engine.dmn.table import Type

MAX_PAIRS: Final = 50
MAX_GAPS: Final = 5
MAX_STEPS: Final = 20_000
MAX_MARKS: Final = 400_000

TEXTS, NUMBERS, TRUTHS = "texts", "numbers", "truths"
_CLASSES: Final[dict[Type, tuple[str, ...]]] = {
    Type.ANY: (TEXTS, NUMBERS, TRUTHS),
    Type.TEXT: (TEXTS,),
    Type.DATE: (TEXTS,),
    Type.MOMENT: (TEXTS,),
    Type.NUMBER: (NUMBERS,),
    Type.INTEGER: (NUMBERS,),
    Type.BOOLEAN: (TRUTHS,),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """A column in pieces. `possible` are those that a value can lie in; `named` those worth naming.

    `masks` is a row's set of pieces, or None where only names decide.
    """

    pieces: tuple[str, ...]
    possible: int
    named: int
    masks: tuple[int | None, ...]


def cut(made: Ready) -> tuple[Cut, ...]:
    """Every input column of a table in pieces."""
    return tuple(
        _cut(column, [tests[place] for tests, _answers in made.rows])
        for place, column in enumerate(made.inputs)
    )


def meeting(cuts: Sequence[Cut], rows: int) -> Iterator[tuple[int, int]]:
    """Pairs of rows that hold for the same values, as far as constants tell."""
    known, columns = _told(cuts, rows)
    for at, first in enumerate(known):
        left = known[at + 1 :]
        for masks in columns:
            mine = masks[first]
            left = [second for second in left if mine & masks[second]]
        for second in left:
            yield first, second


def covered(cuts: Sequence[Cut], rows: int) -> Iterator[tuple[int, int]]:
    """Rows that can never come first, each with an earlier row that holds whenever it does."""
    known, columns = _told(cuts, rows)
    for at, later in enumerate(known):
        left = known[:at]
        for masks in columns:
            mine = masks[later]
            left = [earlier for earlier in left if mine & masks[earlier] == mine]
        if left:
            yield later, left[0]


def _told(cuts: Sequence[Cut], rows: int) -> tuple[list[int], list[list[int]]]:
    """The rows that constants tell of, and each column's pieces by row."""
    known = [row for row in range(rows) if all(one.masks[row] is not None for one in cuts)]
    return known, [[mask or 0 for mask in one.masks] for one in cuts]


def gaps(cuts: Sequence[Cut], rows: int) -> Iterator[tuple[str, ...]]:
    """Values that no row is for, written as cells: nothing where that cannot be told."""
    if any(None in one.masks for one in cuts) or not cuts:
        return
    if sum(len(one.pieces) for one in cuts) * rows > MAX_MARKS:
        return
    columns = [_groups(one, rows) for one in cuts]
    steps = 0
    waiting: list[tuple[int, tuple[str, ...], int]] = [(0, (), (1 << rows) - 1)]
    while waiting:
        steps += 1
        if steps > MAX_STEPS:
            return
        depth, chosen, left = waiting.pop()
        if not left:
            yield chosen + ("-",) * (len(columns) - depth)
        elif depth < len(columns):
            waiting += [
                (depth + 1, (*chosen, text), left & mask) for text, mask in reversed(columns[depth])
            ]


def _groups(one: Cut, rows: int) -> list[tuple[str, int]]:
    """Pieces for which the same rows hold, as one: a text that names the first, and those rows."""
    found: dict[int, str] = {}
    for place, text in enumerate(one.pieces):
        bit = 1 << place
        if one.named & bit:
            holding = sum(1 << row for row in range(rows) if (one.masks[row] or 0) & bit)
            found.setdefault(holding, text)
    return [(text, mask) for mask, text in found.items()]


def _cut(column: Input, tests: Sequence[Test]) -> Cut:
    regions = [test.region for test in tests]
    allowed = column.allowed.region if column.allowed is not None else cells.EVERYTHING
    seen = [one for one in (*regions, allowed) if one is not None]
    ladder = _Ladder(column.type, seen)
    every = ladder.possible
    if allowed is not None and column.allowed is not None:
        every &= ladder.mask(allowed)
    masks = {id(one): ladder.mask(one) & every for one in seen}
    return Cut(
        tuple(ladder.pieces),
        every,
        every & ladder.named(is_listed=column.allowed is not None, kind=column.type),
        tuple(None if one is None else masks[id(one)] for one in regions),
    )


class _Ladder:
    """The pieces of one column in order: null, then each class of values from low to high."""

    def __init__(self, kind: Type, regions: Sequence[Region]) -> None:
        self.kind = kind
        self.pieces: list[str] = ["null"]
        self.possible = 1
        self.points = 0
        self.rungs: dict[str, tuple[int, list[cells.Bound]]] = {}
        ends: dict[str, set[cells.Bound]] = {name: set() for name in _CLASSES[kind]}
        for region in regions:
            for span in region.spans:
                for end in (span.low, span.high):
                    if end is not None and _class(end) in ends:
                        ends[_class(end)].add(end)
        if TRUTHS in ends:
            ends[TRUTHS] = {False, True}
        for name, found in ends.items():
            self._add(name, sorted(found))

    def _add(self, name: str, ends: list[cells.Bound]) -> None:
        self.rungs[name] = (len(self.pieces), ends)
        for place in range(2 * len(ends) + 1):
            bit = 1 << len(self.pieces)
            low = ends[(place - 1) // 2] if place else None
            high = ends[place // 2] if place // 2 < len(ends) else None
            if place % 2:
                self.points |= bit
                self.possible |= bit
                self.pieces.append(cells.literal(low))
                continue
            if name != TRUTHS and not self._is_empty(low, high):
                self.possible |= bit
            self.pieces.append(_between(low, high))

    def _is_empty(self, low: cells.Bound | None, high: cells.Bound | None) -> bool:
        """Whether nothing lies between two neighbours: 3 and 4, one day and the next."""
        if low is None or high is None:
            return False
        if self.kind is Type.INTEGER:
            return float(high) - float(low) <= 1
        if self.kind is Type.DATE:
            return (date.fromisoformat(str(high)) - date.fromisoformat(str(low))).days <= 1
        return False

    def named(self, *, is_listed: bool, kind: Type) -> int:
        """The pieces that a gap is told of: of free texts only those that some cell mentions."""
        everything = (1 << len(self.pieces)) - 1
        if is_listed or kind not in (Type.ANY, Type.TEXT):
            return everything & ~1
        return self.points

    def mask(self, region: Region) -> int:
        """The pieces that a region covers."""
        found = 0
        for span in region.spans:
            found |= self._span(span)
        if region.contrary:
            found = ((1 << len(self.pieces)) - 1) & ~found & ~1
        return found | 1 if region.has_null else found & ~1

    def _span(self, span: Span) -> int:
        end = span.low if span.low is not None else span.high
        if end is None or _class(end) not in self.rungs:
            return 0
        start, ends = self.rungs[_class(end)]
        first, last = 0, 2 * len(ends)
        if span.low is not None:
            first = 2 * bisect_left(ends, span.low) + (1 if span.has_low else 2)
        if span.high is not None:
            last = 2 * bisect_left(ends, span.high) + (1 if span.has_high else 0)
        return ((1 << (last - first + 1)) - 1) << (start + first) if first <= last else 0


def _class(value: cells.Bound) -> str:
    if isinstance(value, bool):
        return TRUTHS
    return TEXTS if isinstance(value, str) else NUMBERS


def _between(low: cells.Bound | None, high: cells.Bound | None) -> str:
    if low is None and high is None:
        return "-"
    if low is None:
        return f"< {cells.literal(high)}"
    if high is None:
        return f"> {cells.literal(low)}"
    return f"({cells.literal(low)}..{cells.literal(high)})"
