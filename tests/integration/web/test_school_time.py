"""The school's time in the browser: days, terms, the year, policies, and deadlines changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import calendars, clock, jobs, policies
from engine.models import LogEntry, Role, UserTask
from tests.integration.engine import flow
from tests.integration.engine.deadlines import ladders
from tests.integration.web.door import give_role, send
from tests.integration.web.paper import Paper

SPAN = {"campus": "", "year": "", "last": "", "kind": "free", "name": "校庆"}


@pytest.fixture
def office(browser, sessions, college):
    """The browser of the quality office."""
    give_role(sessions, college.users["office"], Role.QUALITY_OFFICE)
    return browser("office")


def test_a_page_tells_the_browser_the_zone_of_the_school(office):
    assert 'data-zone="Asia/Shanghai"' in office.get("/tasks/").text


def next_monday():
    today = clock.today()
    return today + timedelta(days=7 - today.weekday())


def test_a_day_becomes_free_and_usual_again(office, sessions):
    day = next_monday()
    while not calendars.Calendar().is_working(day):
        day += timedelta(days=1)
    assert send(office, "/calendar/days", **SPAN, first=str(day)).status_code == 303
    page = office.get(f"/calendar?year={day.year}").text
    assert "校庆" in page
    with sessions() as db:
        assert not calendars.school(db).calendar().is_working(day)
        kinds = db.execute(select(LogEntry.kind)).scalars().all()
        assert "calendar_changed" in kinds
    usual = SPAN | {"kind": "usual", "name": ""}
    assert send(office, "/calendar/days", **usual, first=str(day)).status_code == 303
    with sessions() as db:
        assert calendars.school(db).calendar().is_working(day)


@pytest.mark.parametrize(
    "wrong", [{"first": "soon"}, {"first": "1900-01-01"}, {"name": ""}, {"campus": "77"}]
)
def test_what_cannot_be_kept_is_said_and_stays_on_the_page(office, wrong):
    given = {**SPAN, "first": str(next_monday())} | wrong
    answer = send(office, "/calendar/days", **given)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "…" not in answer.text.split('role="alert"')[1][:300]


def test_a_term_is_kept_only_from_a_monday_and_alone(office):
    monday = next_monday()
    term = {"name": "下学期", "first_monday": str(monday), "weeks": "18"}
    assert send(office, "/terms", **term).status_code == 303
    wrong = term | {"name": "别的", "first_monday": str(monday + timedelta(days=1))}
    assert "不是星期一" in send(office, "/terms", **wrong).text
    assert "重叠" in send(office, "/terms", **(term | {"name": "别的"})).text
    assert send(office, "/terms", **(term | {"name": "别的", "weeks": "99"})).status_code == 422
    assert "下学期" in office.get("/terms").text


def test_a_policy_is_written_in_rungs_and_read_in_words(office, sessions):
    rungs = {"id": ["", ""], "days": ["-1", "1"], "at": ["09:00", "09:00"]}
    rungs |= {"what": ["remind", "tell"], "who": ["", "head@subject.unit"]}
    sent = send(office, "/policies", key="usual", name="一般期限", revision="", **rungs)
    assert sent.status_code == 303
    page = office.get("/policies").text
    assert "提前 1 个工作日 09:00：提醒办理人" in page
    assert "逾期 1 个工作日 09:00：通知主体所在单位的负责人" in page
    with sessions() as db:
        kept = policies.get(db, "usual")
    assert [one.days for one in kept.rungs] == [-1, 1]
    stale = send(office, "/policies/usual", name="另一", revision="9", **rungs)
    assert stale.status_code == 422
    assert "另一" in stale.text


def test_a_year_begins_with_the_dates_of_the_catalogue_and_next_with_its_own(office):
    page = Paper.open(office, "/cycle/new?year=2031")
    days = page.tree.xpath("//input[@name='day']/@value")
    assert "2031-04-30" in days
    rows = {"key": ["plan_end"], "name": ["计划截止"], "day": ["2031-05-15"]}
    assert send(office, "/cycle", year="2031", title="2031 年度", **rows).status_code == 303
    assert "cycle:plan_end" in office.get("/cycle").text
    again = send(office, "/cycle", year="2031", title="2031 年度", **rows)
    assert "已经开启" in again.text
    following = Paper.open(office, "/cycle/new?year=2032")
    assert "2032-05-15" in following.tree.xpath("//input[@name='day']/@value")


def test_many_deadlines_change_after_a_look_with_a_reason(browser, db, sessions, college):
    admin, leader = college.actor(db, "admin"), college.actor(db, "leader")
    ladders.usual(db, admin)
    case = flow.begin(db, ladders.diagram("3 working days"), by=leader)
    flow.do(db, case, "write", by=leader)
    db.commit()
    client, wanted = browser("admin"), (clock.now() + timedelta(days=60)).date()
    asked = dict.fromkeys(("element", "unit", "first", "last", "days", "reason"), "")
    asked |= {"definition": "timed", "at": f"{wanted}T17:00"}
    looked = send(client, "/deadlines/change", **asked, act="look")
    assert "调整这 1 项" in looked.text
    for wrong in ({"unit": "abc"}, {"unit": "9" * 20}, {"days": "0"}, {"days": "1e9"}):
        refused = send(client, "/deadlines/change", **(asked | wrong), act="look")
        assert (refused.status_code, "二选一" in refused.text) == (422, False)
    unknown = send(client, "/deadlines/change", **(asked | {"definition": "no"}), act="look")
    assert "没有已发布的流程" in unknown.text
    assert send(client, "/deadlines/change", **asked, act="do", seen="1").status_code == 422
    assert send(client, "/deadlines/change", **asked, act="do", seen="5").status_code == 422
    told = asked | {"reason": "全校统一"}
    assert send(client, "/deadlines/change", **told, act="do", seen="1").status_code == 303
    while jobs.run_due(sessions, "test"):
        pass
    with sessions() as later:
        due = later.execute(select(UserTask.due_at).where(UserTask.instance_id == case))
        found = max(one for one in due.scalars() if one is not None)
        assert found.astimezone(ladders.ZONE).date() == wanted


def test_who_may_not_edit_the_calendar_sees_no_page_of_it(browser):
    client = browser("leader")
    for page in ("/calendar", "/terms", "/policies", "/cycle", "/deadlines"):
        assert client.get(page).status_code == 403
