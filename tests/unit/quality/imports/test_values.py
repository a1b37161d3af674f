"""Cells as people type them, and as spreadsheets spoil them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from quality import spreadsheets
from quality.imports import faults, values
from quality.imports.values import Cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (1.0, "1"),
        (20080012.0, "20080012"),
        (1.5, "1.5"),
        (True, "是"),
        (date(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1), "2026-09-01"),  # noqa: DTZ001  (a spreadsheet's days have no zone)
        (datetime(2026, 9, 1, 8, 30), "2026-09-01 08:30:00"),  # noqa: DTZ001  (the same)
        ("  张三\x00 ", "张三"),
        ("'=1+1", "=1+1"),
        ("'张三", "'张三"),
        ("x" * 5_000, "x" * values.LONGEST),
    ],
)
def test_a_cell_as_its_reader_sees_it(cell, text):
    assert values.typed(cell) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 1", "-1", "@a", "\tx", "＝1+1", "'=1", "''=1", "plain", "'plain", ""]
)
def test_what_we_write_is_no_formula_and_is_read_back(text):
    written = spreadsheets.guarded(text)
    assert not written.startswith(spreadsheets.GUARDED)
    assert values.typed(written) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01",
        "2026/9/1",
        "2026.9.1",
        "20260901",
        "2026年9月1日",
        "2026 年 9 月 1 号",
        "２０２６－０９－０１",
        "2026-09-01 00:00:00",
        "46266",
    ],
)
def test_a_day_in_many_spellings(text):
    assert values.meant(Cell.DAY, text, 40) == (date(2026, 9, 1), None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Cell.CODE, "００１２", "0012"),
        (Cell.CODE, " 0012 ", "0012"),
        (Cell.NAME, "王　伟", "王伟"),
        (Cell.NAME, "John  Smith", "John Smith"),
        (Cell.NAME, "买买提·艾力", "买买提·艾力"),
        (Cell.TEXT, "党委学工部（学生处）", "党委学工部（学生处）"),
        (Cell.UNIT_KIND, "二级学院", "college"),
        (Cell.UNIT_KIND, "class", "class"),
        (Cell.YES_NO, "√", True),
        (Cell.YES_NO, "否", False),
        (Cell.NUMBER, "12", 12),
        (Cell.EMAIL, "a@b.cn", "a@b.cn"),
        (Cell.PHONE, "0731-8888 6666转12", "0731-8888 6666转12"),
        (Cell.ID_NUMBER, "11010519491231002x", "11010519491231002X"),
        (Cell.ID_NUMBER, "G12345678", "G12345678"),
        (Cell.DAY, "  ", None),
    ],
)
def test_a_text_means(kind, text, value):
    assert values.meant(kind, text, 100) == (value, None)


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (Cell.DAY, "去年", faults.NO_DAY),
        (Cell.DAY, "2026-02-30", faults.NO_DAY),
        (Cell.DAY, "26-9-1", faults.NO_DAY),
        (Cell.DAY, "9999-01-01", faults.NO_DAY),
        (Cell.DAY, "2026年9月", faults.NO_DAY),
        (Cell.CODE, "00 12", faults.SPACES),
        (Cell.UNIT_KIND, "王国", faults.UNKNOWN_KIND),
        (Cell.YES_NO, "也许", faults.NO_YES_OR_NO),
        (Cell.NUMBER, "三", faults.NO_NUMBER),
        (Cell.EMAIL, "a@b", faults.NO_EMAIL),
        (Cell.PHONE, "没有", faults.NO_PHONE),
        (Cell.USERNAME, "张 三", faults.NO_USERNAME),
        (Cell.ID_NUMBER, "12345", faults.NO_ID_NUMBER),
        (Cell.ID_NUMBER, "110105194912310021", faults.BAD_CHECK_DIGIT),
        (Cell.ID_NUMBER, "110105194902300021", faults.BAD_BIRTHDAY),
        (Cell.ID_NUMBER, "1.10105194912310e+17", faults.LOST_DIGITS),
        (Cell.NAME, "长" * 101, faults.TOO_LONG),
        (Cell.DAY, "2026" + " " * 900 + "年", faults.TOO_LONG),
        (Cell.PHONE, "138******34", faults.COVERED),
        (Cell.EMAIL, "z***@example.edu.cn", faults.COVERED),
        (Cell.ID_NUMBER, "110*************2X", faults.COVERED),
        (Cell.NAME, "半\ud800", faults.UNREADABLE),
    ],
)
def test_a_text_that_means_nothing_says_why(kind, text, sentence):
    value, fault = values.meant(kind, text, 100)
    assert value is None
    assert fault.sentence == sentence


def test_private_values_are_shown_by_their_ends():
    assert values.masked("11010519491231002X") == "110*************2X"
    assert values.masked("zhang@example.edu.cn") == "z***@example.edu.cn"
    assert values.masked("62345678") == "***"
    for text in ("11010519491231002X", "zhang@example.edu.cn", "12345"):
        assert values.is_covered(values.masked(text))
        assert values.masked(values.masked(text)) == values.masked(text)
