"""What a paper needs to be set as PDF beside its words: sizes, shares, where words may break."""

from __future__ import annotations

import math
import re
from dataclasses import asdict
from typing import Any, Final

import orjson

from quality.printing import coverage
from quality.printing.paper import Opinion, Paper, Row, Table, width

_WORD: Final = re.compile(r"[!-~\u00a1-\u024f]{13,}")
_PIECE: Final = re.compile(r"[^/\\?&=._,;:@#%+-]{1,12}[/\\?&=._,;:@#%+-]*|[/\\?&=._,;:@#%+-]{1,12}")
_BREAK: Final = "\u200b"

POINTS_WIDE, POINTS_NARROW = 267 / 0.3528, 180 / 0.3528
HEIGHT_WIDE, HEIGHT_NARROW = 175 / 0.3528, 262 / 0.3528
"""What a page holds, in points: A4 across and upright, without margins and foot."""
LINE: Final = 1.6
PADDING: Final = 7.0
FITS: Final = 0.55
"""A row estimated below this part of a page stays whole; a larger one may be broken."""
OPINION_POINTS: Final = 400.0
OPINION_EM: Final = 10.5
SIZES: Final = ((5, 9.5), (8, 9.0), (11, 8.0))
SMALLEST: Final = 7.5
MOST_NAMED: Final = 20


def laid(paper: Paper) -> dict[str, Any]:
    """The paper as the template reads it."""
    told: dict[str, Any] = _breakable(asdict(paper))
    told["wide"] = paper.is_wide
    told["boxes"] = _boxes(paper, orjson.dumps(told).decode())
    for part, drawn in zip(paper.parts, told["parts"], strict=True):
        if isinstance(part, Table):
            points = columns(part, is_wide=paper.is_wide)
            drawn |= {"points": points, "size": size(part)}
            for goal, long in zip(
                drawn["goals"], long_rows(part, is_wide=paper.is_wide), strict=True
            ):
                for row, is_one in zip(goal["rows"], long, strict=True):
                    row["long"] = is_one
    if paper.sheet is not None:
        for opinion, one in zip(paper.sheet.opinions, told["sheet"]["opinions"], strict=True):
            one["long"] = is_long(opinion)
    return told


def _boxes(paper: Paper, text: str) -> str:
    """The sentence that names the characters which are printed as boxes, if there are any."""
    missing = coverage.missing(text)
    named = " ".join(f"U+{ord(one):04X}" for one in missing[:MOST_NAMED])
    return paper.boxes.format(signs=named) if missing else ""


def breakable(text: str) -> str:
    """The text with places where an address or another long word may go on in the next line."""
    return _WORD.sub(lambda found: _BREAK.join(_PIECE.findall(found.group())), text)


def _breakable(told: Any) -> Any:
    if isinstance(told, str):
        return breakable(told)
    if isinstance(told, dict):
        return {key: _breakable(value) for key, value in told.items()}
    return [_breakable(one) for one in told] if isinstance(told, list | tuple) else told


def size(part: Table) -> float:
    """How large a table is written, in points: the more columns, the smaller."""
    count = len(part.levels) + len(part.columns)
    return next((size for most, size in SIZES if count <= most), SMALLEST)


def columns(part: Table, *, is_wide: bool) -> tuple[float, ...]:
    """How wide the columns of a table are on a page, in points, their padding within."""
    room = POINTS_WIDE if is_wide else POINTS_NARROW
    padding = PADDING * (len(part.levels) + len(part.columns))
    return tuple(PADDING + size(part) * one for one in part.widths((room - padding) / size(part)))


def long_rows(part: Table, *, is_wide: bool) -> tuple[tuple[bool, ...], ...]:
    """For each goal, which of its rows may be broken between two pages: those nearly as tall."""
    points = [one - PADDING for one in columns(part, is_wide=is_wide)]
    most = (HEIGHT_WIDE if is_wide else HEIGHT_NARROW) * FITS
    found = []
    for goal in part.goals:
        spread = _height(goal.label, points[0], size(part)) / len(goal.rows)
        heights = [_row_height(row, points[-len(row.cells) - 1 :], size(part)) for row in goal.rows]
        found.append(tuple(max(spread * part.is_nested, one) > most for one in heights))
    return tuple(found)


def is_long(opinion: Opinion) -> bool:
    """Whether an opinion may be broken between two pages."""
    return _height(opinion.text, OPINION_POINTS, OPINION_EM) > HEIGHT_NARROW * FITS


def _row_height(row: Row, points: list[float], size: float) -> float:
    texts = (row.label, *row.cells)
    return max(_height(text, room, size) for text, room in zip(texts, points, strict=True))


def _height(text: str, room: float, size: float) -> float:
    per_line = max(room / size - 1, 1)
    count = sum(max(1, math.ceil(width(line) / per_line)) for line in text.split("\n"))
    return count * size * LINE + PADDING
