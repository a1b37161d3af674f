"""The workbooks we write: the template to fill in, and the rows in error to mend.

No cell of them can be taken for a formula; columns are text, so that leading zeros stay.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.college import kinds
from quality.imports import columns, rows, runs, there, values
from quality.imports.cells import MOST_ROWS
from quality.imports.columns import Sheet
from quality.imports.faults import Fault
from quality.imports.models import RowAction
from quality.imports.values import Cell
from quality.kinds import every as every_kind
from quality.spreadsheets import OPTIONS, guarded

WIDTH: Final = 18
WIDE: Final = 60
STAR: Final = " *"


def template(db: Session, sheets: Sequence[Sheet]) -> bytes:
    """A workbook to fill in: a sheet each, what to choose from, how it is filled, an example."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        choices = {
            Cell.UNIT_KIND: ("kinds", [kind.label for kind in kinds.UNIT_KINDS.values()]),
            Cell.POST: ("posts", list(there.posts(db).names)),
            Cell.YES_NO: ("yes_no", [values.yes_or_no(one) for one in (True, False)]),
            Cell.CHOICE: ("subject_kinds", [kind.short for kind in every_kind()]),
        }
        ranges = {
            kind: f"={columns.title('choices')}!${chr(65 + at)}$2:${chr(65 + at)}${len(words) + 1}"
            for at, (kind, (_title, words)) in enumerate(choices.items())
            if words
        }
        for sheet in sheets:
            page = _headed(book, sheet, sheet.name)
            for at, column in enumerate(sheet.columns):
                if column.kind in ranges:
                    listed = {"validate": "list", "source": ranges[column.kind]}
                    page.data_validation(1, at, MOST_ROWS, at, listed)
        _explained(book, sheets)
        page = book.add_worksheet(columns.title("choices"))
        for at, (title, words) in enumerate(choices.values()):
            page.write_column(0, at, [columns.title(title), *map(guarded, words)])
    return made.getvalue()


def _headed(book: Any, sheet: Sheet, name: str) -> Any:
    """A sheet with its headers, each with a note; everything below is text."""
    page = book.add_worksheet(name)
    plain, must = (
        book.add_format({"bold": True}),
        book.add_format({"bold": True, "color": "#B42318"}),
    )
    page.set_column(0, len(sheet.columns) - 1, WIDTH, book.add_format({"num_format": "@"}))
    page.freeze_panes(1, 0)
    for at, column in enumerate(sheet.columns):
        star = STAR if column.is_required else ""
        page.write_string(0, at, column.header + star, must if column.is_required else plain)
        if column.help:
            page.write_comment(0, at, column.help, {"x_scale": 2})
    return page


def _explained(book: Any, sheets: Sequence[Sheet]) -> None:
    """How each column is filled, and some rows that are."""
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(columns.title("notes"))
    page.set_column(0, 1, WIDTH)
    page.set_column(2, 2, WIDE)
    notes = columns.notes()
    page.write_column(0, 0, notes)
    line = len(notes) + 1
    for sheet in sheets:
        titles = [sheet.name, columns.title("required"), columns.title("help")]
        page.write_row(line, 0, titles, bold)
        for place, column in enumerate(sheet.columns, start=1):
            star = STAR.strip() if column.is_required else ""
            page.write_row(line + place, 0, [column.header, star, column.help])
        line += len(sheet.columns) + 2
    _shown(book.add_worksheet(columns.title("examples")), sheets, bold)


def _shown(page: Any, sheets: Sequence[Sheet], bold: Any) -> None:
    page.set_column(0, max((len(sheet.columns) for sheet in sheets), default=0), WIDTH)
    line = 0
    for sheet in sheets:
        page.write_string(line, 0, sheet.name, bold)
        page.write_row(line + 1, 0, [column.header for column in sheet.columns], bold)
        for place, example in enumerate(sheet.examples, start=2):
            texts = [example.get(column.key, "") for column in sheet.columns]
            page.write_row(line + place, 0, texts)
        line += len(sheet.examples) + 3


def mistakes(db: Session, import_id: int, said: Callable[[Fault], str]) -> bytes:
    """The rows in error, in the shape they came in, with a column that says why."""
    table = rows.TABLE
    wanted = (
        select(table)
        .where(table.c.import_id == import_id, table.c.action == RowAction.ERROR)
        .order_by(table.c.line, table.c.number)
    )
    found: dict[str, list[runs.Line]] = {}
    for row in db.execute(wanted):
        found.setdefault(row.sheet, []).append(runs.line(row))
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        for key, sheet in columns.sheets().items():
            if key in found:
                _listed(book, sheet, found[key], said)
        if not found:
            book.add_worksheet()
    return made.getvalue()


def _listed(
    book: Any, sheet: Sheet, lines: Iterable[runs.Line], said: Callable[[Fault], str]
) -> None:
    page, last = _headed(book, sheet, sheet.name), len(sheet.columns)
    page.set_column(last, last, WIDE, book.add_format({"text_wrap": True}))
    page.write_string(0, last, columns.title("reasons"), book.add_format({"bold": True}))
    bad = book.add_format({"num_format": "@", "bg_color": "#FDE7E4"})
    for number, line in enumerate(lines, start=1):
        wrong = {fault.column for fault in line.faults}
        for at, column in enumerate(sheet.columns):
            text = guarded(line.data.get(column.key, ""))
            if column.is_sensitive and values.is_covered(text):
                text = ""  # its time is over; blank, it changes nothing
            if column.key in wrong:
                page.write_string(number, at, text, bad)
            elif text:
                page.write_string(number, at, text)
        page.write_string(number, last, guarded(reasons(sheet.headers, line.faults, said)))


def reasons(
    headers: Mapping[str, str], found: Iterable[Fault], said: Callable[[Fault], str]
) -> str:
    """Why a row is in error, each reason after the header of its column, one a line."""
    return "\n".join(
        f"{headers[fault.column]}: {said(fault)}" if fault.column in headers else said(fault)
        for fault in found
    )
