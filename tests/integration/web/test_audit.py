"""Replay for people: the verdict, the moments, who may look, and that looking is recorded."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from engine import definitions, eventlog, instances, messages, moving, roles, tasks, versions
from engine.db import begin_writing
from engine.models import Role
from engine.people import SYSTEM
from tests import tampering
from tests.integration.engine import flow
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.office import Office, form, statements
from tests.integration.web.paper import Paper


@pytest.fixture
def office(app, db, sessions, college):  # noqa: ARG001  (the application is there first)
    return Office(db, sessions, college)


def test_a_whole_record_is_said_to_be_whole(office, browser):
    case = office.published()
    page = Paper.open(browser("auditor"), f"/instances/{case}/replay")
    assert "记录完整。" in page.text
    assert "按第 1 版流程重演" in page.text


def test_the_moments_carry_state_words_and_hashes(office, browser):
    case = office.returned("请补充依据")
    told = frames(browser("auditor"), case)
    assert [one["kind"] for one in told] == ["started", "submitted", "returned"]
    assert [one["active"] for one in told] == [["submit"], ["college_review"], ["submit"]]
    last = told[-1]
    assert last["title"] == "周明岚 把 二级学院审核 退回到 提交"
    assert last["reason"] == "请补充依据"
    assert last["holders"] == {"submit": "吴允恭"}
    assert last["returns"][0]["count"] == 1
    assert last["passes"]["submit"] == 2
    assert told[1]["previous_hash"] == told[0]["hash"]
    assert len(last["hash"]) == 64


def test_a_moment_names_both_where_one_acted_for_another(office, browser, db, college):
    case = office.submitted()
    review, admin = flow.open_tasks(db, case)["college_review"], college.actor(db, "admin")
    tasks.on_behalf(db, review, by=admin, of=college.users["reviewer"], reason="本人住院")
    db.commit()
    last = frames(browser("auditor"), case)[-1]
    assert last["who"]["name"] == "何知行 代 周明岚"
    assert last["who"]["initials"] == "知行"
    assert last["title"].startswith("何知行 代 周明岚：")


@pytest.mark.usefixtures("office")
def test_a_case_that_began_by_itself_says_so_and_names_the_message_that_came(browser, db, college):
    paper = '<bpmn:message id="m" name="回执"/></bpmn:definitions>'
    catch = (
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:extensionElements><camunda:properties>'
        '<camunda:property name="correlation" value="number"/></camunda:properties>'
        '</bpmn:extensionElements><bpmn:messageEventDefinition messageRef="m"/>'
        "</bpmn:intermediateCatchEvent>"
    )
    timer = (
        '<bpmn:startEvent id="start"><bpmn:timerEventDefinition><bpmn:timeCycle>R2/P1D'
        "</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"
    )
    xml = flow.chain("daily", catch, flow.step("after")).decode()
    xml = xml.replace("</bpmn:definitions>", paper).replace('<bpmn:startEvent id="start"/>', timer)
    admin = college.actor(db, "admin")
    definitions.publish(db, xml.encode(), by=admin, note="看")
    given = {"number": "15号"}
    case = instances.start(db, "daily", by=college.actor(db, "leader"), at="start", values=given)
    db.commit()
    assert "正在等：" in Paper.open(browser("leader"), f"/instances/{case}").text
    assert "15号" not in Paper.open(browser("leader"), f"/instances/{case}").text
    assert "·15号" in Paper.open(browser("admin"), f"/instances/{case}").text
    messages.correlate(begin_writing(db), "回执", key="15号", by=admin)
    db.commit()
    began, came = frames(browser("auditor"), case)
    assert began["title"] == "吴允恭：到时间自动发起"
    assert ["消息", "回执·15号"] in came["facts"]
    at = dict(came["facts"])["时刻"]
    assert at.endswith("+08:00")


@pytest.mark.usefixtures("office")
def test_a_moved_case_has_the_diagram_of_each_time_and_leads_to_what_it_called(
    browser, db, college
):
    below = definitions.publish(db, flow.chain("below", flow.step("inner")), by=SYSTEM, note="t")
    call = f'<bpmn:callActivity id="call" name="call" calledElement="{below.key}"/>'
    for last in ("one", "two"):
        flow_of_two = flow.chain("above", call, flow.step(last))
        definitions.publish(db, flow_of_two, by=SYSTEM, note=last)
        if last == "one":
            case = instances.start(db, "above", by=college.actor(db, "leader"))
    both = tuple(versions.numbered(db, "above", number) for number in (1, 2))
    moving.move(db, case, both, by=college.actor(db, "admin"), reason="改了流程")
    db.commit()
    auditor = browser("auditor")
    began, moved = frames(auditor, case)
    assert (began["version"], moved["version"]) == (1, 2)
    drawn = [auditor.get(one["bpmn_url"]).text for one in (began, moved)]
    assert ['id="one"' in drawn[0], 'id="two"' in drawn[1]] == [True, True]
    page = Paper.open(auditor, began["called"][0]["url"])
    assert "按第 1 版流程重演" in page.text
    assert page.tree.xpath(f"//a[@href='/instances/{case}/replay']")
    assert "按第 1、2 版流程重演" in Paper.open(auditor, f"/instances/{case}/replay").text
    waits = Paper.open(browser("leader"), f"/instances/{case}").text
    assert "正在办下级流程" in waits


def test_a_moment_tells_what_it_changed_in_the_form(office, browser):
    case = office.submitted()
    auditor = browser("auditor")
    started, submitted = frames(auditor, case)
    assert started["form_changes"] == []
    assert len(submitted["form_changes"]) > 10
    page = Paper.open(auditor, submitted["form_url"])
    assert "第 2 条之后的样子" in page.text
    assert "专业发展定位目标：description" in page.text
    assert auditor.get(f"/instances/{case}/replay/99/form").status_code == 404


def test_looking_is_recorded(office, browser):
    case = office.submitted()
    auditor = browser("auditor")
    auditor.get(f"/instances/{case}/replay")
    auditor.get(f"/instances/{case}/replay/2/form")
    assert office.entries(eventlog.HOUSE, "replay_viewed") == 2
    assert "查看回放" in Paper.open(auditor, "/audit").text


@pytest.mark.parametrize("name", ["leader", "reviewer", "stranger"])
def test_only_those_with_the_right_may_look(office, browser, name):
    case = office.submitted()
    client = browser(name)
    for path in (f"/instances/{case}/replay", f"/instances/{case}/replay/1/form", "/audit"):
        assert client.get(path).status_code == 403
    assert client.post("/audit/verifications", data=form(client, instance="1")).status_code == 403
    assert office.entries(eventlog.HOUSE, "replay_viewed") == 0


def test_a_changed_record_is_named(office, browser, db):
    case = office.submitted()
    begin_writing(db)
    tamper(db, "UPDATE user_task SET outcome = 'refuse' WHERE instance_id = :case", case=case)
    page = Paper.open(browser("auditor"), f"/instances/{case}/replay")
    assert page.status == 200
    assert "记录对不上。" in page.text
    assert "与记录不同" in page.text


@pytest.mark.parametrize("column", ["body", "kind", "by", "at"])
def test_pages_open_and_name_an_entry_that_was_damaged(office, browser, app, db, column):
    case = office.returned("请补充依据")
    eventlog.seal(begin_writing(db))
    change = f"UPDATE event_log SET \"{column}\" = '{{' WHERE chain IN (:chain, :house, :seal)"  # noqa: S608  (a name from above)
    chains = {"chain": f"case:{case}", "house": eventlog.HOUSE, "seal": eventlog.SEAL}
    tampering.tamper(db.connection(), f"{change} AND (seq = 2 OR chain != :chain)", **chains)
    auditor = browser("auditor")
    page = Paper.open(auditor, f"/instances/{case}")
    assert page.status == 200
    assert page.text.count("记录已损坏") == 1
    assert "第 2 条与校验值不符" in page.text
    assert "请补充依据" in page.text
    assert "记录已损坏" in Paper.open(auditor, "/audit").text
    program, given = app.test_client(), {"username": "auditor", "password": PASSWORD}
    token = program.post("/api/v1/tokens", json=given).json["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    log = program.get(f"/api/v1/instances/{case}/log", headers=bearer).json["items"]
    assert [one["kind"] for one in log] == ["instance_started", "damaged", "task_returned"]


def test_a_changed_opinion_is_shown_as_damaged(office, browser, db):
    case = office.returned("请补充依据")
    begin_writing(db)
    change = "UPDATE content SET data = :data WHERE instance_id = :case"
    tampering.tamper(db.connection(), change, case=case, data=b"{")
    page = Paper.open(browser("auditor"), f"/instances/{case}")
    assert page.status == 200
    assert "记录已损坏" in page.text
    assert "请补充依据" not in page.text


def test_a_case_is_found_and_verified(office, browser):
    case = office.submitted()
    auditor = browser("auditor")
    assert "工业机器人技术" in Paper.open(auditor, "/audit?q=机器人").text
    assert "没有找到" in Paper.open(auditor, "/audit?q=没有这个").text
    sent = auditor.post("/audit/verifications", data=form(auditor, instance=f"#{case}"))
    assert sent.location == f"/instances/{case}/replay"
    words = auditor.post("/audit/verifications", data=form(auditor, instance="机器人"))
    assert words.location.startswith("/audit?q=")
    assert auditor.get("/instances/999999/replay").status_code == 404


def test_a_kept_hash_is_found_or_not(office, browser, db):
    office.submitted()
    begin_writing(db)
    head = eventlog.seal(db)
    db.commit()
    auditor = browser("auditor")
    page = Paper.open(auditor, "/audit")
    assert head.hash in page.text
    assert "这里有它" in Paper.open(auditor, f"/audit?head={head.hash}").text
    assert "没有这个校验值" in Paper.open(auditor, f"/audit?head={'0' * 64}").text


def test_a_longer_record_asks_no_more_often(office, browser, app):
    case = office.submitted()
    auditor = browser("auditor")
    auditor.get(f"/instances/{case}/replay")
    before = statements(app, lambda: auditor.get(f"/instances/{case}/replay"))
    for _round in range(3):
        office.does("return_", case, "reviewer", "再改")
        office.does("hand_in", case, "leader", office.does("values", case))
    assert statements(app, lambda: auditor.get(f"/instances/{case}/replay")) <= before + 1


def test_the_newest_acts_and_sign_ins_are_told_in_words(browser, college, db):
    roles.give(db, college.users["leader"], Role.QUALITY_OFFICE, by=SYSTEM)
    db.commit()
    browser("leader")
    page = Paper.open(browser("auditor"), "/audit")
    assert "吴允恭·质量管理处" in page.text
    assert "专业建设目标、标准、诊改计划审核上传流程 第 1 版" in page.text
    assert "quality_office" not in page.text
    assert "登录吴允恭吴允恭" in page.text


def frames(client, case):
    """The frames on the page of a replay."""
    page = Paper.open(client, f"/instances/{case}/replay")
    return json.loads(page.tree.xpath("string(//template[@data-json='frames'])"))


def tamper(db, statement, **values):
    """Change rows behind the program's back."""
    db.execute(text(statement), values)
    db.commit()
