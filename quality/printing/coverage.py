"""Which characters the faces that we print with can draw, read once from their tables `cmap`.

Only its forms 4 and 12 are read: they are those of every face of today.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parents[2] / "web" / "static" / "dist" / "fonts"
LAST: Final = 0xFFFF
INVISIBLE: Final = frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})
BORROWED: Final = frozenset(map(ord, "✔✘☑☒"))
"""What the faces lack and Typst draws with one of its own: ticks, which people like."""


def missing(text: str) -> tuple[str, ...]:
    """The characters of a text that would be printed as boxes, each once."""
    drawn = _drawn()
    return tuple(
        one
        for one in dict.fromkeys(text)
        if ord(one) not in drawn and unicodedata.category(one) not in INVISIBLE
    )


@cache
def _drawn() -> frozenset[int]:
    faces = (_table(face) for face in sorted(FONTS.glob("*.ttf")))
    return BORROWED.union(*(_signs(face) for face in faces))


def _table(face: Path) -> bytes:
    with face.open("rb") as file:
        (count,) = struct.unpack_from(">H", file.read(12), 4)
        records = {tag: place for tag, *place in struct.iter_unpack(">4s3I", file.read(16 * count))}
        _sum, offset, length = records[b"cmap"]
        file.seek(offset)
        return file.read(length)


def _signs(table: bytes) -> Iterator[int]:
    (count,) = struct.unpack_from(">H", table, 2)
    for place in {struct.unpack_from(">I", table, 8 + 8 * at)[0] for at in range(count)}:
        (form,) = struct.unpack_from(">H", table, place)
        for first, last in _RANGES.get(form, _nothing)(table, place):
            yield from range(first, last + 1)


def _nothing(_table: bytes, _place: int) -> Iterator[tuple[int, int]]:
    return iter(())


def _segments(table: bytes, place: int) -> Iterator[tuple[int, int]]:
    (double,) = struct.unpack_from(">H", table, place + 6)
    lasts = struct.unpack_from(f">{double // 2}H", table, place + 14)
    firsts = struct.unpack_from(f">{double // 2}H", table, place + 16 + double)
    return ((first, last) for first, last in zip(firsts, lasts, strict=True) if last != LAST)


def _groups(table: bytes, place: int) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">I", table, place + 12)
    for at in range(count):
        first, last = struct.unpack_from(">2I", table, place + 16 + 12 * at)
        yield first, last


_RANGES: Final[Mapping[int, Callable[[bytes, int], Iterator[tuple[int, int]]]]] = {
    4: _segments,
    12: _groups,
}
