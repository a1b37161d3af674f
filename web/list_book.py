"""A list as a workbook: above it what it is, its filter, and when it was made; no cell computes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import xlsxwriter
from flask_babel import gettext

from engine import clock
from quality.spreadsheets import OPTIONS, guarded
from web.i18n import stamp

MOST_ROWS: Final = 10_000
HEAD: Final = 4
"""The line of the heads: the filter stands above it."""
Cell = str | int | datetime


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is called, and how wide it is."""

    head: str
    width: int


def written(
    name: str,
    title: str,
    narrowed: Iterable[str],
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
) -> bytes:
    """The rows as far as a workbook goes; one more than that says that there are more."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        page, bold = book.add_worksheet(name), book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for line, text in enumerate((title, *_above(narrowed, len(rows)))):
            page.write_string(line, 0, guarded(text))
        for at, column in enumerate(columns):
            page.set_column(at, at, column.width)
            page.write_string(HEAD, at, column.head, bold)
        page.freeze_panes(HEAD + 1, 1)
        for line, cells in enumerate(rows[:MOST_ROWS], start=HEAD + 1):
            _write(page, line, cells, moment)
    return made.getvalue()


def _above(narrowed: Iterable[str], count: int) -> tuple[str, str]:
    told = gettext("共 %(count)s 行", count=count)
    if count > MOST_ROWS:
        told = gettext("只列出前 %(count)s 行，请缩小筛选再导出。", count=MOST_ROWS)
    words = gettext("、").join(narrowed) or gettext("全部")
    return (
        gettext("筛选：%(filter)s", filter=words),
        gettext("%(when)s 导出，%(count)s", when=stamp(clock.now()), count=told),
    )


def _write(page: Any, line: int, cells: Sequence[Cell], moment: Any) -> None:
    for at, cell in enumerate(cells):
        if isinstance(cell, datetime):
            local = cell.astimezone(clock.zone()).replace(tzinfo=None)
            page.write_datetime(line, at, local, moment)
        elif isinstance(cell, int):
            page.write_number(line, at, cell)
        else:
            page.write_string(line, at, guarded(cell))
