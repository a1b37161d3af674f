"""What could not go on: who sees it, in which words, and another try."""

from __future__ import annotations

import pytest

from engine import clock, incidents, jobs, policies
from engine.handlers import HANDLERS
from engine.models import JobStatus, UserTask
from tests.integration.engine import flow
from tests.integration.web.office import Office, form
from tests.integration.web.paper import Paper

TOPIC = "quality.publish"


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


@pytest.fixture
def failing(office, sessions, monkeypatch):
    """A case whose publishing has failed for good, and a way to mend what was wrong."""
    works = HANDLERS[TOPIC]

    def fails(_db, _call):
        raise ConnectionError("platform away <b>")

    monkeypatch.setitem(HANDLERS, TOPIC, fails)
    case = office.submitted()
    office.does("hand_in", case, "reviewer", None, "同意")
    office.does("hand_in", case, "office", None, "审定通过")
    later = clock.now()
    for _attempt in range(jobs.ATTEMPTS):
        later += max(jobs.BACK_OFF) + jobs.LEASE
        with clock.freeze(later):
            jobs.run_due(sessions, "test")
    return case, lambda: monkeypatch.setitem(HANDLERS, TOPIC, works)


def test_nothing_wrong_says_so(browser):
    page = Paper.open(browser("admin"), "/incidents")
    assert "没有待处理的异常" in page.text
    assert "还没有处理过异常" in Paper.open(browser("admin"), "/incidents?state=resolved").text


def test_an_incident_names_case_step_and_cause(failing, browser):
    case, _mend = failing
    page = Paper.open(browser("admin"), "/incidents")
    assert "自动步骤试了 3 次都没有成功" in page.text
    assert "platform away <b>" in page.text
    assert page.says(".badge.late") == ["上传诊改信息平台"]
    assert f"/instances/{case}" in page.links(".pick-list a")
    shown = Paper.open(browser("leader"), f"/instances/{case}")
    assert "流程管理员已经能看到" in shown.text
    assert "停在这里，等管理员处理" in shown.text
    assert "不用人办" not in shown.text


def test_another_try_goes_on_when_the_cause_is_gone(failing, browser, sessions):
    case, mend = failing
    mend()
    admin = browser("admin")
    answer = admin.post("/incidents/1/retry", data=form(admin))
    assert answer.status_code == 303
    assert "没有待处理的异常" in Paper.open(admin, "/incidents").text
    jobs.run_due(sessions, "test")
    assert "已经办结" in Paper.open(browser("leader"), f"/instances/{case}").text
    assert "上传诊改信息平台" in Paper.open(admin, "/incidents?state=resolved").text
    again = Paper(admin, admin.post("/incidents/1/retry", data=form(admin), follow_redirects=True))
    assert "这个异常已经处理过了" in again.text


def test_where_nothing_stopped_somebody_has_looked_and_that_is_all(office, browser, db):
    case = office.submitted()
    (task,) = flow.open_tasks(db, case).values()
    row = db.get(UserTask, task)
    place = policies.Place(case, row.token, row.element_id)
    told = policies.put(db, place, policies.TOLD, "", clock.now(), status=JobStatus.FAILED)
    values = {"rule": "week 9 friday 17:00"}
    sentence = "期限“{rule}”算不出来"
    incidents.raise_for(db, case, sentence=sentence, values=values, job_id=told)
    db.commit()
    admin = browser("admin")
    page = Paper.open(admin, "/incidents")
    assert "期限“第 9 教学周星期五 17:00”算不出来" in page.text
    assert "标为处理过" in page.text
    assert "再试一次" not in page.text
    after = Paper(admin, admin.post("/incidents/1/retry", data=form(admin), follow_redirects=True))
    assert "已标为处理过" in after.text
    assert "没有待处理的异常" in after.text


def test_only_those_with_the_right_see_and_resolve(failing, browser):
    assert failing
    for name in ("leader", "stranger"):
        assert browser(name).get("/incidents").status_code == 403
    auditor = browser("auditor")
    page = Paper.open(auditor, "/incidents")
    assert "再试一次" not in page.text
    assert auditor.post("/incidents/1/retry", data=form(auditor)).status_code == 403
    admin = browser("admin")
    assert admin.post("/incidents/999/retry", data=form(admin)).status_code == 404
    assert admin.post("/incidents/1/retry").status_code == 403
