"""A list of evidence as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

import xlsxwriter
from sqlalchemy.orm import Session

from engine import clock
from engine.people import Actor
from quality.evidence import listed
from quality.evidence.listed import EvidenceRow, Wanted
from quality.pages import MOST
from quality.spreadsheets import OPTIONS, guarded

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 10_000
HEADERS: Final = (
    ("编号", 8),
    ("名称", 40),
    ("说明", 40),
    ("主体", 24),
    ("单位", 20),
    ("上传人", 12),
    ("类型", 10),
    ("文件名", 40),
    ("字节", 12),
    ("第几版", 8),
    ("上传日期", 12),
    ("有效期至", 12),
    ("状态", 10),
    ("引用次数", 10),
    ("SHA-256", 68),
)


def workbook(
    db: Session,
    person: Actor,
    wanted: Wanted,
    *,
    words: Callable[[str], str],
    family: Callable[[EvidenceRow], str],
) -> bytes:
    """The list as far as a workbook takes it; what people wrote is text, never a formula."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, OPTIONS)
    sheet = book.add_worksheet(words("佐证材料"))
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for at, (header, width) in enumerate(HEADERS):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, words(header), bold)
    sheet.freeze_panes(1, 2)
    after, line = None, 0
    while line < MOST_ROWS:
        page = listed.listed(db, person, wanted, after=after, limit=MOST)
        for row in page.items:
            line += 1
            _write(sheet, line, _cells(row, words, family(row)), day)
        if page.next is None:
            break
        after = page.next
    book.close()
    return file.getvalue()


def _cells(row: EvidenceRow, words: Callable[[str], str], family: str) -> Sequence[object]:
    state = "已停用" if not row.is_active else "已过期" if row.is_expired else "在用"
    return (
        row.id,
        row.name,
        row.note,
        row.subject,
        row.unit,
        row.owner,
        family,
        row.filename,
        row.size,
        row.number,
        row.uploaded_at.astimezone(clock.zone()).date(),
        row.expires_on,
        words(state),
        row.cases,
        row.sha256,
    )


def _write(sheet: Any, line: int, cells: Sequence[object], day: Any) -> None:
    for at, value in enumerate(cells):
        if isinstance(value, date):
            sheet.write_datetime(line, at, value, day)
        elif isinstance(value, int):
            sheet.write_number(line, at, value)
        elif value:
            sheet.write_string(line, at, guarded(str(value)))
