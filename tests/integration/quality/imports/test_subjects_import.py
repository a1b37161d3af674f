"""The sheet 主体: subjects of all kinds come in, refer to each other, and are refused by place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from engine import clock
from engine.college import units
from engine.models import Unit
from engine.people import SYSTEM
from quality import errors, kinds, subjects
from quality.imports import columns, faults, runs
from quality.imports import subjects as sheet
from quality.imports.models import RowAction
from quality.models import Subject
from quality.subjects import Wanted
from tests.workbooks import workbook

HEAD = (
    "类别",
    "代码",
    "名称",
    "单位编码",
    "负责人工号",
    "负责起",
    "上级代码",
    "学时",
    "学分",
    "适用对象",
    "试点",
)
EVERYTHING = (
    ("学生", "20260001", "", "machine", "", "", "460103-2026", "", "", "", ""),
    (
        "课程",
        "C001",
        "机械制图",
        "machine",
        "leader",
        "2026-03-01",
        "460103",
        "64",
        "3.5",
        "2026 级",
        "",
    ),
    ("专业", "460103", "数控技术", "machine", "leader", "", "machine", "", "", "2026 级", "是"),
    ("学生群体", "460103-2026", "数控技术 2026 级", "machine", "", "", "460103", "", "", "", ""),
    ("二级学院", "machine", "", "", "", "", "", "", "", "", ""),
    ("师资队伍", "machine", "", "", "", "", "machine", "", "", "", ""),
    ("教师", "T1", "", "machine", "", "", "machine", "", "", "", ""),
    ("职能部门", "academic_affairs", "教务处", "", "office", "", "", "", "", "", ""),
)
PEOPLE = (
    ("工号", "姓名", "单位编码", "岗位"),
    ("20260001", "林小满", "machine", "教师"),
    ("T1", "许佩文", "machine", "教师"),
)


def book(*rows, **more):
    return workbook({"主体": [HEAD, *rows]} | more)


def told(db):
    rows = subjects.visible(db, SYSTEM, Wanted(), limit=200).items
    return {(row.kind, row.code): row for row in rows}


def lines(db, run, action):
    return runs.lines(db, run.id, action=action, limit=200).items


def test_all_eight_kinds_come_in_from_one_workbook_with_their_people(db, bring):
    run = bring(book(*EVERYTHING, 人员=PEOPLE))
    assert run.counts["add"] == 10, lines(db, run, RowAction.ERROR)
    found = told(db)
    assert {kind for kind, _code in found} == set(kinds.KEYS)
    course = found["course", "C001"]
    assert (course.parent, course.owner, course.header) == (
        "数控技术",
        "吴允恭",
        {"hours": 64, "credits": 3.5, "applies_to": "2026 级"},
    )
    assert subjects.owners(db, course.id)[0].since == date(2026, 3, 1)
    assert found["major", "460103"].is_pilot
    assert found["major", "460103"].parent == "智能制造学院"
    assert found["teacher", "T1"].name == "许佩文"
    assert found["teacher", "T1"].parent == "智能制造学院师资队伍"
    assert found["student", "20260001"].parent == "数控技术 2026 级"
    assert found["functional_department", "academic_affairs"].owner == "李致远"
    again = bring(book(*EVERYTHING), apply=False)
    assert again.counts == again.counts | {"same": 8}


def test_only_what_differs_is_written_and_shown_with_what_it_replaces(db, bring):
    bring(book(*EVERYTHING, 人员=PEOPLE))
    course = list(EVERYTHING[1])
    course[2], course[4], course[5], course[7] = "机械制图与 CAD", "reviewer", "2026-09-01", "72"
    run = bring(book(tuple(course)), apply=False)
    (line,) = lines(db, run, RowAction.CHANGE)
    assert line.was == {"name": "机械制图", "hours": "64", "owner": "leader"}
    bring(book(tuple(course)))
    row = told(db)["course", "C001"]
    assert (row.name, row.owner, row.header["hours"]) == ("机械制图与 CAD", "周明岚", 72)
    assert [one.until for one in subjects.owners(db, row.id)] == [None, date(2026, 8, 31)]
    blank = ("课程", "C001", "", "", "", "", "", "", "", "", "否")
    assert bring(book(blank), apply=False).counts["same"] == 1


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (("社团", "S1", "社团", "machine"), "kind", sheet.UNKNOWN_KIND),
        (("课程", "", "课程", "machine"), "code", faults.MISSING),
        (("课程", "C9", "", "machine"), "name", "请填写{what}。"),
        (("课程", "C9", "课程", ""), "unit", "请填写{what}。"),
        (("课程", "C9", "课程", "nowhere"), "unit", faults.UNKNOWN_UNIT),
        (("课程", "C9", "课程", "old"), "unit", faults.UNIT_CLOSED),
        (("课程", "C9", "课程", "machine", "nobody"), "owner", faults.UNKNOWN_PERSON),
        (
            ("课程", "C9", "课程", "machine", "leader", "2199-01-01"),
            "since",
            errors.NotYet.sentence,
        ),
        (("课程", "C9", "课程", "machine", "", "", "460999"), "parent", sheet.UNKNOWN_PARENT),
        (
            ("学生群体", "G9", "群体", "machine", "", "", "C001"),
            "parent",
            errors.ParentOfAnotherKind.sentence,
        ),
        (
            ("课程", "C9", "课程", "machine", "", "", "", "许多"),
            "hours",
            errors.NotANumber.sentence,
        ),
        (
            ("课程", "C9", "课程", "machine", "", "", "", "", "3.75"),
            "credits",
            errors.NumberOutOfBounds.sentence,
        ),
        (
            ("专业", "460999", "专业", "machine", "", "", "", "64"),
            "hours",
            errors.UnknownHeaderField.sentence,
        ),
        (("二级学院", "academic_affairs"), "unit", errors.UnitOfAnotherKind.sentence),
        (("二级学院", "trade", "别的名字"), "name", sheet.OTHER_NAME),
        (("教师", "nobody", "", "machine"), "code", faults.UNKNOWN_PERSON),
        (("课程", "C0", "停用的课", "machine"), "", sheet.CLOSED),
    ],
)
def test_a_row_that_cannot_be_is_returned_with_its_reason(
    db, college, bring, row, column, sentence
):
    machine = college.units["machine"]
    old = units.create(db, "old", "旧教研室", "teaching_section", by=SYSTEM, parent=machine)
    db.execute(update(Unit).where(Unit.id == old).values(until=clock.today() - timedelta(days=1)))
    subjects.create(db, "course", "C001", "机械制图", machine, by=SYSTEM)
    closed = subjects.create(db, "course", "C0", "停用的课", machine, by=SYSTEM)
    subjects.close(db, closed, on=clock.today(), by=SYSTEM)
    before = len(told(db))
    run = bring(book(row))
    (line,) = lines(db, run, RowAction.ERROR)
    assert [(fault.column, fault.sentence) for fault in line.faults] == [(column, sentence)]
    assert len(told(db)) == before


def test_twice_in_a_file_and_round_in_a_circle_are_named(db, bring):
    run = bring(
        book(
            ("课程", "C1", "课程", "machine"),
            ("课程", "C1", "课程", "machine"),
            ("专业", "A", "甲", "machine", "", "", "B"),
            ("专业", "B", "乙", "machine", "", "", "A"),
            ("专业", "D", "丁", "machine", "", "", "E"),
            ("专业", "E", "戊", "machine"),
        )
    )
    wrong = {
        line.key: [one.sentence for one in line.faults] for line in lines(db, run, RowAction.ERROR)
    }
    assert wrong["course·C1"] == [faults.TWICE]
    assert sheet.CIRCLE in wrong["major·A"]
    assert sheet.CIRCLE in wrong["major·B"]
    assert told(db)["major", "D"].parent == "戊"


def test_a_subject_whose_parent_is_in_error_waits(db, bring):
    run = bring(
        book(
            ("专业", "460103", "", "machine"),
            ("课程", "C1", "课程", "machine", "", "", "460103"),
        )
    )
    wrong = {
        line.key: [one.sentence for one in line.faults] for line in lines(db, run, RowAction.ERROR)
    }
    assert wrong["course·C1"] == [sheet.PARENT_IN_ERROR]
    assert db.execute(select(Subject.id).where(Subject.kind == "course")).all() == []


def test_the_columns_of_heads_are_those_of_the_catalogue():
    own = {field.key for kind in kinds.every() for field in kind.own_fields}
    assert set(sheet.HEADER) == own
    assert own <= {column.key for column in columns.sheets()["subjects"].columns}
    labels = {field.key: field.label for kind in kinds.every() for field in kind.own_fields}
    for key in own:
        assert columns.sheets()["subjects"].column(key).header == labels[key]
