"""Files as evidence: what their bytes must be, what their names become, and where they lie."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from engine.errors import Refused
from quality.evidence import filetypes, kept, names, pictures
from quality.evidence.errors import (
    Container,
    EmptyFile,
    FileTooLarge,
    Macros,
    NotWhatItSays,
    TypeNotAllowed,
)
from quality.evidence.filetypes import Family
from quality.evidence.store import OverLimit, Store

MB = 1024 * 1024
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HTML = b"<!doctype html><script>alert(1)</script>"


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xff\0\0" * width for _row in range(min(height, 9))))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def docx(**parts: bytes) -> bytes:
    """A container with these parts beside those of a document."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def judge(
    name: str, content: bytes, *, allowed: tuple[str, ...] = (*filetypes.USUAL, "zip")
) -> str:
    return filetypes.judge(name, io.BytesIO(content), allowed).media_type


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("证书.PDF", PDF, "application/pdf"),
        ("a.png", png(), "image/png"),
        ("a.gif", b"GIF89a\x02\0\x03\0" + bytes(20), "image/gif"),
        ("a.txt", "课程思政案例\r\n".encode("gb18030"), "text/plain"),
        ("a.csv", "\ufeff姓名,成绩\n甲,1\n".encode(), "text/csv"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "application/msword"),
        ("a.docx", docx(), filetypes.TYPES["docx"].media_type),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(name: str, content: bytes, media_type: str) -> None:
    assert judge(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.html", HTML, TypeNotAllowed),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", TypeNotAllowed),
        ("a.exe", b"MZ", TypeNotAllowed),
        ("a", PDF, TypeNotAllowed),
        ("a.pdf.html", PDF, TypeNotAllowed),
        ("a.ｐｄｆ", PDF, TypeNotAllowed),
        ("a.docm", docx(), TypeNotAllowed),
        ("a.mp4", b"\0\0\0\x18ftypmp42", TypeNotAllowed),
        ("a.pdf", b"", EmptyFile),
        ("a.png", HTML, NotWhatItSays),
        ("a.png", b"\x89PNG\r\n\x1a\n" + HTML, NotWhatItSays),
        ("a.png", png(60_000, 60_000), NotWhatItSays),
        ("a.png", png(0, 5), NotWhatItSays),
        ("a.gif", b"GIF89a=1;alert(1)//", NotWhatItSays),
        ("a.jpg", b"\xff\xd8\xff\xe0" + HTML, NotWhatItSays),
        ("a.pdf", HTML + PDF, NotWhatItSays),
        ("a.pdf", PDF.replace(b"%%EOF", b""), NotWhatItSays),
        ("a.txt", b"MZ\x90\0\x03", NotWhatItSays),
        ("a.txt", b"\xff\xfe\xff", NotWhatItSays),
        ("a.docx", PDF, NotWhatItSays),
        ("a.xlsx", docx(), NotWhatItSays),
        ("a.docx", docx()[:-30], Container),
        ("a.docx", docx(**{"word/vbaProject.bin": b"x"}), Macros),
        ("a.docx", docx(**{"../../etc/passwd": b"x"}), Container),
        ("a.docx", docx(**{"C:\\x": b"x"}), Container),
        ("a.zip", b"PK\x03\x04" + bytes(500), Container),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    name: str, content: bytes, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as said:
        judge(name, content)
    assert "…" not in str(said.value)


def test_a_container_that_unfolds_into_too_much_is_refused() -> None:
    bomb = docx(**{"word/media/x.bin": bytes(30 * MB)})
    assert len(bomb) < MB
    with pytest.raises(Container):
        judge("a.docx", bomb)


def test_a_container_that_lies_about_its_sizes_is_refused() -> None:
    whole = docx(**{"word/x.xml": b"x" * 100_000})
    at = whole.index(b"PK\x01\x02", whole.rindex(b"word/x.xml") - 60)
    for offset in (24, 20):  # said to unfold into little; said to be folded into much
        lie = bytearray(whole)
        lie[at + offset : at + offset + 4] = struct.pack("<I", 10 if offset == 24 else 10**9)
        with pytest.raises(Container):
            judge("a.docx", bytes(lie))


def test_a_list_of_parts_without_end_is_not_even_read() -> None:
    whole = bytearray(docx())
    end = whole.rindex(b"PK\x05\x06")
    whole[end + 12 : end + 16] = struct.pack("<I", 900 * MB)
    with pytest.raises(Container):
        judge("a.docx", bytes(whole))
    with pytest.raises(Container):
        judge("a.docx", docx(**{f"word/{number}": b"" for number in range(5_001)}))


def test_only_pictures_and_pdf_are_ever_shown_by_a_browser() -> None:
    families = {one.media_type: one.family for one in filetypes.TYPES.values()}
    assert {families[one] for one in filetypes.SHOWN} == {Family.PICTURE, Family.PDF}
    assert not any("html" in one or "svg" in one or "xml" in one for one in filetypes.SHOWN)
    assert len(set(families)) == len({one.media_type for one in filetypes.TYPES.values()})


def test_the_size_of_a_picture_is_read_from_its_beginning() -> None:
    jpeg = b"\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x11\x08\0\x0a\0\x14" + bytes(20)
    lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 9 | 4 << 14)
    assert pictures.size(png(7, 9)) == (7, 9)
    assert pictures.size(jpeg) == (20, 10)
    assert pictures.size(lossless) == (10, 5)
    assert pictures.size(b"RIFF\0\0\0\0AVI ") is None
    assert pictures.size(b"") is None


@pytest.mark.parametrize(
    ("given", "kept_as"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\我\\证书.pdf", "证书.pdf"),
        ("gnp\u202efdp.exe", "gnpfdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("  .pdf", "pdf"),
        ("a\0b\u200b.p\u0301df", "ab.\u1e55df"),
        ('"<b>".pdf', "__b__.pdf"),
        ("", ""),
    ],
)
def test_a_name_keeps_nothing_that_leads_elsewhere_or_hides(given: str, kept_as: str) -> None:
    assert names.clean(given) == kept_as


def test_a_long_name_keeps_its_ending() -> None:
    name = names.clean("很" * 500 + ".PDF")
    assert name.endswith(".pdf")
    assert len(name) == names.MOST


def test_the_same_content_lies_there_once_and_a_damaged_one_is_healed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = store.put(io.BytesIO(PDF), most=MB)
    path = store.path(first.sha256)
    assert path == tmp_path / "files" / first.sha256[:2] / first.sha256
    assert first.sha256 == hashlib.sha256(PDF).hexdigest()
    path.write_bytes(b"damaged")
    assert not store.is_whole(first.sha256)
    assert store.put(io.BytesIO(PDF), most=MB) == first
    assert store.is_whole(first.sha256)
    assert [one.name for one in store.names()] == [first.sha256]
    assert b"".join(store.read(first.sha256)) == PDF


def test_a_stream_over_the_limit_leaves_nothing_and_is_not_read_to_its_end(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= MB, "asked for all of it at once"
            self.read_bytes += size
            return bytes(size)

    source = Endless()
    with pytest.raises(OverLimit):
        Store(tmp_path).put(source, most=MB)
    assert source.read_bytes <= 2 * MB
    assert list(Store(tmp_path).names()) == []


def test_a_name_that_is_no_hash_leads_nowhere(tmp_path: Path) -> None:
    for wrong in ("../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"):
        with pytest.raises(ValueError, match="SHA-256"):
            Store(tmp_path).path(wrong)


def test_a_large_file_is_refused_before_it_is_looked_at(tmp_path: Path) -> None:
    with (tmp_path / "large.pdf").open("w+b") as file:
        os.truncate(file.fileno(), 100 * MB)  # a hole: takes no room
        with pytest.raises(FileTooLarge):
            kept.take(Store(tmp_path / "data"), "large.pdf", file, most=20 * MB, allowed=("pdf",))
    assert not (tmp_path / "data").exists()
