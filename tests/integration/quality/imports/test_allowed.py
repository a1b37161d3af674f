"""What a list may not do for whoever brings it: their own posts, the doors of those who watch."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine import people, roles
from engine.college import persons
from engine.college.errors import WatcherNotChanged
from engine.db import begin_writing
from engine.models import Holding, Role, User
from engine.people import SYSTEM
from quality.imports import runs
from quality.imports.models import RowAction
from tests.workbooks import workbook

PEOPLE = ["工号", "姓名", "账号", "邮箱", "电话", "校外人员", "单位编码", "岗位"]
OWN = roles.NotYourOwnRights.sentence


@pytest.fixture
def mine(db, admin):
    """The person's administrator has a number; so has the security administrator."""
    persons.change(db, admin.id, by=SYSTEM, number="1001")
    watcher = persons.create(db, "watcher", "卫一", by=SYSTEM, number="1002", email="w@a.cn")
    roles.give(db, watcher, Role.SECURITY_ADMIN, by=SYSTEM)
    db.commit()
    begin_writing(db)
    return people.actor(db, admin.id)


@pytest.fixture
def held(db, mine):
    """How many posts the administrator holds or held."""

    def count() -> int:
        wanted = select(func.count()).select_from(Holding).where(Holding.user_id == mine.id)
        return db.execute(wanted).scalar_one()

    return count


def name_of(db, person) -> str:
    return db.execute(select(User.name).where(User.id == person.id)).scalar_one()


def wrong(db, run) -> list[tuple[str, str]]:
    found = runs.lines(db, run.id, action=RowAction.ERROR).items
    return [(fault.column, fault.sentence) for line in found for fault in line.faults]


def test_nobody_gives_themselves_a_post_with_a_list(db, bring, mine, held):
    before, name = held(), name_of(db, mine)
    sheets = {
        "人员": [PEOPLE, ["1001", name, "", "", "", "", "machine", "教师"]],
        "任职": [["工号", "岗位", "单位编码"], ["1001", "教师", "academic_affairs"]],
    }
    run = bring(workbook(sheets), apply=False, by=mine)
    assert run.counts == {"error": 2}
    assert wrong(db, run) == [("post", OWN), ("post", OWN)]
    assert bring(workbook(sheets), by=mine).counts == {"error": 2}
    assert held() == before


def test_nobody_says_of_themselves_whether_they_are_from_outside(db, bring, mine):
    line = ["1001", name_of(db, mine), "", "", "", "是", "", ""]
    run = bring(workbook({"人员": [PEOPLE, line]}), by=mine)
    assert wrong(db, run) == [("is_external", OWN)]
    assert db.execute(select(User.is_external).where(User.id == mine.id)).scalar_one() is False


def test_the_doors_of_who_watches_stay_as_they_are(db, bring, mine):
    line = ["1002", "卫一", "other", "thief@a.cn", "13800001234", "", "", ""]
    run = bring(workbook({"人员": [PEOPLE, line]}), by=mine)
    sentence = WatcherNotChanged.sentence
    assert wrong(db, run) == [("email", sentence), ("username", sentence)]
    watcher = db.execute(select(User).where(User.number == "1002")).scalar_one()
    assert (watcher.username, watcher.email, watcher.phone) == ("watcher", "w@a.cn", "")
    line[2:4] = "", ""
    assert bring(workbook({"人员": [PEOPLE, line]}), by=mine).counts == {"change": 1}


def test_who_came_to_watch_after_the_preview_is_left_alone_as_well(db, bring, mine, work):
    other = persons.create(db, "other", "甲一", by=SYSTEM, number="1003", email="a@a.cn")
    line = ["1003", "甲一", "", "thief@a.cn", "", "", "", ""]
    run = bring(workbook({"人员": [PEOPLE, line]}), apply=False, by=mine)
    assert run.counts == {"change": 1}
    roles.give(db, other, Role.AUDITOR, by=SYSTEM)
    runs.apply(db, run.id, by=mine)
    work()
    assert wrong(db, run) == [("email", WatcherNotChanged.sentence)]
    assert db.execute(select(User.email).where(User.id == other)).scalar_one() == "a@a.cn"
