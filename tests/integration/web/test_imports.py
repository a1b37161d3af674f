"""Bringing in a file on pages and over REST: who may, what is shown, what is kept from whom."""

from __future__ import annotations

import io

import pytest
from lxml import html
from sqlalchemy import func, select

from engine import clock, handlers, jobs, roles
from engine.college import posts
from engine.db import begin_writing
from engine.models import PostKind, Role, User
from engine.people import SYSTEM
from quality.imports import applying
from tests import workbooks
from tests.integration.web.api.described import fits
from tests.integration.web.api.program import PASSWORD, Program
from tests.integration.web.office import form
from tests.integration.web.paper import Paper
from tests.workbooks import workbook

HEAD = ("工号", "姓名", "单位编码", "岗位", "电话")
GOOD = ("1001", "=甲一", "machine", "教师", "13800001234")
WRONG = ("1002", "乙二", "nowhere", "教师", "13800005678")


@pytest.fixture
def admin(db, app, college):  # noqa: ARG001  (the application is there first)
    """人员管理员 in a college that has the post 教师; `stranger` is of the quality office."""
    begin_writing(db)
    roles.give(db, college.users["office"], Role.PEOPLE_ADMIN, by=SYSTEM)
    roles.give(db, college.users["stranger"], Role.QUALITY_OFFICE, by=SYSTEM)
    posts.create(db, "teacher", "教师", by=SYSTEM, kind=PostKind.MEMBER)
    db.commit()
    return "office"


@pytest.fixture
def work(sessions):
    def until_done():
        while jobs.run_due(sessions, "test"):
            pass

    return until_done


def upload(client, content, name="名单.xlsx", **given):
    sent = form(client, file=(io.BytesIO(content), name), **given)
    return client.post("/imports", data=sent, content_type="multipart/form-data")


def test_a_file_is_compared_shown_written_and_its_wrong_rows_are_handed_back(
    admin, browser, work, db
):
    client = browser(admin)
    answer = upload(client, workbook({"人员": [HEAD, GOOD, WRONG]}))
    assert answer.status_code == 303
    place = answer.location
    assert "正在比对" in client.get(place).text
    work()
    page = client.get(place).text
    assert "nowhere" in page
    assert "13800005678" not in page
    added = client.get(f"{place}?rows=add").text
    assert "1001" in added
    assert "138******34" in added
    assert client.post(f"{place}/application", data=form(client)).status_code == 303
    assert "正在写入" in client.get(place).text
    progress = client.get(f"{place}?part=progress", headers={"HX-Request": "true"})
    assert "<html" not in progress.text
    assert 'aria-live="polite"' in progress.text
    work()
    refreshed = client.get(f"{place}?part=progress", headers={"HX-Request": "true"})
    assert refreshed.headers["HX-Refresh"] == "true"
    assert "已写入" in client.get(place).text
    db.rollback()
    assert db.execute(select(User.name).where(User.number == "1001")).scalar_one() == "=甲一"

    returned = client.get(f"{place}/mistakes")
    assert returned.headers["Content-Disposition"].isascii()
    (sheet,) = workbooks.sheets(returned.data).values()
    assert [len(sheet), sheet[1][0], sheet[0][-1]] == [2, "1002", "原因"]
    assert "nowhere" in sheet[1][-1]


def test_the_file_with_wrong_rows_computes_nothing(admin, browser, work):
    client = browser(admin)
    bad = ("1002", "=cmd|' /C calc'!A0", "nowhere", "教师", "")
    place = upload(client, workbook({"人员": [HEAD, bad]})).location
    work()
    (sheet,) = workbooks.sheets(client.get(f"{place}/mistakes").data).values()
    assert sheet[1][1] == "'=cmd|' /C calc'!A0"


def test_a_file_that_cannot_be_read_says_so_and_keeps_the_choice(admin, browser):
    answer = upload(browser(admin), b"hello", complete="1")
    assert answer.status_code == 422
    assert "这不是 Excel 工作簿" in answer.text
    assert html.fromstring(answer.text).xpath("//input[@name='complete']/@checked")


def test_no_file_at_all_says_so(admin, browser):
    client = browser(admin)
    assert client.post("/imports", data=form(client)).status_code == 422


def test_the_template_has_the_sheets_that_its_reader_may_bring_in(admin, browser):
    content = browser(admin).get("/imports/template").data
    assert {"单位", "人员", "任职"} <= set(workbooks.sheets(content))
    other = browser("stranger").get("/imports/template").data
    assert {"单位", "人员", "任职"}.isdisjoint(workbooks.sheets(other))


def test_people_without_the_right_reach_nothing(admin, browser, work):
    client = browser(admin)
    place = upload(client, workbook({"人员": [HEAD, GOOD]})).location
    work()
    for name, status in (("leader", 403), ("stranger", 404)):
        other = browser(name)
        assert other.get(place).status_code == status
        assert other.get(f"{place}/mistakes").status_code == status
        for act in ("application", "removal", "rows/1"):
            assert other.post(f"{place}/{act}", data=form(other)).status_code == status
        assert "名单.xlsx" not in other.get("/imports").text


def test_the_quality_office_brings_in_no_people(admin, browser, db):  # noqa: ARG001  (the roles)
    before = db.execute(select(func.count()).select_from(User)).scalar_one()
    answer = upload(browser("stranger"), workbook({"人员": [HEAD, GOOD]}))
    assert answer.status_code == 403
    assert "您不能导入工作表" in answer.text
    db.rollback()
    assert db.execute(select(func.count()).select_from(User)).scalar_one() == before


def test_an_import_that_is_given_up_keeps_no_row(admin, browser, work):
    client = browser(admin)
    place = upload(client, workbook({"人员": [HEAD, GOOD]})).location
    work()
    assert client.post(f"{place}/removal", data=form(client)).status_code == 303
    page = client.get(f"{place}?rows=all").text
    assert "已放弃" in page
    assert "1001" not in page
    again = client.post(f"{place}/application", data=form(client), follow_redirects=True)
    assert "已经放弃了" in again.text


def test_a_leaver_may_be_spared_on_the_page(admin, browser, work):
    client = browser(admin)
    two = workbook({"人员": [HEAD, GOOD, ("1003", "丙三", "machine", "教师", "")]})
    place = upload(client, two).location
    work()
    client.post(f"{place}/application", data=form(client))
    work()
    place = upload(client, workbook({"人员": [HEAD, GOOD]}), complete="1").location
    work()
    page = client.get(f"{place}?rows=leave").text
    assert "1003" in page
    assert "手上没有待办" in page
    row = html.fromstring(page).xpath("//form[contains(@action, '/rows/')]/@action")[0]
    assert client.post(row, data=form(client, stays="1")).status_code == 303
    assert "不在名单上，保留" in client.get(f"{place}?rows=keep").text


def test_background_work_that_fails_is_an_incident_and_goes_on_after_a_retry(
    admin, browser, work, sessions, monkeypatch, db
):
    client = browser(admin)
    place = upload(client, workbook({"人员": [HEAD, GOOD]})).location
    work()
    client.post(f"{place}/application", data=form(client))

    def fails(_db, _reference):
        raise ConnectionError("away")

    monkeypatch.setitem(handlers.BACKGROUND, applying.TOPIC, fails)
    later = clock.now()
    for _attempt in range(jobs.ATTEMPTS):
        later += max(jobs.BACK_OFF) + jobs.LEASE
        with clock.freeze(later):
            jobs.run_due(sessions, "test")
    assert "已经报为异常" in client.get(place).text
    monkeypatch.setitem(handlers.BACKGROUND, applying.TOPIC, applying.work)
    boss = browser("admin")
    retry = Paper.open(boss, "/incidents").tree.xpath("//form[contains(@action, 'retry')]/@action")
    assert boss.post(retry[0], data=form(boss)).status_code == 303
    work()
    assert "已全部写入" in client.get(place).text
    db.rollback()
    assert db.execute(select(User.id).where(User.number == "1001")).scalar_one()


def test_over_rest_a_file_goes_the_same_way(admin, app, work):
    client = app.test_client()
    signed = {"username": admin, "password": PASSWORD}
    program = Program(client, client.post("/api/v1/tokens", json=signed).json["token"])
    said = program.get("/openapi.json").json
    told = program.get("/imports/sheets").json["items"]
    assert [sheet["key"] for sheet in told][:3] == ["units", "people", "holdings"]
    assert told[1]["columns"][0]["header"] == "工号/学号"

    text = "工号,姓名,单位编码,岗位\n1001,甲一,machine,教师\n1002,乙二,nowhere,教师\n"
    begun = program.send(
        "POST", "/imports?filename=a.csv", data=text.encode("gb18030"), content_type="text/csv"
    )
    assert begun.status_code == 201, begun.text
    place = f"/imports/{begun.json['id']}"
    assert begun.json["status"] == "comparing"
    work()
    assert program.get(place).json["counts"] == {"add": 1, "error": 1}
    (wrong,) = program.get(f"{place}/rows?action=error").json["items"]
    assert (wrong["line"], wrong["reasons"][0]["column"]) == (3, "unit")
    for path in (
        "/imports/sheets",
        "/imports",
        "/imports/{import_id}",
        "/imports/{import_id}/rows",
    ):
        answer = program.get(path.replace("{import_id}", str(begun.json["id"])))
        content = said["paths"][path]["get"]["responses"]["200"]["content"]
        assert fits(said, content["application/json"]["schema"], answer.json), answer.text
    assert program.post(f"{place}/application", {"leavers": False}).status_code == 202
    work()
    done = program.get(place).json
    assert (done["status"], done["stuck"]) == ("done", False)
    assert program.delete(place).status_code == 422
    mistakes = program.get(f"{place}/mistakes")
    assert list(workbooks.sheets(mistakes.data)) == ["人员"]

    sent = {"file": (io.BytesIO(workbook({"人员": [HEAD, GOOD]})), "b.xlsx")}
    begun = program.send("POST", "/imports?complete=true", data=sent)
    assert begun.status_code == 201, begun.text
    assert begun.json["complete"] is True
    gone = program.delete(f"/imports/{begun.json['id']}")
    assert gone.json["status"] == "dropped"
    assert program.get("/imports").json["items"][0]["id"] == begun.json["id"]


def test_over_rest_what_is_no_workbook_is_refused_in_a_sentence(admin, app):
    client = app.test_client()
    signed = {"username": admin, "password": PASSWORD}
    program = Program(client, client.post("/api/v1/tokens", json=signed).json["token"])
    answer = program.send("POST", "/imports", data=b"PK\x03\x04", content_type="text/csv")
    assert answer.status_code == 422
    assert "已损坏" in answer.json["title"]
    assert program.post("/imports", {"a": 1}).status_code == 415
