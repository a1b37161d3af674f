"""Zip containers looked into before they are kept: how much they unfold to, and what is in them."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO, Final

from engine.sentence import Sentence
from quality.evidence.errors import Container, Macros

MOST_PARTS: Final = 5_000
MOST_LIST: Final = MOST_PARTS * 400
LIST_END: Final = b"PK\x05\x06"
LONG_LIST: Final = b"PK\x06\x07"
"""Where a list begins that is too long for the ordinary form: no office document has one."""
END: Final = 22
MOST_COMMENT: Final = 65_536
MOST_UNFOLDED: Final = 400 * 1024 * 1024
MOST_RATIO: Final = 200
FREE: Final = 10 * 1024 * 1024
"""So much may unfold from however little: a sheet of empty rows folds very well."""
CHUNK: Final = 256 * 1024
ENCRYPTED: Final = 0x1
_MACROS: Final = ("vbaproject.bin", "vbadata.xml")


def judge(name: str, file: BinaryIO) -> frozenset[str]:
    """The names of the parts of a container that may be kept. Raises `Container`, `Macros`."""
    size = _require_short_list(name, file)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _require_measure(name, parts, size)
            _require_whole(name, archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as problem:
        raise Container(name=name, why=Sentence("文件已损坏，打不开。")) from problem
    names = frozenset(part.filename for part in parts)
    if any(one.lower().endswith(_MACROS) for one in names):
        raise Macros(name=name)
    return names


def _require_short_list(name: str, file: BinaryIO) -> int:
    """The size of the file, after its list of parts was seen to be short enough to be read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END - MOST_COMMENT))
    tail = file.read()
    at = len(tail) - END if tail[-END:].startswith(LIST_END) else tail.rfind(LIST_END)
    is_long = at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > MOST_LIST
    if is_long or LONG_LIST in tail:
        raise _too_many(name)
    file.seek(0)
    return size


def _too_many(name: str) -> Container:
    return Container(name=name, why=Sentence("里面的文件太多，最多 {most} 个。", most=MOST_PARTS))


def _require_measure(name: str, parts: list[zipfile.ZipInfo], size: int) -> None:
    if len(parts) > MOST_PARTS:
        raise _too_many(name)
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise Container(name=name, why=Sentence("加了密码，打不开的文件不能作佐证材料。"))
    unfolded = sum(part.file_size for part in parts)
    folded = sum(part.compress_size for part in parts)
    if unfolded > min(MOST_UNFOLDED, max(FREE, size * MOST_RATIO)) or folded > size:
        raise Container(name=name, why=Sentence("解开以后大得不正常。"))
    if any(_leads_out(part.filename) for part in parts):
        raise Container(name=name, why=Sentence("里面的文件名不正常。"))


def _leads_out(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ".." in plain.split("/") or plain[1:2] == ":"


def _require_whole(name: str, archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Unfold every part into nothing: sizes and checksums must be those that it names."""
    left = MOST_UNFOLDED
    for part in parts:
        with archive.open(part) as content:
            while read := content.read(CHUNK):
                left -= len(read)
                if left < 0:
                    raise Container(name=name, why=Sentence("解开以后大得不正常。"))
