"""What is private in an import: how long it is kept whole, and what becomes of it then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from engine import clock, jobs
from engine.db import begin_writing
from engine.models import Job, JobStatus, User
from quality.imports import covering, faults, runs, written
from quality.imports.models import Import, ImportRow, ImportStatus, RowAction
from tests import workbooks
from tests.workbooks import workbook

HEAD = ["工号", "姓名", "电话", "身份证号", "邮箱", "单位编码", "岗位"]
PHONE, NUMBER, MAIL = "13800001234", "11010519491231002X", "zhang@example.edu.cn"
ENDS = {"phone": "138******34", "id_number": "110*************2X", "email": "z***@example.edu.cn"}


def wrong(count: int) -> bytes:
    """People in a unit that is not there; the ids are wrong too, so that none is twice."""
    lines = [[f"1{n:03}", "甲一", PHONE, "", MAIL, "nowhere", "教师"] for n in range(count)]
    lines[0][3] = NUMBER
    return workbook({"人员": [HEAD, *lines]})


def said(fault: faults.Fault) -> str:
    return fault.sentence.format(**fault.values)


@pytest.fixture
def pass_days(db, sessions):
    """Let so many days go by, and have done what was due by then."""

    def passed(days: float) -> None:
        db.commit()
        with clock.freeze(clock.now() + timedelta(days=days)):
            while jobs.run_due(sessions, "test"):
                pass
        begin_writing(db)
        assert db.execute(select(Job.last_error).where(Job.last_error.is_not(None))).all() == []

    return passed


def data(db, run) -> list[dict[str, str]]:
    page = runs.lines(db, run.id, action=RowAction.ERROR, limit=200)
    return [dict(line.data) for line in page.items]


def test_rows_in_error_are_kept_whole_for_thirty_days_and_no_longer(db, bring, pass_days):
    run = bring(wrong(covering.CHUNK + 20))
    pass_days(29)
    assert data(db, run)[0]["phone"] == PHONE
    pass_days(31)
    first, *others = data(db, run)
    assert first == first | ENDS
    assert {other["phone"] for other in others} == {ENDS["phone"]}
    whole = select(func.count()).where(ImportRow.data.contains(PHONE))
    assert db.execute(whole).scalar_one() == 0
    assert runs.private(db, run.id) == []


def test_what_a_reason_quotes_is_forgotten_with_the_cell(db, bring, pass_days):
    text = "my number is 13800001234"
    run = bring(workbook({"人员": [["工号", "姓名", "电话"], ["1001", "甲一", text]]}))
    pass_days(31)
    row = db.execute(select(ImportRow).where(ImportRow.import_id == run.id)).scalar_one()
    assert "13800001234" not in row.data + row.reasons
    assert row.action == RowAction.ERROR


def test_covered_cells_come_back_blank_and_change_nothing(db, bring, pass_days):
    bring(workbook({"人员": [HEAD[:5], ["1000", "甲一", PHONE, NUMBER, MAIL]]}))
    run = bring(wrong(1))
    pass_days(31)
    (returned,) = workbooks.sheets(written.mistakes(db, run.id, said)).values()
    row = dict(zip(returned[0], returned[1], strict=True))
    assert [row[header] for header in ("电话", "身份证号", "邮箱")] == ["", "", ""]
    again = bring(workbook({"人员": [returned[0][:5], returned[1][:5]]}))
    assert "change" not in again.counts
    person = db.execute(select(User).where(User.number == "1000")).scalar_one()
    assert (person.phone, person.id_number, person.email) == (PHONE, NUMBER, MAIL)


def test_ends_copied_from_a_page_never_take_the_place_of_the_whole(db, bring):
    bring(workbook({"人员": [HEAD[:3], ["1000", "甲一", PHONE]]}))
    run = bring(workbook({"人员": [HEAD[:3], ["1000", "甲一", ENDS["phone"]]]}))
    (line,) = runs.lines(db, run.id, action=RowAction.ERROR).items
    assert line.faults[0].sentence == faults.COVERED
    assert db.execute(select(User.phone).where(User.number == "1000")).scalar_one() == PHONE


def test_an_upload_that_nobody_decides_is_given_up_with_its_rows(db, bring, pass_days):
    run = bring(wrong(3), apply=False)
    pass_days(31)
    kept = select(func.count()).where(ImportRow.import_id == run.id)
    assert db.execute(kept).scalar_one() == 0
    status = db.execute(select(Import.status).where(Import.id == run.id)).scalar_one()
    assert status == ImportStatus.DROPPED


def test_an_import_that_is_just_being_written_is_asked_again_a_day_later(db, bring, pass_days):
    run = bring(wrong(3), apply=False)
    writing = update(Import).where(Import.id == run.id)
    db.execute(writing.values(status=ImportStatus.APPLYING))
    pass_days(31)
    assert data(db, run)[0]["phone"] == PHONE
    waiting = select(Job.topic).where(Job.status == JobStatus.WAITING)
    assert db.execute(waiting).scalars().all() == [covering.TOPIC]
    db.execute(writing.values(status=ImportStatus.DONE))
    pass_days(33)
    assert data(db, run)[0]["phone"] == ENDS["phone"]


def test_an_import_that_is_gone_by_then_is_no_failure(db, bring, admin, pass_days):
    run = bring(wrong(1), apply=False)
    runs.drop(db, run.id, by=admin)
    pass_days(31)
    assert covering.work(db, "999999") is False
    assert runs.one(db, admin, run.id).status is ImportStatus.DROPPED
