"""A workbook from outside, looked through before any reader sees it: small, plain, and only data.

Every part is unpacked here under a bound, whatever its zip says of its size; what is handed on is
a new zip of the few parts that hold cells.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as ET

from quality.imports import cells
from quality.imports.errors import (
    DamagedWorkbook,
    EmptyFile,
    LockedWorkbook,
    NotAWorkbook,
    OldWorkbook,
    UnpacksTooLarge,
    WorkbookHasDeclarations,
    WorkbookHasMacros,
)

MOST_MEMBERS: Final = 1_000
MOST_UNPACKED: Final = cells.MOST_BYTES
MOST_SMALL: Final = 2 * 1024 * 1024
"""The parts that say what is where; those of a real workbook have a few KB."""
MEGABYTE: Final = 1024 * 1024
BLOCK: Final = 256 * 1024
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
DIRECTORY_ENTRY: Final = b"PK\x01\x02"
LOCAL: Final = struct.Struct("<4s5H3I2H")
ENCRYPTED: Final = 0x1
_FOREIGN: Final = re.compile(
    rb"\xff\xfe|\xfe\xff|(?:\xef\xbb\xbf)?\s*<\?xml"
    rb"(?:[^>]*encoding\s*=\s*[\"'](?!utf-8|us-ascii)|(?![^>]{0,500}\?>))",
    re.IGNORECASE,
)
"""XML in another encoding than the one every spreadsheet program writes, or that hides it."""
WORKBOOK: Final = "xl/workbook.xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"
TYPES: Final = "[content_types].xml"
ROOT: Final = "_rels/.rels"
OWN_ROOT: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns='
    b'"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    b'Target="xl/workbook.xml"/></Relationships>'
)
"""What is handed on says itself where its workbook stands."""


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the zip: its name, where its bytes lie, how they are packed."""

    name: str
    start: int
    packed: int
    size: int
    is_stored: bool


def checked(content: bytes, wanted: Callable[[list[str]], list[str]]) -> bytes:
    """A clean workbook with the sheets that `wanted` chooses by name. Raises `UnfitFile`."""
    parts = {part.name.casefold(): part for part in _parts(content)}
    _require_a_workbook(parts)
    kept = {name: _small(content, parts[name]) for name in (TYPES, WORKBOOK, RELATIONS)}
    if b"macroEnabled" in kept[TYPES]:
        raise WorkbookHasMacros
    tabs, strings, styles = _places(kept[WORKBOOK], kept[RELATIONS])
    names = wanted(list(tabs))
    bounds = cells.Bounds()
    for name in names:
        if tabs[name] not in parts:
            raise DamagedWorkbook
        kept[tabs[name]] = cells.sheet(_plain(_blocks(content, parts[tabs[name]])), name, bounds)
    for place in (strings, styles):
        if place in parts:
            kept[place] = b"".join(_plain(_blocks(content, parts[place])))
    if strings in kept:
        cells.require_text_bounded(kept[strings], [kept[tabs[name]] for name in names])
    return _packed({parts[name].name: data for name, data in kept.items()})


def _require_a_workbook(parts: Mapping[str, Part]) -> None:
    if any("vbaproject" in name for name in parts):
        raise WorkbookHasMacros
    if "xl/workbook.bin" in parts:
        raise OldWorkbook
    if not {WORKBOOK, RELATIONS, TYPES} <= set(parts):
        raise NotAWorkbook
    beside = [part.size for name, part in parts.items() if not name.startswith("xl/worksheets/")]
    if sum(beside) > MOST_UNPACKED:
        raise UnpacksTooLarge(most=MOST_UNPACKED // MEGABYTE)


def _parts(content: bytes) -> Iterator[Part]:
    """The members of the zip: each once, none over another, none under a password."""
    _require_a_zip(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError) as problem:
        raise DamagedWorkbook from problem
    if len({one.filename.casefold() for one in members}) != len(members):
        raise DamagedWorkbook
    end = 0
    for one in sorted(members, key=lambda one: one.header_offset):
        if one.flag_bits & ENCRYPTED:
            raise LockedWorkbook
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DamagedWorkbook
        start = _data_of(content, one.header_offset)
        if one.header_offset < end or start + one.compress_size > len(content):
            raise DamagedWorkbook
        end = start + one.compress_size
        is_stored = one.compress_type == zipfile.ZIP_STORED
        yield Part(one.filename, start, one.compress_size, one.file_size, is_stored)


def _require_a_zip(content: bytes) -> None:
    if not content:
        raise EmptyFile
    if content.startswith(OLE):
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        raise LockedWorkbook if is_locked else OldWorkbook
    if not content.startswith(ZIP):
        raise NotAWorkbook
    if content.count(DIRECTORY_ENTRY) > MOST_MEMBERS:
        raise UnpacksTooLarge(most=MOST_UNPACKED // MEGABYTE)


def _data_of(content: bytes, offset: int) -> int:
    """Where the bytes of a member begin, behind its own header."""
    if offset < 0 or offset + LOCAL.size > len(content):
        raise DamagedWorkbook
    head = LOCAL.unpack_from(content, offset)
    if head[0] != ZIP:
        raise DamagedWorkbook
    return int(offset + LOCAL.size + head[9] + head[10])


def _blocks(content: bytes, part: Part) -> Iterator[bytes]:
    """A member unpacked piece by piece, no further than the bound."""
    packed = memoryview(content)[part.start : part.start + part.packed]
    if part.is_stored:
        yield bytes(packed)
        return
    unpacker, size, rest = zlib.decompressobj(-zlib.MAX_WBITS), 0, bytes(packed)
    while not unpacker.eof:
        try:
            block = unpacker.decompress(rest, BLOCK)
        except zlib.error as problem:
            raise DamagedWorkbook from problem
        rest = unpacker.unconsumed_tail
        size += len(block)
        if size > part.size or (not block and not rest and not unpacker.eof):
            raise DamagedWorkbook
        yield block


def _plain(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """XML as spreadsheet programs write it: UTF-8, without declarations of types and entities."""
    before = b""
    for number, block in enumerate(blocks):
        if number == 0 and _FOREIGN.match(block):
            raise DamagedWorkbook
        joined = before + block
        if b"<!DOCTYPE" in joined or b"<!ENTITY" in joined or b"\x00" in block:
            raise WorkbookHasDeclarations
        before = block[-16:]
        yield block


def _small(content: bytes, part: Part) -> bytes:
    if part.size > MOST_SMALL:
        raise UnpacksTooLarge(most=MOST_UNPACKED // MEGABYTE)
    return b"".join(_plain(_blocks(content, part)))


def _places(workbook: bytes, relations: bytes) -> tuple[dict[str, str], str, str]:
    """Where each sheet stands, by its name, in the order of the tabs; then texts and styles."""
    try:
        # both texts are short and have no declarations: there is nothing in them to expand
        book, ways = ET.fromstring(workbook), ET.fromstring(relations)  # noqa: S314  (see above)
    except (ET.ParseError, ValueError, LookupError) as problem:
        raise DamagedWorkbook from problem
    targets = {way.get("Id", ""): _place(way.get("Target", "")) for way in ways}
    kinds = {way.get("Type", "").rpartition("/")[2]: _place(way.get("Target", "")) for way in ways}
    found: dict[str, str] = {}
    for tab in book.iter():
        if tab.tag.rpartition("}")[2] != "sheet":
            continue
        links = [value for key, value in tab.attrib.items() if key.endswith("}id")]
        place = targets.get(links[0], "") if links else ""
        if tab.get("name") and "/worksheets/" in place:
            found.setdefault(tab.get("name", ""), place)
    if not found:
        raise NotAWorkbook
    return found, kinds.get("sharedStrings", ""), kinds.get("styles", "")


def _place(target: str) -> str:
    absolute = target.startswith("/")
    whole = target[1:] if absolute else posixpath.join("xl", target)
    return posixpath.normpath(whole).casefold()


def _packed(kept: dict[str, bytes]) -> bytes:
    """A new zip of these parts, unpacked: nothing in it can be read in two ways."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(ROOT, OWN_ROOT)
        for name, data in kept.items():
            archive.writestr(name, data)
    return made.getvalue()
