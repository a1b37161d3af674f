"""Workbooks as people fill them: sheets of texts, figures and days, made for a test."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import python_calamine
import xlsxwriter

UNIT_HEAD = ("编码", "名称", "类别", "上级编码")
PERSON_HEAD = ("工号", "姓名", "单位编码", "岗位", "起")
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "明远若水思齐致和文博雅琴建国晓东海燕志强美玲俊杰丽华国平春生秋实"


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook with these sheets, each a list of lines; days are days, the rest as it is."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, lines in sheets.items():
            page = book.add_worksheet(name)
            for number, line in enumerate(lines):
                for at, cell in enumerate(line):
                    if isinstance(cell, date):
                        page.write_datetime(number, at, cell, day)
                    elif cell != "":
                        page.write(number, at, cell)
    return made.getvalue()


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    """The lines of each sheet of a workbook."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def name(number: int) -> str:
    """A name for a person, the same for the same number."""
    family, rest = FAMILY[number % len(FAMILY)], number // len(FAMILY)
    return family + GIVEN[rest % len(GIVEN)] + GIVEN[(rest // len(GIVEN) + number) % len(GIVEN)]


def units(count: int) -> list[list[object]]:
    """A school's colleges and their sections, `count` units below one that is there: `school`."""
    lines: list[list[object]] = [list(UNIT_HEAD)]
    college = ""
    for number in range(count):
        if number % 8 == 0:
            college = f"c{number:03}"
            lines.append([college, f"第{number}学院", "二级学院", "school"])
        else:
            lines.append([f"s{number:03}", f"第{number}教研室", "教研室", college])
    return lines


def people(count: int, places: Iterable[object], post: str = "教师") -> list[list[object]]:
    """`count` people, in turn in these units."""
    codes = list(places)
    since = date(2020, 9, 1)
    return [
        list(PERSON_HEAD),
        *(
            [f"T{number:05}", name(number), codes[number % len(codes)], post, since]
            for number in range(count)
        ),
    ]
