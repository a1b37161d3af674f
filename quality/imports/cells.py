"""The XML of a sheet, looked through as bytes: how many rows, how wide, what is merged or computed.

What reads the cells afterwards keeps a table as wide as the widest row and as long as the sheet,
and copies each shared text into every cell that shows it: both are bounded here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
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
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s>/]")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
_AT: Final = re.compile(rb"\sr=[\"']([A-Z]{1,4})\d+[\"']")
_LINE: Final = re.compile(rb"\sr=[\"'][A-Z]{0,4}(\d+)[\"']")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:$]{1,40})[\"']")
_COMPUTED: Final = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3}\d{1,7})[\"'][^>]*>\s*<(?:\w+:)?f[\s>/]"
)
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")
_SHARED: Final = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?\bt=[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})\s*<"
)
_TEXT: Final = re.compile(rb"<(?:\w+:)?si[\s>/]")


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
    merged = _MERGED.findall(xml)
    if merged:
        raise CellsMerged(sheet=name, ranges=_some(merged))
    if _FORMULA.search(xml):
        raise CellsComputed(sheet=name, ranges=_some(_COMPUTED.findall(xml)) or "…")
    return xml


def _require_small(xml: bytes, name: str, rows: int) -> None:
    """The table that the reader will keep: as long as the last line, as wide as the widest."""
    last = max(map(int, _LINE.findall(xml)), default=0)
    widest = max(map(_column, set(_AT.findall(xml))), default=0)
    unplaced = max((len(_CELL.findall(row)) for row in _ROW.split(xml)), default=0)
    if max(last, rows) * max(widest, unplaced) > MOST_CELLS or last > MOST_ROWS * 2:
        raise TooManyColumns(sheet=name, most=MOST_CELLS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _some(found: list[bytes]) -> str:
    shown = "、".join(one.decode() for one in found[:NAMED])
    return f"{shown}…" if len(found) > NAMED else shown


def require_text_bounded(strings: bytes, sheets: list[bytes]) -> None:
    """The texts of all cells together, each as often as it is shown. Raises `UnpacksTooLarge`."""
    lengths = [len(one) for one in _TEXT.split(strings)[1:]]
    longest = max(lengths, default=0)
    shown = [_SHARED.findall(xml) for xml in sheets]
    if longest * sum(map(len, shown)) <= MOST_BYTES:
        return
    total = sum(lengths[place] for one in shown for place in map(int, one) if place < len(lengths))
    if total > MOST_BYTES:
        raise UnpacksTooLarge(most=MOST_BYTES // (1024 * 1024))
