"""An uploaded file as rows of the sheets that can be brought in: xlsx, or one sheet as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import python_calamine

from quality.imports import columns, guard, values
from quality.imports.cells import MOST_ABOVE, MOST_ROWS
from quality.imports.columns import Sheet
from quality.imports.errors import (
    ColumnsMissing,
    ColumnTwice,
    DamagedText,
    DamagedWorkbook,
    EmptyFile,
    NoSheet,
    NotAWorkbook,
    SheetTwice,
    TooManyRows,
)

CODES: Final = ("utf-8-sig", "gb18030")
BETWEEN: Final = (",", "\t", ";")
_NO_TEXT: Final = frozenset(b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10")
MOST_LINES: Final = MOST_ROWS * 2
"""Empty ones too: each costs time to pass over."""
WIDEST: Final = 1_000
"""How far to the right headers are looked for."""
Line = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of one sheet: line in the file and typed text by column; headers nobody knows."""

    sheet: Sheet
    lines: list[Line]
    unknown: tuple[str, ...]


def read(content: bytes, filename: str) -> list[Read]:
    """The sheets of a file, in the order in which they are applied. Raises `UnfitFile`."""
    if not content.strip():
        raise EmptyFile
    is_zipped = content.startswith((guard.ZIP, guard.OLE))
    if is_zipped or filename.casefold().endswith((".xlsx", ".xlsm", ".xls", ".xlsb")):
        found = list(_workbook(content))
    else:
        found = [_text(content)]
    order = list(columns.ready())
    return sorted(found, key=lambda one: order.index(one.sheet.key))


def _workbook(content: bytes) -> Iterator[Read]:
    chosen: dict[str, Sheet | None] = {}

    def wanted(names: list[str]) -> list[str]:
        chosen.update(_chosen(names))
        return list(chosen)

    clean = guard.checked(content, wanted)
    taken: dict[str, str] = {}
    for name, rows in _tables(clean, list(chosen)):
        found = _table(rows, name, chosen[name])
        if found is None:
            continue
        key = found.sheet.key
        if key in taken:
            raise SheetTwice(first=taken[key], second=name)
        taken[key] = name
        yield found
    if not taken:
        raise NoSheet(sheets=_names())


def _chosen(names: list[str]) -> dict[str, Sheet | None]:
    """Sheets by their names; where none has a name we know, all of them, to be told by headers."""
    known = {
        columns.plain(name): sheet for sheet in columns.ready().values() for name in _called(sheet)
    }
    named: dict[str, Sheet | None] = {
        name: known[columns.plain(name)] for name in names if columns.plain(name) in known
    }
    return named or dict.fromkeys(names[: len(columns.ready())])


def _called(sheet: Sheet) -> tuple[str, ...]:
    return (sheet.name, *sheet.aliases)


def _names() -> str:
    return "、".join(sheet.name for sheet in columns.ready().values())


def _tables(clean: bytes, names: list[str]) -> Iterator[tuple[str, Iterable[Sequence[object]]]]:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(clean))
        for name in names:
            yield name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except python_calamine.CalamineError as problem:
        raise DamagedWorkbook from problem


def _text(content: bytes) -> Read:
    text = _decoded(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    mark = max(BETWEEN, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        found = _table(rows, "CSV", None)
    except csv.Error as problem:
        raise DamagedText from problem
    if found is None:
        raise NoSheet(sheets=_names())
    return found


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes: tuple[str, ...] = ("utf-16",)
    elif _NO_TEXT.isdisjoint(content[:100_000]):
        codes = CODES
    else:
        raise NotAWorkbook
    for code in codes:
        try:
            return content.decode(code)
        except UnicodeDecodeError:
            continue
    raise DamagedText


def _table(rows: Iterable[Sequence[object]], name: str, sheet: Sheet | None) -> Read | None:
    """The rows below the headers; None where the headers are of no sheet we know."""
    place: Mapping[int, str] | None = None
    unknown: tuple[str, ...] = ()
    lines: list[Line] = []
    best: tuple[str, ...] = ()
    for line, row in enumerate(rows, start=1):
        if line > MOST_LINES or len(lines) > MOST_ROWS:
            raise TooManyRows(sheet=name, most=MOST_ROWS)
        if place is None:
            texts = tuple(map(values.typed, row[:WIDEST]))
            sheet_here = sheet or _by_headers(texts)
            if sheet_here is not None and _is_head(sheet_here, texts):
                sheet = sheet_here
                place, unknown = _places(sheet, texts, name)
            elif line > MOST_ABOVE:
                break
            best = best or tuple(text for text in texts if text)
            continue
        data = {
            key: text
            for at, key in place.items()
            if at < len(row) and (text := values.typed(row[at]))
        }
        if data:
            lines.append((line, data))
    if len(lines) > MOST_ROWS:
        raise TooManyRows(sheet=name, most=MOST_ROWS)
    if sheet is None or (place is None and not best):
        return None
    if place is None:
        raise ColumnsMissing(sheet=name, columns=_missing(sheet, ()))
    return Read(sheet, lines, unknown)


def _meaning(sheet: Sheet) -> dict[str, str]:
    """The key of a column by every header that means it."""
    return {
        columns.plain(header): column.key
        for column in sheet.columns
        for header in (*column.aliases, column.header)
    }


def _by_headers(texts: Sequence[str]) -> Sheet | None:
    """The sheet that has most of these headers, and all it must have."""
    plain = [columns.plain(text) for text in texts]
    fits = [
        (sum(text in _meaning(sheet) for text in plain), sheet)
        for sheet in columns.ready().values()
        if not _missing(sheet, [_meaning(sheet).get(text, "") for text in plain])
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _is_head(sheet: Sheet, texts: Sequence[str]) -> bool:
    """A line of headers: at least half of those that must be there."""
    keys = {_meaning(sheet).get(columns.plain(text)) for text in texts if text}
    required = {column.key for column in sheet.columns if column.is_required}
    return len(keys & required) * 2 >= len(required)


def _places(
    sheet: Sheet, texts: Sequence[str], name: str
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Where each column stands, and the headers that mean nothing here."""
    meaning, places, unknown = _meaning(sheet), dict[int, str](), list[str]()
    first: dict[str, str] = {}
    for at, text in enumerate(texts):
        key = meaning.get(columns.plain(text)) if text else None
        if key is None:
            unknown += [text[:40]] if text and text != columns.title("reasons") else []
        elif key in first:
            header = sheet.column(key).header
            raise ColumnTwice(sheet=name, column=header, first=first[key], second=text)
        else:
            first[key], places[at] = text, key
    missing = _missing(sheet, first)
    if missing:
        raise ColumnsMissing(sheet=name, columns=missing)
    return places, tuple(unknown)


def _missing(sheet: Sheet, keys: Iterable[str]) -> str:
    there = set(keys)
    return "、".join(
        column.header for column in sheet.columns if column.is_required and column.key not in there
    )
