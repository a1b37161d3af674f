"""A template as a workbook: a row for every item, as the tables print it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Final

import xlsxwriter

from quality.kinds import Goal
from quality.spreadsheets import MEDIA_TYPE, OPTIONS, guarded

__all__ = ["MEDIA_TYPE", "workbook"]

HEADS: Final = (("目标", 28), ("标准表里的名称", 28), ("项目", 36), ("可以增加", 12))
YES: Final = "可以增加"


def workbook(goals: Iterable[Goal], *, words: Callable[[str], str] = str) -> bytes:
    """The workbook; `words` puts heads into the reader's language."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for column, (head, width) in enumerate(HEADS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, words(head), bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(_rows(goals, words), start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, guarded(text), wrapped)
    return file.getvalue()


def _rows(goals: Iterable[Goal], words: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    for goal in goals:
        head = (goal.label, goal.label_in_standard or "")
        if not goal.items:
            yield (*head, "", "")
        for item in goal.items:
            yield (*head, item.label, words(YES) if item.placeholder else "")
