"""The index of a batch: which documents it holds, and which could not be printed and why."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import xlsxwriter
from flask_babel import gettext

from quality.printing.shelf import Note
from quality.spreadsheets import OPTIONS, guarded

WIDTHS: Final = (6, 48, 14, 24, 8, 56, 40)


def written(notes: Sequence[Note]) -> bytes:
    """A workbook with a line for each document; no cell of it can be taken for a formula."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        page = book.add_worksheet(gettext("目录"))
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
        for at, (width, head) in enumerate(zip(WIDTHS, _heads(), strict=True)):
            page.set_column(at, at, width, wrapped)
            page.write_string(0, at, head, bold)
        page.freeze_panes(1, 0)
        for line, note in enumerate(notes, start=1):
            page.write_number(line, 0, note.number)
            texts = (note.title, note.kind, note.unit, str(note.version or ""), note.file)
            for at, text in enumerate((*texts, note.problem), start=1):
                page.write_string(line, at, guarded(text))
    return made.getvalue()


def _heads() -> tuple[str, ...]:
    return (
        gettext("序号"),
        gettext("文档"),
        gettext("类别"),
        gettext("单位"),
        gettext("第几版"),
        gettext("文件"),
        gettext("没有打印的原因"),
    )
