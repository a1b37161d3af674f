"""The XML of a sheet, looked through as bytes: how many rows, how wide, what is merged or computed.

What reads the cells afterwards keeps a table as wide as the widest row and as long as the sheet,
and copies each shared text into every cell that shows it: both are bounded here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from quality.imports.errors import (
    CellsComputed,
    CellsMerged,
    TooManyColumns,
    TooManyRows,
    UnpacksTooLarge,
)

MOST_ROWS: Final = 50_000
MOST_ABOVE: Final = 10
"""Lines that may stand above the headers."""
MOST_CELLS: Final = 3_000_000
MOST_BYTES: Final = 64 * 1024 * 1024
NAMED: Final = 5
# Each of these begins at a "<" or a quote and reads no further than the next "<" or a fixed number
# of characters, so the work grows with the file and never with its square.
_ROW: Final = re.compile(rb"<(?:[^\s<>/]*:)?row[\s>/]")
_CELL: Final = re.compile(rb"<(?:[^\s<>/]*:)?c[\s>/]")
_AT: Final = re.compile(rb"[\s\"']r\s*=\s*[\"']([A-Za-z]{1,4})\d")
_LINE: Final = re.compile(rb"[\s\"']r\s*=\s*[\"'][A-Za-z]{0,4}(\d{1,10})")
_DIGITS: Final = 9
"""More of them than any line has."""
_MERGED: Final = re.compile(rb"<(?:[^\s<>/]*:)?mergeCell([\s>/][^<>]{0,300})")
_FORMULA: Final = re.compile(rb"<(?:[^\s<>/]*:)?f[\s>/]")
_COMPUTED: Final = re.compile(rb"<(?:[^\s<>/]*:)?c(\s[^<>]{0,300})>\s{0,20}<(?:[^\s<>/]*:)?f[\s>/]")
_RANGE: Final = re.compile(rb"\sref\s?=\s?[\"']([A-Z0-9:$]{1,40})[\"']")
_NAME: Final = re.compile(rb"\sr\s?=\s?[\"']([A-Z]{1,3}\d{1,7})[\"']")
_VALUE: Final = re.compile(rb"<(?:[^\s<>/]*:)?v(?:\s[^<>]{0,300})?>\s{0,300}0*+(\d{0,9})\s{0,300}<")
"""A number in a cell: it may be that of a shared text."""
_TEXT: Final = re.compile(rb"<(?:[^\s<>/]*:)?si[\s>/]")


@dataclass(slots=True)
class Bounds:
    """What all sheets of one file may have together."""

    rows: int = MOST_ROWS
    bytes: int = MOST_BYTES


def sheet(blocks: Iterator[bytes], name: str, bounds: Bounds) -> bytes:
    """The XML of a sheet that may be read. Stops unpacking at the row that is too many."""
    kept: list[bytes] = []
    rows, before = 0, b""
    for block in blocks:
        rows += len(_ROW.findall(before + block)) - len(_ROW.findall(before))
        if rows > bounds.rows + MOST_ABOVE:
            raise TooManyRows(sheet=name, most=MOST_ROWS)
        bounds.bytes -= len(block)
        if bounds.bytes < 0:
            raise UnpacksTooLarge(most=MOST_BYTES // (1024 * 1024))
        before = block[-16:]
        kept.append(block)
    bounds.rows -= rows
    xml = b"".join(kept)
    _require_small(xml, name, rows)
    if _MERGED.search(xml):
        raise CellsMerged(sheet=name, ranges=_some(_MERGED, _RANGE, xml))
    if _FORMULA.search(xml):
        raise CellsComputed(sheet=name, ranges=_some(_COMPUTED, _NAME, xml))
    return xml


def _require_small(xml: bytes, name: str, rows: int) -> None:
    """The table that the reader will keep: as long as the last line, as wide as the widest."""
    lines = set(_LINE.findall(xml))
    last = max(map(int, lines), default=0)
    widest = max(map(_column, set(_AT.findall(xml))), default=0)
    unplaced = max((len(_CELL.findall(row)) for row in _ROW.split(xml)), default=0)
    is_far = last > MOST_ROWS * 2 or any(len(line) > _DIGITS for line in lines)
    # cells that stand in no row are read as well, as the first one
    if is_far or max(last, rows, 1) * max(widest, unplaced) > MOST_CELLS:
        raise TooManyColumns(sheet=name, most=MOST_CELLS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _some(tags: re.Pattern[bytes], name: re.Pattern[bytes], xml: bytes) -> str:
    """The first few places of what stands in such tags."""
    places = (name.search(tag[1]) for tag in tags.finditer(xml))
    shown = [place[1].decode() for place in islice(filter(None, places), NAMED + 1)]
    more = "…" if len(shown) > NAMED or not shown else ""
    return "、".join(shown[:NAMED]) + more


def require_text_bounded(strings: bytes, sheets: list[bytes]) -> None:
    """The texts of all cells together, each as often as it is shown. Raises `UnpacksTooLarge`."""
    lengths = [len(one) for one in _TEXT.split(strings)[1:]]
    longest = max(lengths, default=0)
    shown = [_VALUE.findall(xml) for xml in sheets]
    if longest * sum(map(len, shown)) <= MOST_BYTES:
        return
    places = (int(place or 0) for one in shown for place in one)
    total = sum(lengths[place] for place in places if place < len(lengths))
    if total > MOST_BYTES:
        raise UnpacksTooLarge(most=MOST_BYTES // (1024 * 1024))
