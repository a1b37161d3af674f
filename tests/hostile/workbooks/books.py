"""Workbooks that no spreadsheet program would write, or that nobody should bring in."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import xlsxwriter

from quality.imports import errors
from tests.workbooks import workbook

HEAD = ("工号", "姓名")
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"


@dataclass(frozen=True)
class Hostile:
    """A file, and the refusal that names it."""

    name: str
    make: Callable[[], bytes]
    refusal: type[errors.UnfitFile]
    says: str = ""
    filename: str = "名单.xlsx"


def plain() -> bytes:
    return workbook({"人员": [HEAD, ("1", "甲")]})


def with_parts(changed: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A plain workbook with some parts replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as old, zipfile.ZipFile(made, "w", method) as new:
        for name in [*old.namelist(), *(name for name in changed if name not in old.namelist())]:
            new.writestr(name, changed[name] if name in changed else old.read(name))
    return made.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(plain())) as book:
        return book.read(name)


def in_sheet(old: bytes, new: bytes) -> bytes:
    xml = part(SHEET)
    assert old in xml
    return with_parts({SHEET: xml.replace(old, new)})


def rows(count: int) -> bytes:
    line = (
        b'<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" t="inlineStr"><is><t>x</t></is></c></row>'
    )
    body = b"".join(line % ((number,) * 4) for number in range(2, count + 2))
    return in_sheet(b"</sheetData>", body + b"</sheetData>")


def merged() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet("人员")
        page.merge_range("A1:C1", "工号")
        page.merge_range("A5:B6", "甲")
    return made.getvalue()


def formulas() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page = book.add_worksheet("人员")
        page.write_row(0, 0, HEAD)
        for line in range(1, 9):
            page.write_formula(line, 1, "=A1&A2", None, "甲")
    return made.getvalue()


def sized_wrongly() -> bytes:
    """A member that says it is small and is not."""
    content = bytearray(with_parts({SHEET: part(SHEET) + b" " * 5_000_000}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as book:
        size = book.getinfo(SHEET).file_size
    packed = struct.pack("<I", size)
    while (at := content.find(packed)) >= 0:
        content[at : at + 4] = struct.pack("<I", 600)
    return bytes(content)


def overlapping() -> bytes:
    """Two members of the directory over the same bytes."""
    content = bytearray(with_parts({"xl/twice.xml": b"<a/>", "xl/tw1ce.xml": b"<a/>"}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as book:
        first, second = (
            book.getinfo(f"xl/{name}.xml").header_offset for name in ("twice", "tw1ce")
        )
    at = content.rfind(struct.pack("<I", second), 0, content.rfind(b"xl/tw1ce.xml"))
    content[at : at + 4] = struct.pack("<I", first)
    return bytes(content)


def named_twice() -> bytes:
    made = io.BytesIO(plain())
    with zipfile.ZipFile(made, "a") as book:
        book.writestr("XL/workbook.xml", part("xl/workbook.xml"))
    return made.getvalue()


def locked_member() -> bytes:
    content = bytearray(plain())
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def far(reference: bytes) -> bytes:
    return in_sheet(b"</row></sheetData>", b'<c r="%s"><v>1</v></c></row></sheetData>' % reference)


def long_texts() -> bytes:
    """A text of 30,000 characters that 20,000 cells share."""
    cell = b'<row r="%d"><c r="A%d" t="s"><v>4</v></c></row>'
    body = b"".join(cell % (line, line) for line in range(3, 20_003))
    texts = part(TEXTS).replace(b"</sst>", b"<si><t>" + b"x" * 30_000 + b"</t></si></sst>")
    xml = part(SHEET).replace(b"</sheetData>", body + b"</sheetData>")
    return with_parts({SHEET: xml, TEXTS: texts})


def a_bomb() -> bytes:
    return with_parts({f"xl/media/{number}.bin": b"\0" * 30_000_000 for number in range(4)})


def nested() -> bytes:
    return with_parts({"xl/embeddings/inner.zip": a_bomb() * 8}, zipfile.ZIP_STORED)


DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TYPES = "[Content_Types].xml"

MEGABYTE = 1024 * 1024


def stuffed(pattern: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A sheet with a megabyte of the same, which no search may begin again and again."""
    body = before + pattern * (MEGABYTE // len(pattern)) + after
    return with_parts({SHEET: b"<worksheet><sheetData>" + body + b"</sheetData></worksheet>"})


def unrowed() -> bytes:
    """Cells in no row at all, all of them side by side."""
    return stuffed(b"<c/>", after=b"<c/>" * 3_000_000)


def alone(declaration: bytes) -> bytes:
    """A workbook part that says in what it is written."""
    plain_part = part("xl/workbook.xml")
    return with_parts({"xl/workbook.xml": declaration + plain_part[plain_part.index(b"?>") + 2 :]})


def columns_without_end() -> bytes:
    return "工号,姓名".encode() + b"," * 4_000_000 + b"\n1,x"


PATTERNS = {
    "merged": b"<mergeCell ",
    "merged without an end": b"<mergeCell ref=",
    "cells": b"<c ",
    "cells with places": b'<c r="A1" ',
    "places in one cell": b' r="A1"',
    "cells and spaces": b'<c r="A1">' + b" " * 500,
    "formulas": b'<c r="A1"><f',
    "shared texts": b'<c t="s"><v>0',
    "noughts": b"<v>" + b"0" * 5_000,
    "prefixes": b"<" + b"a:" * 5_000,
    "one long name": b"a",
    "equals": b" r = ",
    "opening": b"<",
}
"""What is cheap to write and was dear to search: each a megabyte of XML, a few KB to send."""
STUFFED = {"CellsMerged", "CellsComputed", "DamagedWorkbook", "TooManyColumns", "NoSheet"}
"""What such a sheet may be refused as."""

ALL = (
    Hostile("cells in no row", unrowed, errors.TooManyColumns),
    Hostile(
        "the number of a row has 5,000 digits",
        lambda: in_sheet(b'<row r="1"', b'<row r="' + b"1" * 5_000 + b'"'),
        errors.TooManyColumns,
    ),
    Hostile(
        "the number of a row begins with noughts",
        lambda: far(b"A00000000001048576"),
        errors.TooManyColumns,
    ),
    Hostile(
        "a cell far right, with spaces around the sign",
        lambda: in_sheet(b"</row></sheetData>", b'<c r = "XFD1048576"/></row></sheetData>'),
        errors.TooManyColumns,
    ),
    Hostile(
        "merged cells without a place",
        lambda: in_sheet(b"</sheetData>", b"</sheetData><mergeCells><mergeCell/></mergeCells>"),
        errors.CellsMerged,
        "“人员”的 … 是",
    ),
    Hostile(
        "another encoding, with spaces around the sign",
        lambda: alone(b'<?xml version="1.0" encoding = "cp037"?>'),
        errors.DamagedWorkbook,
    ),
    Hostile(
        "another encoding behind a mark",
        lambda: alone(b'\xef\xbb\xbf<?xml version="1.0" encoding="cp037"?>'),
        errors.DamagedWorkbook,
    ),
    Hostile(
        "another encoding far behind the beginning",
        lambda: alone(b'<?xml version="1.0"' + b" " * 300_000 + b'encoding="cp037"?>'),
        errors.DamagedWorkbook,
    ),
    Hostile(
        "millions of empty lines",
        lambda: "工号,姓名\n".encode() + b"\n" * 7_000_000,
        errors.TooManyRows,
        "50000",
        filename="a.csv",
    ),
    Hostile("nothing", lambda: b"", errors.EmptyFile),
    Hostile("spaces", lambda: b" \r\n\t", errors.EmptyFile),
    Hostile("no zip under an xlsx name", lambda: b"hello", errors.NotAWorkbook),
    Hostile(
        "a picture",
        lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        errors.NotAWorkbook,
        filename="a.csv",
    ),
    Hostile("the format before 2007", lambda: OLE, errors.OldWorkbook, filename="a.xls"),
    Hostile(
        "a password",
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
        errors.LockedWorkbook,
    ),
    Hostile("half a zip", lambda: plain()[:900], errors.DamagedWorkbook),
    Hostile("a zip of something else", lambda: zipped({"a.txt": b"a"}), errors.NotAWorkbook),
    Hostile("a binary workbook", lambda: zipped({"xl/workbook.bin": b"a"}), errors.OldWorkbook),
    Hostile("macros", lambda: with_parts({"xl/vbaProject.bin": b"a"}), errors.WorkbookHasMacros),
    Hostile(
        "macros by type alone",
        lambda: with_parts({TYPES: part(TYPES).replace(MAIN, MACROS)}),
        errors.WorkbookHasMacros,
    ),
    Hostile(
        "entities in the workbook",
        lambda: with_parts({"xl/workbook.xml": DOCTYPE + part("xl/workbook.xml")}),
        errors.WorkbookHasDeclarations,
    ),
    Hostile(
        "entities in the texts",
        lambda: with_parts({TEXTS: DOCTYPE + part(TEXTS)}),
        errors.WorkbookHasDeclarations,
    ),
    Hostile(
        "entities in a sheet, behind a page of spaces",
        lambda: with_parts({SHEET: b" " * 262_140 + DOCTYPE + part(SHEET)}),
        errors.WorkbookHasDeclarations,
    ),
    Hostile(
        "a sheet in UTF-16",
        lambda: with_parts({SHEET: part(SHEET).decode().encode("utf-16")}),
        errors.DamagedWorkbook,
    ),
    Hostile(
        "a sheet that ends in the middle",
        lambda: with_parts({SHEET: part(SHEET)[:-90]}),
        errors.DamagedWorkbook,
    ),
    Hostile("merged cells", merged, errors.CellsMerged, "“人员”的 A1:C1、A5:B6"),
    Hostile("formulas", formulas, errors.CellsComputed, "B2、B3、B4、B5、B6…"),
    Hostile("60,000 rows", lambda: rows(60_000), errors.TooManyRows, "50000"),
    Hostile("1,000,000 rows", lambda: rows(1_000_000), errors.TooManyRows, "50000"),
    Hostile("a cell far right and far below", lambda: far(b"XFD1048576"), errors.TooManyColumns),
    Hostile("a cell in the last row", lambda: far(b"A1048576"), errors.TooManyColumns),
    Hostile("a long text in every cell", long_texts, errors.UnpacksTooLarge),
    Hostile("a member larger than it says", sized_wrongly, errors.DamagedWorkbook),
    Hostile("members over one another", overlapping, errors.DamagedWorkbook),
    Hostile("a member twice", named_twice, errors.DamagedWorkbook),
    Hostile("a member under a password", locked_member, errors.LockedWorkbook),
    Hostile("a bomb", a_bomb, errors.UnpacksTooLarge),
    Hostile(
        "5,000 members",
        lambda: with_parts({f"x/{n}": b"" for n in range(5_000)}),
        errors.UnpacksTooLarge,
    ),
    Hostile(
        "other sheets",
        lambda: workbook({"甲": [["a"]], "乙": [["b"]]}),
        errors.NoSheet,
        "单位、人员",
    ),
    Hostile(
        "no headers we know",
        lambda: workbook({"人员": [["甲", "乙"], ["1", "2"]]}),
        errors.ColumnsMissing,
        "姓名",
    ),
    Hostile(
        "a column twice",
        lambda: workbook({"人员": [["工号", "学号", "姓名"]]}),
        errors.ColumnTwice,
        "学号",
    ),
    Hostile(
        "a sheet twice",
        lambda: workbook({"人员": [HEAD], "教师": [HEAD]}),
        errors.SheetTwice,
        "教师",
    ),
    Hostile(
        "text in no encoding",
        lambda: "工号,姓名\n1,甲".encode() + b"\xff\xff",
        errors.DamagedText,
        filename="a.csv",
    ),
    Hostile(
        "text without end",
        lambda: "工号,姓名\n".encode() + b"1,x\n" * 60_000,
        errors.TooManyRows,
        filename="a.csv",
    ),
    Hostile(
        "one field without end",
        lambda: '工号,姓名\n1,"'.encode() + b"x" * 1_000_000,
        errors.DamagedText,
        filename="a.csv",
    ),
)


def zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return made.getvalue()
