"""What is private in an import: who reads it whole, on pages, over REST and in the download."""

from __future__ import annotations

import io

import orjson
import pytest
from sqlalchemy import select

from engine import jobs, roles
from engine.college import persons
from engine.db import begin_writing
from engine.entries import Kind
from engine.models import LogEntry, Role
from engine.people import SYSTEM
from tests import workbooks
from tests.integration.web.api.program import PASSWORD, Program
from tests.integration.web.office import form
from tests.workbooks import workbook

KNOWN = {"phone": "13812345678", "id_number": "11010519491231002X", "email": "old@example.edu.cn"}
NEW, TYPED = "13900000000", "13700001111"
HEAD = ("工号", "姓名", "电话", "邮箱", "单位编码", "岗位")
CHANGED = ("1002", "甲一", NEW, "new@example.edu.cn", "", "")
WRONG = ("1003", "乙二", TYPED, "", "nowhere", "教师")
QUOTED = ("1004", "丙三", "电话 13600002222", "", "", "")


@pytest.fixture
def users(db, app, college):  # noqa: ARG001  (the application is there first)
    """Two people's administrators, a security administrator, and somebody whose phone is known."""
    begin_writing(db)
    for name in ("office", "leader"):
        roles.give(db, college.users[name], Role.PEOPLE_ADMIN, by=SYSTEM)
    roles.give(db, college.users["stranger"], Role.SECURITY_ADMIN, by=SYSTEM)
    persons.create(db, "known", "甲一", by=SYSTEM, number="1002", **KNOWN)
    db.commit()
    return college.users


@pytest.fixture
def place(browser, sessions, users):  # noqa: ARG001  (the people are there first)
    """An import of one change and two rows in error, compared; `office` uploaded it."""
    client = browser("office")
    content = workbook({"人员": [HEAD, CHANGED, WRONG, QUOTED]})
    sent = form(client, file=(io.BytesIO(content), "名单.xlsx"))
    found = client.post("/imports", data=sent, content_type="multipart/form-data").location
    while jobs.run_due(sessions, "test"):
        pass
    return found


@pytest.fixture
def rows(app, place):
    """The rows by their keys, as a program of this person reads them."""

    def read(name):
        client = app.test_client()
        signed = {"username": name, "password": PASSWORD}
        program = Program(client, client.post("/api/v1/tokens", json=signed).json["token"])
        return {row["key"]: row for row in program.get(f"{place}/rows").json["items"]}

    return read


def viewed(db):
    """Who took what out, as it is recorded."""
    db.rollback()
    wanted = select(LogEntry.by, LogEntry.body).where(LogEntry.kind == Kind.SENSITIVE_VIEWED)
    return [(by, orjson.loads(body)["asked"]) for by, body in db.execute(wanted)]


def test_what_stands_there_is_covered_for_everybody(rows):
    for name in ("office", "leader"):
        row = rows(name)["1002"]
        assert row["was"] == {"phone": "138******78", "email": "o***@example.edu.cn"}
        assert row["values"]["phone"] == "139******00"
        assert row["values"]["name"] == "甲一"


def test_a_row_in_error_is_whole_only_for_who_typed_it(rows):
    mine, theirs = rows("office"), rows("leader")
    assert mine["1003"]["values"]["phone"] == TYPED
    assert theirs["1003"]["values"]["phone"] == "137******11"
    assert QUOTED[2] in mine["1004"]["reasons"][0]["sentence"]
    assert "13600002222" not in str(theirs["1004"])


def test_the_page_covers_the_same(browser, place):
    mine, theirs = browser("office"), browser("leader")
    for client in (mine, theirs):
        changed = client.get(f"{place}?rows=change").text
        assert "138******78" in changed
        assert not any(text in changed for text in (KNOWN["phone"], KNOWN["email"], NEW))
    assert QUOTED[2] in mine.get(f"{place}?rows=error").text
    shown = theirs.get(f"{place}?rows=error").text
    assert "1004" in shown
    assert "13600002222" not in shown


def test_whoever_takes_rows_in_error_out_is_recorded(db, browser, place, users):
    answer = browser("leader").get(f"{place}/mistakes")
    (sheet,) = workbooks.sheets(answer.data).values()
    assert TYPED in sheet[1]
    number = int(place.rpartition("/")[2])
    asked = {"import": number, "fields": ["phone"]}
    assert viewed(db) == [(f"user:{users['leader']}", asked)]


def test_over_rest_it_is_recorded_as_well(db, app, place, users):
    client = app.test_client()
    signed = {"username": "office", "password": PASSWORD}
    program = Program(client, client.post("/api/v1/tokens", json=signed).json["token"])
    assert program.get(f"{place}/mistakes").status_code == 200
    assert [by for by, _asked in viewed(db)] == [f"user:{users['office']}"]


def test_with_anothers_eyes_nothing_is_whole_and_nothing_leaves(db, browser, place, users):
    client = browser("stranger")
    begun = f"/rights/people/{users['office']}/test"
    assert client.post(begun, data=form(client, reason="核对")).status_code == 303
    answer = client.get(f"{place}/mistakes")
    assert answer.status_code == 403
    assert "敏感信息" in answer.text
    shown = client.get(f"{place}?rows=error").text
    assert "1004" in shown
    assert "13600002222" not in shown
    assert viewed(db) == []


def test_rows_without_anything_private_leave_unrecorded(db, browser, sessions, users):  # noqa: ARG001  (the people are there first)
    client = browser("office")
    content = workbook({"人员": [HEAD, (*WRONG[:2], "", *WRONG[3:])]})
    sent = form(client, file=(io.BytesIO(content), "名单.xlsx"))
    place = client.post("/imports", data=sent, content_type="multipart/form-data").location
    while jobs.run_due(sessions, "test"):
        pass
    assert client.get(f"{place}/mistakes").status_code == 200
    assert viewed(db) == []
