"""Decision tables and the moving of cases, as people meet them on pages."""

from __future__ import annotations

import io

import pytest

from engine import jobs
from tests.college import ROOT
from tests.integration.web.office import Office, form
from tests.integration.web.paper import Paper
from tests.third_step import third_step

FILE = (ROOT / "processes/approval_chain.dmn").read_bytes()
TABLE = "/decisions/approval_chain"
EDITOR = f"{TABLE}/rows/approval_chain"


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


def upload(client, content, **more):
    data = form(client, **more) | {"file": (io.BytesIO(content), "a.dmn")}
    return client.post("/decisions", data=data, follow_redirects=True)


def typed(page):
    """What the editor's form holds, as a browser would send it."""
    found = {one.get("name"): one.get("value", "") for one in page.all("main input")}
    found |= {
        one.get("name"): next(
            (each.get("value", each.text) for each in one if each.get("selected") is not None), ""
        )
        for one in page.all("main select")
    }
    return {name: value for name, value in found.items() if name}


def test_a_table_is_brought_read_and_tried(browser):
    admin, leader = browser("admin"), browser("leader")
    assert "还没有决策表" in Paper.open(leader, "/decisions").text
    answer = Paper(admin, upload(admin, FILE))
    assert "已保存" in answer.text
    again = upload(admin, FILE)
    assert again.status_code == 412
    assert "代替现有的" in Paper(admin, again).text
    assert upload(admin, FILE, replace="1").status_code == 200
    page = Paper.open(leader, TABLE)
    assert "只有一行符合" in page.text
    assert "approval_course" in page.text
    assert "修改规则" not in page.text
    tried = Paper.open(leader, f"{TABLE}?try=1&v.kind=course&v.stage=plan")
    assert "符合的行：4" in tried.text
    assert "definition = approval_course" in tried.text
    assert leader.get(f"{TABLE}/dmn").data == FILE
    assert leader.get(EDITOR).status_code == 403


def test_rows_are_changed_tried_and_saved(browser):
    admin = browser("admin")
    upload(admin, FILE)
    page = Paper.open(admin, EDITOR)
    sent = typed(page)
    assert sent["i.2.0"] == "major"
    sent |= {"do": "add:2"}
    more = Paper(admin, admin.post(EDITOR, data=sent))
    now = typed(more)
    assert now["rows"] == "17"
    assert (now["i.2.0"], now["i.3.0"], now["i.4.0"]) == ("major", "-", "course")
    now |= {"i.2.1": "goal", "i.3.0": "major", "i.3.1": "standard，plan"}
    now |= {"o.3.0": "approval_major", "v.kind": "major", "v.stage": "plan", "do": "try"}
    tried = Paper(admin, admin.post(EDITOR, data=now))
    assert "符合的行：4" in tried.text
    saved = Paper(admin, admin.post(EDITOR, data=typed(tried) | {"do": "save"}))
    assert saved.status == 303
    page = Paper.open(admin, f"{TABLE}?try=1&v.kind=major&v.stage=plan")
    assert "符合的行：4" in page.text
    assert "standard, plan" in page.text


def test_wrong_rows_are_refused_and_kept_on_the_page(browser):
    admin = browser("admin")
    upload(admin, FILE)
    sent = typed(Paper.open(admin, EDITOR)) | {"i.3.0": "major", "n.3": "改", "do": "save"}
    answer = admin.post(EDITOR, data=sent)
    page = Paper(admin, answer)
    assert answer.status_code == 422
    assert "第 3 行和第 4 行会同时符合" in page.text
    assert typed(page)["n.3"] == "改"
    removed = typed(Paper(admin, admin.post(EDITOR, data=typed(page) | {"do": "remove:3"})))
    assert removed["rows"] == "15"
    stale = removed | {"revision": "0", "do": "save"}
    assert admin.post(EDITOR, data=stale).status_code == 412
    assert admin.post(EDITOR, data={"csrf_token": sent["csrf_token"]}).status_code == 400


def test_a_file_that_is_no_table_is_refused_in_words(browser):
    admin = browser("admin")
    answer = upload(admin, b"<a/>")
    assert answer.status_code == 422
    assert "不是 DMN 文件" in Paper(admin, answer).text
    wrong = upload(admin, FILE.replace(b'"course"</text>', b"a b c</text>"))
    assert "第 4 行“对象类型”列" in Paper(admin, wrong).text


def test_cases_are_moved_from_the_page_of_a_flow(office, browser, sessions):
    case = office.submitted()
    admin = browser("admin")
    data = form(admin) | {"file": (io.BytesIO(third_step()), "a.bpmn"), "replace": "1"}
    admin.post("/definitions", data=data)
    draft = admin.get("/definitions/approval_major/draft/bpmn")
    assert draft.data == third_step()
    token = form(admin)["csrf_token"]
    published = admin.post(
        "/definitions/approval_major/versions",
        json={"revision": 1, "note": "三级"},
        headers={"X-CSRF-Token": token},
    )
    assert published.status_code == 201, published.text
    where = "/definitions/approval_major/moving"
    assert "迁移在办流程" in Paper.open(admin, "/definitions/approval_major").text
    page = Paper.open(admin, f"{where}?from=1&to=2")
    assert "能迁移 1" in page.text
    empty = admin.post(where, data=form(admin, **{"from": "1", "to": "2", "reason": " "}))
    assert empty.status_code == 422
    asked = form(admin, **{"from": "1", "to": "2", "reason": "新版本"})
    begun = admin.post(where, data=asked)
    run = begun.headers["Location"]
    assert "还有 1 个" in Paper.open(admin, run).text
    jobs.run_due(sessions, "test")
    done = Paper.open(admin, run)
    assert "已迁移 1" in done.text
    assert "新版本" in done.text
    admin.post(f"{run}/undo", data=form(admin))
    jobs.run_due(sessions, "test")
    assert "已退回 1" in Paper.open(admin, run).text
    assert Paper.open(admin, f"/instances/{case}").status == 200
    assert browser("leader").get(where).status_code == 403
