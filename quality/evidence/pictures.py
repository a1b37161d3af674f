"""How large a picture is, from its first bytes: what has no size a browser can show is none."""

from __future__ import annotations

from typing import Final

MOST_PIXELS: Final = 100_000_000
"""A picture of more fills a browser's memory; it can be saved, and is not shown."""
_PNG, _GIF, _JPEG = b"\x89PNG\r\n\x1a\n", (b"GIF87a", b"GIF89a"), b"\xff\xd8"
_NO_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def size(head: bytes) -> tuple[int, int] | None:
    """Width and height, or None for no picture of ours or one without measure."""
    found = _size(head)
    if found is None or not 0 < found[0] * found[1] <= MOST_PIXELS:
        return None
    return found


def _size(head: bytes) -> tuple[int, int] | None:
    if head.startswith(_PNG):
        return (_big(head[16:20]), _big(head[20:24])) if head[8:16] == b"\0\0\0\rIHDR" else None
    if head.startswith(_GIF):
        return _little(head[6:8]), _little(head[8:10])
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(head)
    return _jpeg(head) if head.startswith(_JPEG) else None


def _webp(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return _little(head[24:27]) + 1, _little(head[27:30]) + 1
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        return _little(head[26:28]) & 0x3FFF, _little(head[28:30]) & 0x3FFF
    if kind == b"VP8L" and head[20:21] == b"\x2f":
        bits = _little(head[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None


def _jpeg(head: bytes) -> tuple[int, int] | None:
    """Walk over the segments to the one that says how large the picture is."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:  # noqa: PLR2004  (how a segment begins)
        mark = head[at + 1]
        if mark in _SIZES:
            return _big(head[at + 7 : at + 9]), _big(head[at + 5 : at + 7])
        at += 1 if mark == 0xFF else 2 if mark in _NO_LENGTH else 2 + _big(head[at + 2 : at + 4])  # noqa: PLR2004  (fill bytes)
    return None


def _big(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")
