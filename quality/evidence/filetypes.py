"""Which files may be evidence, and whether one is what its name says: by its bytes, not its word.

The question is never "what is this?", which invites guesses, but "is this what it says it is?",
of a short list (docs/adr/0020-evidence.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

from quality.evidence import containers, pictures
from quality.evidence.errors import EmptyFile, NotWhatItSays, TypeNotAllowed
from quality.evidence.names import split

HEAD: Final = 256 * 1024
TAIL: Final = 2048
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE: Final = "application/vnd.openxmlformats-officedocument."
ODF: Final = "application/vnd.oasis.opendocument."


class Family(StrEnum):
    """What a type is to people, and whether a browser may show it."""

    PICTURE = "picture"
    PDF = "pdf"
    DOCUMENT = "document"
    SHEET = "sheet"
    SLIDES = "slides"
    TEXT = "text"
    MEDIA = "media"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file: its ending, what it is served as, and how it proves itself."""

    ending: str
    media_type: str
    family: Family
    is_right: Callable[[bytes, BinaryIO], bool]
    parts: tuple[str, ...] = ()
    """Beginnings of names that a zip container of this type must hold."""


def _begins(*signatures: bytes) -> Callable[[bytes, BinaryIO], bool]:
    return lambda head, _file: head.startswith(signatures)


def _pdf(head: bytes, file: BinaryIO) -> bool:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - TAIL))
    return head.startswith((b"%PDF-1.", b"%PDF-2.")) and b"%%EOF" in file.read(TAIL)


def _picture(*signatures: bytes) -> Callable[[bytes, BinaryIO], bool]:
    def is_right(head: bytes, _file: BinaryIO) -> bool:
        return head.startswith(signatures) and pictures.size(head) is not None

    return is_right


def _media(head: bytes, _file: BinaryIO) -> bool:
    return head[4:8] == b"ftyp"


def _text(_head: bytes, file: BinaryIO) -> bool:
    """Text of one of the two encodings of the country, without anything that is no text."""
    file.seek(0)
    content = file.read(MOST_TEXT + 1)
    if len(content) > MOST_TEXT or any(one in content for one in _NO_TEXT):
        return False
    return any(_reads(content, one) for one in ("utf-8-sig", "gb18030"))


def _reads(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


MOST_TEXT: Final = 10_000_000
_NO_TEXT: Final = tuple(bytes([one]) for one in range(32) if one not in b"\t\n\r\x0c")
_ZIP: Final = _begins(b"PK\x03\x04")
_ZIPPED: Final = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp", "ofd", "zip"})

_TABLE: Final = (
    FileType("pdf", "application/pdf", Family.PDF, _pdf),
    FileType("jpg", "image/jpeg", Family.PICTURE, _picture(b"\xff\xd8\xff")),
    FileType("jpeg", "image/jpeg", Family.PICTURE, _picture(b"\xff\xd8\xff")),
    FileType("png", "image/png", Family.PICTURE, _picture(b"\x89PNG\r\n\x1a\n")),
    FileType("gif", "image/gif", Family.PICTURE, _picture(b"GIF87a", b"GIF89a")),
    FileType("webp", "image/webp", Family.PICTURE, _picture(b"RIFF")),
    FileType("doc", "application/msword", Family.DOCUMENT, _begins(OLE)),
    FileType(
        "docx", f"{OFFICE}wordprocessingml.document", Family.DOCUMENT, _ZIP, ("word/document",)
    ),
    FileType("xls", "application/vnd.ms-excel", Family.SHEET, _begins(OLE)),
    FileType("xlsx", f"{OFFICE}spreadsheetml.sheet", Family.SHEET, _ZIP, ("xl/workbook",)),
    FileType("ppt", "application/vnd.ms-powerpoint", Family.SLIDES, _begins(OLE)),
    FileType(
        "pptx", f"{OFFICE}presentationml.presentation", Family.SLIDES, _ZIP, ("ppt/presentation",)
    ),
    FileType("wps", "application/wps-office.wps", Family.DOCUMENT, _begins(OLE)),
    FileType("et", "application/wps-office.et", Family.SHEET, _begins(OLE)),
    FileType("dps", "application/wps-office.dps", Family.SLIDES, _begins(OLE)),
    FileType("ofd", "application/ofd", Family.DOCUMENT, _ZIP, ("OFD.xml",)),
    FileType("odt", f"{ODF}text", Family.DOCUMENT, _ZIP, ("mimetype", "content.xml")),
    FileType("ods", f"{ODF}spreadsheet", Family.SHEET, _ZIP, ("mimetype", "content.xml")),
    FileType("odp", f"{ODF}presentation", Family.SLIDES, _ZIP, ("mimetype", "content.xml")),
    FileType("txt", "text/plain", Family.TEXT, _text),
    FileType("csv", "text/csv", Family.TEXT, _text),
    FileType("mp4", "video/mp4", Family.MEDIA, _media),
    FileType("mp3", "audio/mpeg", Family.MEDIA, _begins(b"ID3", b"\xff\xfb", b"\xff\xf3")),
    FileType("zip", "application/zip", Family.ARCHIVE, _ZIP),
)
TYPES: Final = {one.ending: one for one in _TABLE}
"""Every type that an administrator may allow, by ending."""
USUAL: Final = tuple(
    one for one in TYPES if TYPES[one].family not in (Family.MEDIA, Family.ARCHIVE)
)
SHOWN: Final = frozenset(
    one.media_type for one in _TABLE if one.family in (Family.PICTURE, Family.PDF)
)
"""Media types that a browser may show; all others are only ever saved."""


def family(media_type: str) -> Family | None:
    """What a media type is to people."""
    return next((one.family for one in _TABLE if one.media_type == media_type), None)


def judge(name: str, file: BinaryIO, allowed: Iterable[str]) -> FileType:
    """The type of a file that may be kept. `name` is clean.

    Raises `TypeNotAllowed`, `EmptyFile`, `NotWhatItSays`, and what `containers.judge` raises.
    """
    taken = [one for one in TYPES if one in frozenset(allowed)]
    found = TYPES.get(split(name)[1])
    if found is None or found.ending not in taken:
        raise TypeNotAllowed(name=name, allowed="、".join(taken))
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise EmptyFile(name=name)
    if not found.is_right(head, file):
        raise NotWhatItSays(name=name, ending=found.ending)
    if found.ending in _ZIPPED:
        holds = containers.judge(name, file)
        if not all(any(one.startswith(part) for one in holds) for part in found.parts):
            raise NotWhatItSays(name=name, ending=found.ending)
    file.seek(0)
    return found
