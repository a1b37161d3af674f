"""What people wrote is never a formula in a file we hand out, and comes back as they wrote it."""

from __future__ import annotations

import ast
import io
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from flask import Flask
from flask_babel import Babel

from quality import spreadsheets
from quality.evidence import exported
from quality.evidence.listed import EvidenceRow
from quality.imports import values
from quality.printing.shelf import Note
from web.printing import index_book

ROOT = Path(spreadsheets.__file__).parents[1]
EVIL = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example","点我")',
    "+86 23 1234",
    "-1+1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    "''=1+1",
]
PLAIN = ["", "20080012", "'引文'", "a=b", "1-1", " =1", "王芳", "<f>1+1</f>", "https://x.example"]


@pytest.mark.parametrize("text", EVIL)
def test_what_a_spreadsheet_would_compute_is_marked_as_text(text):
    written = spreadsheets.guarded(text)
    assert written.startswith("'")
    assert not written.startswith(spreadsheets.GUARDED)
    assert spreadsheets.plain(written) == text


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text_stays_as_it_is(text):
    assert spreadsheets.guarded(text) == text == spreadsheets.plain(text)


@pytest.mark.parametrize("number", ["=1+1", "@20080012", "-20080012", "'=1+1"])
def test_a_staff_number_comes_back_as_it_was(number):
    assert values.typed(spreadsheets.guarded(number)) == number


def cells(book):
    """The texts of a workbook, in which there is no formula and no link."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        for name in parts.namelist():
            found = parts.read(name).decode()
            assert not re.search(r"<(f|hyperlink|externalLink|oleObject|ddeLink)[ >/]", found), name
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    return [str(cell) for row in sheet.to_python() for cell in row]


def test_the_index_of_a_print_batch_computes_nothing():
    app = Flask(__name__)
    Babel(app, default_locale="zh")
    notes = [Note(1, text, text, text, 1, text, text) for text in EVIL]
    with app.test_request_context():
        found = cells(index_book.written(notes))
    assert not [one for one in found if one.startswith(spreadsheets.GUARDED)]
    assert found.count("'=1+1") >= 5


def test_the_list_of_evidence_computes_nothing():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, spreadsheets.OPTIONS) as book:
        sheet, day = book.add_worksheet(), book.add_format()
        for line, text in enumerate(EVIL):
            row = EvidenceRow(
                id=1, name=text, note=text, owner_id=1, owner=text, unit_id=1, unit=text,
                subject_id=1, subject=text, number=1, filename=text, media_type="text/plain",
                size=1, sha256=text, uploaded_at=datetime(2026, 1, 1, tzinfo=UTC),
                expires_on=date(2026, 1, 1), is_active=True, cases=0)  # fmt: skip
            told = exported._cells(row, str, text)
            exported._write(sheet, line, told, day)
    found = cells(made.getvalue())
    assert not [one for one in found if one.startswith(spreadsheets.GUARDED)]
    assert found.count("'=1+1") >= 8


def calls(tree):
    return [one for one in ast.walk(tree) if isinstance(one, ast.Call)]


@pytest.mark.parametrize(
    "path",
    [
        path
        for package in ("engine", "quality", "web")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "bench" not in path.parts and "node_modules" not in path.parts
        and re.search(r"xlsxwriter|csv\.(writer|DictWriter)|openpyxl", path.read_text("utf-8"))
    ],
    ids=lambda path: path.stem,
)  # fmt: skip
def test_whoever_writes_a_workbook_writes_it_guarded(path):
    text = path.read_text("utf-8")
    opened = [one for one in calls(ast.parse(text)) if ast.unparse(one.func).endswith(".Workbook")]
    assert all("OPTIONS" in ast.unparse(one.args[1]) for one in opened), path
    assert "guarded(" in text, path
