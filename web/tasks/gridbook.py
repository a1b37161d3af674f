"""A grid as a workbook of its own shape: written for a person, and read back cell by cell.

The first column, hidden, has the identity of each row. What a step may not write is grey and
locked; choices are offered; nothing that people wrote can be taken for a formula. A cell that
cannot be taken is told with its place, and what stood there stays.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

import python_calamine
import xlsxwriter
from flask_babel import gettext
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from engine.forms import cell_text, limits, rows, texts, values
from engine.forms.drawn import FieldView, GridView, RowView
from engine.forms.model import Grid, Kind
from engine.sentence import Sentence
from quality.imports import guard
from quality.imports.errors import DamagedWorkbook, EmptyFile, UnfitFile
from quality.spreadsheets import OPTIONS, guarded, plain

MOST_BYTES: Final = 4 * 1024 * 1024
ID: Final = "id"
WIDTHS: Final = {Kind.NUMBER: 10, Kind.SELECT: 22, Kind.DATETIME: 14}
WIDTH: Final = 32
LEVEL: Final = 20
MOST_CHOICES: Final = 200


class NotThisGrid(UnfitFile):
    """A workbook of something else."""

    sentence = "这不是“{grid}”的表格：请先下载这张表，在里面填写，再传上来。"


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that was not taken: where in the workbook, which row and column, why."""

    place: str
    row: str
    column: str
    text: str
    why: Sentence


@dataclass
class Taken:
    """What a workbook brings: the grid's rows as they are then, how many cells, and what not."""

    rows: list[dict[str, Any]]
    count: int = 0
    added: int = 0
    bad: list[Bad] = field(default_factory=list)


def written(grid: GridView) -> bytes:
    """The workbook of a grid as its reader sees it."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        page, choices = book.add_worksheet(_name(grid.label)), book.add_worksheet("choices")
        choices.hide()
        base = {"num_format": "@", "text_wrap": True, "valign": "top", "border": 1}
        looks = {
            (is_open, is_number): book.add_format(
                base
                | ({"num_format": "General"} if is_number else {})
                | ({"locked": False} if is_open else {"bg_color": "#EEF1F5", "color": "#475467"})
            )
            for is_open in (True, False)
            for is_number in (True, False)
        }
        openly, locked = looks[True, False], looks[False, False]
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
        page.protect("", {"format_cells": True, "format_columns": True, "format_rows": True})
        page.freeze_panes(1, len(grid.levels) + 1)
        page.set_column(0, 0, LEVEL, None, {"hidden": True})
        page.set_column(1, len(grid.levels), LEVEL)
        page.write_row(0, 0, [ID, *map(guarded, _heads(grid))], head)
        first = len(grid.levels) + 1
        every = [(goal, row) for goal in grid.goals for row in goal.rows]
        rows = [row for _goal, row in every]
        for at, column in enumerate(grid.columns):
            page.set_column(first + at, first + at, WIDTHS.get(column.kind, WIDTH))
            some = next((row.cell(at) for row in [*rows, grid.blank] if row), None)
            _offered(page, choices, first + at, at, some, grid.max_rows)
        for line, (goal, row) in enumerate(every, 1):
            names = [goal.label, row.label] if grid.nested else [row.label]
            page.write_string(line, 0, row.id, locked)
            for at, name in enumerate(names, 1):
                mine = openly if row.renamable and at == len(names) else locked
                page.write_string(line, at, guarded(name), mine)
            for at, cell in enumerate(row.cells):
                _write(page, (line, first + at), cell, looks)
        if grid.may_add:
            line = len(every) + 1
            for spare in range(line, min(grid.max_rows, line + 50) + 1):
                for at in range(1, first):
                    page.write_blank(spare, at, None, openly)
                for at, column in enumerate(grid.columns):
                    look = looks[column.editable, column.kind is Kind.NUMBER]
                    page.write_blank(spare, first + at, None, look)
    return made.getvalue()


def _heads(grid: GridView) -> list[str]:
    return [*grid.levels, *(column.label for column in grid.columns)]


def _name(label: str) -> str:
    """The name of a sheet: no signs that workbooks forbid there, not too long."""
    return re.sub(r"[\[\]:*?/\\']", " ", label).strip()[:31] or "1"


def _write(
    page: Any, place: tuple[int, int], cell: FieldView, looks: Mapping[tuple[bool, bool], Any]
) -> None:
    """A number as a number, however it was typed, so that a spreadsheet can add it up."""
    look = looks[_is_open(cell), cell.kind is Kind.NUMBER]
    number = values.number(cell.value) if cell.kind is Kind.NUMBER else None
    if number is not None:
        page.write_number(*place, number, look)
    else:
        page.write_string(*place, guarded(cell.text), look)


def _is_open(cell: FieldView) -> bool:
    return cell.editable and cell.kind is not Kind.EVIDENCE


def _says(cell: FieldView, text: str) -> bool:
    """Whether this is what the cell holds already; a number may be written otherwise."""
    if text == cell.text.strip():
        return True
    number = values.number(text) if cell.kind is Kind.NUMBER else None
    return number is not None and number == values.number(cell.value)


def _offered(
    page: Any, choices: Any, place: int, at: int, cell: FieldView | None, most: int
) -> None:
    """What can be chosen in a column, offered in its cells."""
    if cell is None or not cell.editable or cell.kind not in (Kind.SELECT, Kind.RADIO):
        return
    words = [guarded(option.label) for option in cell.options if option.value][:MOST_CHOICES]
    if not words:
        return
    choices.write_column(0, at, words)
    letters = xl_col_to_name(at)
    source = f"=choices!${letters}$1:${letters}${len(words)}"
    told = {"validate": "list", "source": source, "error_type": "warning"}
    page.data_validation(1, place, most, place, told)


def taken(
    content: bytes, grid: GridView, model: Grid, stands: Sequence[Mapping[str, Any]]
) -> Taken:
    """What a workbook brings into the rows as they stand. Raises `UnfitFile`."""
    if not content:
        raise EmptyFile
    if not content.startswith((guard.ZIP, guard.OLE)) or len(content) > MOST_BYTES:
        raise NotThisGrid(grid=grid.label)
    table = _table(content)
    heads = [_text(value) for value in table[0]] if table else []
    if not heads or heads[0] != ID:
        raise NotThisGrid(grid=grid.label)
    reading = _Reading(grid, model, heads, Taken([dict(row) for row in stands]))
    for line, cells in enumerate(table[1 : grid.max_rows * 2 + 1], 1):
        reading.line(line, cells)
    return reading.taken


def _table(content: bytes) -> list[list[Any]]:
    chosen: list[str] = []

    def wanted(names: list[str]) -> list[str]:
        chosen.extend(names[:1])
        return chosen

    clean = guard.checked(content, wanted)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(clean))
        found: list[list[Any]] = book.get_sheet_by_name(chosen[0]).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError) as problem:
        raise DamagedWorkbook from problem
    return found


def _text(value: object) -> str:
    """What stands in a cell, as the person who typed it reads it."""
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        is_day = value.time() == time.min
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return (
            value.isoformat()[: len("2026-11-22")] if isinstance(value, date) else f"{value:%H:%M}"
        )
    return plain(texts.clean(str(value))).strip() if value is not None else ""


class _Reading:
    """One workbook being read, line by line."""

    def __init__(self, grid: GridView, model: Grid, heads: list[str], taken: Taken) -> None:
        self.grid, self.model, self.taken = grid, model, taken
        self.views = {row.id: (goal, row) for goal in grid.goals for row in goal.rows}
        self.known = {row["id"]: row for row in taken.rows}
        self.places = {head: at for at, head in reversed(list(enumerate(heads)))}
        self.seen: set[str] = set()
        if not any(column.label in self.places for column in grid.columns):
            raise NotThisGrid(grid=grid.label)

    def line(self, line: int, cells: Sequence[Any]) -> None:
        said = [_text(value) for value in cells]
        row_id, at_label = said[0], self.places.get(self.grid.levels[-1])
        label = said[at_label] if at_label is not None else ""
        if not any(said):
            return
        if not row_id:
            self._own(line, said, label)
        elif row_id not in self.views or row_id not in self.known:
            self._bad(line, 0, label, "", said[0], Sentence("表里没有这一行，请不要改隐藏的编号。"))
        elif row_id in self.seen:
            self._bad(line, 0, label, "", said[0], Sentence("这一行在表格里有两次，只取了前一行。"))
        else:
            self.seen.add(row_id)
            _goal, view = self.views[row_id]
            row = self.known[row_id]
            if at_label is not None and label and label != view.label:
                self._named(line, at_label, view, row, label)
            self._cells(line, said, view, row)

    def _named(self, line: int, at: int, view: RowView, row: dict[str, Any], label: str) -> None:
        if not view.renamable:
            why = Sentence("模板里的名称不能改，可以另加一行。")
        elif len(label) > limits.MAX_LABEL:
            why = Sentence(
                "最多 {max} 个字，现在有 {count} 个。", max=limits.MAX_LABEL, count=len(label)
            )
        else:
            row["label"] = label.replace("\n", " ")
            self.taken.count += 1
            return
        self._bad(line, at, view.label, self.grid.levels[-1], label, why)

    def _own(self, line: int, said: list[str], label: str) -> None:
        """A line without identity: a row of one's own, under the goal that is named."""
        blank, goal = self.grid.blank, ""
        if blank is None or len(self.taken.rows) >= self.grid.max_rows:
            self._bad(line, 0, label, "", label, Sentence("这张表不能增加自己的行。"))
            return
        row: dict[str, Any] = {"id": rows.own_id(), "label": label[: limits.MAX_LABEL]}
        if self.grid.nested:
            at = self.places.get(self.grid.levels[0], 0)
            named = [one.id for one in self.grid.goals if one.label == said[at]]
            if not named:
                why = Sentence("新增的行要写上表里已有的目标。")
                self._bad(line, at, label, self.grid.levels[0], said[at], why)
                return
            goal = row["goal"] = named[0]
        self._cells(line, said, blank, row)
        self.taken.added += 1
        under = [at for at, one in enumerate(self.taken.rows) if rows.goal_of(one) == goal]
        self.taken.rows.insert(under[-1] + 1 if goal and under else len(self.taken.rows), row)

    def _cells(self, line: int, said: list[str], view: RowView, row: dict[str, Any]) -> None:
        for column, cell in zip(self.grid.columns, view.cells, strict=True):
            at = self.places.get(column.label)
            if at is None or at >= len(said) or _says(cell, said[at]):
                continue
            if not _is_open(cell):
                continue
            try:
                part = self.model.by_key[column.key]
                row[column.key] = cell_text.value(part, said[at], cell.options)
                self.taken.count += 1
            except cell_text.CannotRead as error:
                self._bad(line, at, view.label, column.label, said[at], error.why)

    def _bad(self, line: int, at: int, row: str, column: str, text: str, why: Sentence) -> None:
        place = xl_rowcol_to_cell(line, at)
        self.taken.bad.append(Bad(place, row, column, text[:100], why))


def filename(grid: GridView, title: str) -> str:
    """What the workbook is called."""
    return gettext("%(title)s·%(grid)s.xlsx", title=title, grid=grid.label)
