"""The demo's evidence: of each subject that collects, a table, a chart, minutes, a certificate."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, BinaryIO, Final

import xlsxwriter
from sqlalchemy import Row
from sqlalchemy.orm import Session

from engine import clock
from engine.people import Actor
from quality import spreadsheets, subjects
from quality.evidence import kept, rights, rules
from quality.evidence.kept import Said
from quality.evidence.store import Store

WIDTH, HEIGHT, BAR = 480, 270, 24
PAPER, INK = b"\xff\xff\xff", b"\x2f\x6f\x9f"
Told = Mapping[str, Any]


def upload(
    db: Session, store: Store, told: list[Told], subject: Row[Any], year: int, *, by: Actor
) -> list[int]:
    """Put a subject's pieces into the library. Returns their numbers."""
    place = rights.place(db, by, subjects.reference(subject.id))
    most, allowed = rules.most_bytes(db), rules.allowed(db)
    found = []
    for one in told:
        name = one["name"].format(what=subject.name, year=year)
        ending, write = _FILES[one["file"]]
        taken = kept.take(store, f"{name}.{ending}", write(one), most=most, allowed=allowed)
        days = one.get("expires_in")
        until = None if days is None else clock.today() + timedelta(days=days)
        said = Said(name, one.get("note", ""), until)
        found.append(kept.add(db, store, taken, place=place, said=said, by=by))
    return found


def _table(told: Told) -> BinaryIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, spreadsheets.OPTIONS) as book:
        page = book.add_worksheet()
        page.set_column(0, len(told["lines"][0]) - 1, 16)
        for number, line in enumerate(told["lines"]):
            texts = [spreadsheets.guarded(one) if isinstance(one, str) else one for one in line]
            page.write_row(number, 0, texts)
    file.seek(0)
    return file


def _chart(told: Told) -> BinaryIO:
    """Bars of these heights, of a hundred, as a picture."""
    bars = told["bars"]
    step = WIDTH // len(bars)
    lines = []
    for down in range(HEIGHT, 0, -1):
        full = (INK if down * 100 <= bar * HEIGHT else PAPER for bar in bars)
        lines.append(b"\0" + b"".join(PAPER * (step - BAR) + one * BAR for one in full))
    head = struct.pack(">IIBBBBB", step * len(bars), HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(_part(*one) for one in parts))


def _part(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _minutes(told: Told) -> BinaryIO:
    return io.BytesIO(told["text"].encode())


_FILES: Final[Mapping[str, tuple[str, Callable[[Told], BinaryIO]]]] = {
    "table": ("xlsx", _table),
    "chart": ("png", _chart),
    "minutes": ("txt", _minutes),
}
