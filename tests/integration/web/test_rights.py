"""Rights in the browser: given and taken, explained, looked at with other eyes; covered numbers."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from engine import entries, roles
from engine.college import persons
from engine.models import LogEntry, Role, RoleGrant, User, WebSession
from engine.people import SYSTEM
from quality import explain

PASSWORD = "test-password"


@pytest.fixture
def staffed(db, college):
    """A security and a people administrator; the office has a phone and an id number."""
    for name, shown, role in (
        ("security", "施守正", Role.SECURITY_ADMIN),
        ("keeper", "邓若谷", Role.PEOPLE_ADMIN),
    ):
        college.users[name] = persons.create(db, name, shown, by=SYSTEM, password=PASSWORD)
        roles.give(db, college.users[name], role, by=SYSTEM)
    known = {"phone": "13812345678", "id_number": "110101199003070134"}
    db.execute(update(User).where(User.id == college.users["office"]).values(known))
    db.commit()
    return college


@pytest.fixture
def sent(app, browser):
    """Sends a form as a person, with the token of the page."""

    def send(name, address, client=None, **given):
        client = client or browser(name)
        page = client.get("/rights" if name == "security" else "/").text
        token = re.search(r'csrf-token" content="([^"]+)"', page)[1]
        return client.post(address, data={**given, "csrf_token": token})

    assert app
    return send


def newest(db):
    db.rollback()
    row = db.execute(
        select(LogEntry).where(LogEntry.chain == "house").order_by(LogEntry.id.desc()).limit(1)
    ).scalar_one()
    return row.kind, row.by, entries.read_body(row.body).asked


GRANT = {"holder": "p:major_leader", "action": "subject:view", "reach": "below", "reason": "专项"}


def test_a_grant_is_given_shown_in_plain_words_and_ended(staffed, sent, browser, db):
    unit = staffed.units["machine"]
    answer = sent("security", "/rights/grants", **GRANT, unit=unit, kind="course", year="2027")
    assert answer.status_code == 303
    page = browser("auditor").get("/rights").text
    assert "专业带头人（岗位）可以看智能制造学院及下级单位的课程的已发布文档" in page
    assert "只限 2027 年" in page
    kind, by, asked = newest(db)
    assert (kind, by, asked["reason"]) == (
        "grant_given",
        f"user:{staffed.users['security']}",
        "专项",
    )
    page = browser("security").get("/rights").text
    number = max(int(one) for one in re.findall(r"/rights/grants/(\d+)/end", page))
    assert sent("security", f"/rights/grants/{number}/end").status_code == 303
    assert "智能制造学院及下级单位的课程" not in browser("auditor").get("/rights").text
    assert newest(db)[0] == "grant_ended"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"holder": "", "who": "无此人"}, "没有找到“无此人”"),
        ({"holder": ""}, "请选择一个授权对象"),
        ({"who": "office"}, "请选择一个授权对象"),
        ({"holder": "p:nobody"}, "没有这样的授权对象"),
        ({"action": "task:claim"}, "请选择一项"),
        ({"reach": "everywhere"}, "请选择一项"),
        ({"kind": "club"}, "请选择一项"),
        ({"year": "1066"}, "2000"),
        ({"reach": "all", "unit": "1"}, "不要再指定单位"),
        ({"since": "昨天"}, "看不懂这个日期"),
        ({"since": "2027-03-01", "until": "2027-02-01"}, "早于开始日期"),
        ({"reason": " "}, "请填写这一项"),
        ({"holder": "r:security_admin"}, "不能改动自己的权限"),
    ],
)
def test_a_wrong_grant_comes_back_with_a_sentence_and_what_was_typed(
    staffed, sent, changes, sentence
):
    answer = sent("security", "/rights/grants", **(GRANT | {"reason": "很特别的理由"} | changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert staffed.users
    if "reason" not in changes:
        assert "很特别的理由" in answer.text


def test_a_role_is_given_shown_and_taken(staffed, sent, browser, db):
    office = staffed.users["office"]
    place = f"/rights/people/{office}"
    given = {"role": "operator", "since": "2020-01-01"}
    assert sent("security", f"{place}/roles", **given).status_code == 303
    page = browser("auditor").get(place).text
    for words in (
        "运维人员",
        "2020年1月1日 起",
        "施守正 于",
        "处理异常",
        "有“运维人员”角色的人可以",
    ):
        assert words in page
    refused = sent("security", f"{place}/roles", role="auditor")
    assert refused.status_code == 422
    assert "李致远已经是运维人员，不能同时是审计人员" in refused.text
    assert sent("security", f"{place}/roles", role="king").status_code == 422
    assert sent("security", f"{place}/roles/end", role="operator").status_code == 303
    assert newest(db)[:2] == ("role_taken", f"user:{staffed.users['security']}")
    assert sent("security", f"{place}/roles/end", role="operator").status_code == 422
    mine = f"/rights/people/{staffed.users['security']}"
    refused = sent("security", f"{mine}/roles", role="staff")
    assert "不能改动自己的权限" in refused.text


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("reviewer", "subject:view", ("可以", "智能制造学院·二级学院审核岗", "2020年1月1日 起")),
        ("stranger", "subject:view", ("不可以", "不在授权的范围内", "本人没有这个身份")),
        ("stranger", "instance:replay", ("不可以", "有“审计人员”角色的人可以")),
        ("auditor", "instance:replay", ("可以", "有“审计人员”角色的人可以")),
    ],
)
def test_a_question_is_answered_with_its_reasons(staffed, browser, name, key, words):
    place = f"/rights/people/{staffed.users[name]}?ask={key}&number={staffed.subject}"
    answer = browser("security").get(place).text.partition('id="answer"')[2].partition("</section")
    for one in words:
        assert one in answer[0]


def test_questions_that_cannot_be_answered_are_told(staffed, browser):
    place = f"/rights/people/{staffed.users['reviewer']}?ask=subject:view"
    security = browser("security")
    assert "要写明编号" in security.get(place).text
    assert "没有这个编号" in security.get(f"{place}&number=999999").text
    assert security.get(f"{place}&number=x").status_code == 200
    assert security.get("/rights/people/999999").status_code == 404


def test_every_question_and_grant_has_words(staffed, browser):
    page = browser("security").get(f"/rights/people/{staffed.users['leader']}").text
    for key in explain.QUESTIONS:
        assert re.search(rf'<option value="{key}"[^>]*>[^<:]+</option>', page), key


def test_rights_by_rest(staffed, app):
    client = app.test_client()
    asked = {"username": "auditor", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=asked).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    place = f"/api/v1/rights/people/{staffed.users['reviewer']}"
    told = client.get(place, headers=headers).json
    assert [one["name"] for one in told["held"]] == ["智能制造学院·二级学院审核岗"]
    grant, students = [one for one in told["grants"] if one["reach"] == "below"]
    assert students["subject_kind"] == "student"
    assert grant["units"] == [staffed.units["machine"]]
    assert told["answer"] is None
    asked = f"{place}?ask=subject:view&number={staffed.subject}"
    answer = client.get(asked, headers=headers).json["answer"]
    assert answer["allowed"]
    assert answer["reasons"][0]["grant"] == grant["id"]
    assert client.get(f"{place}?ask=nothing", headers=headers).status_code == 422
    assert client.get(f"{place}?number=3", headers=headers).status_code == 404


def test_looking_as_another_shows_what_they_see_and_does_nothing(staffed, sent, browser, db):
    leader, security = staffed.users["leader"], staffed.users["security"]
    client = browser("security")
    assert client.get("/documents").status_code == 200
    before = client.get("/instances/new").text
    answer = sent("security", f"/rights/people/{leader}/test", client=client, reason="核对")
    assert answer.status_code == 303
    assert newest(db)[1:] == (
        f"user:{security}",
        {"user": leader, "what": "begun", "reason": "核对"},
    )
    page = client.get("/instances/new").text
    assert "施守正 正以 吴允恭 的身份查看" in page
    assert "工业机器人技术" in page
    assert "工业机器人技术" not in before
    assert client.get("/rights").status_code == 403
    entries_before = db.execute(select(LogEntry.id)).all()
    for address, method in (
        ("/instances", "POST"),
        ("/account/language", "POST"),
        ("/account/password", "POST"),
        ("/tasks/1/claim", "POST"),
        (f"/people/{leader}/sensitive", "POST"),
    ):
        refused = client.open(address, method=method, data=tokened(client))
        assert refused.status_code in (403, 404, 405), address
        assert refused.status_code != 403 or "正以吴允恭的身份查看" in refused.text, address
    db.rollback()
    assert db.execute(select(LogEntry.id)).all() == entries_before
    assert client.get("/account").status_code == 403
    assert client.post("/rights/test/end", data=tokened(client)).status_code == 303
    assert newest(db)[1:] == (f"user:{security}", {"user": leader, "what": "ended"})
    assert "的身份查看，只能看" not in client.get("/rights").text
    assert client.post("/rights/test/end", data=tokened(client)).status_code == 303


def test_looking_ends_with_the_session_and_with_the_right(staffed, sent, browser, db):
    office, security = staffed.users["office"], staffed.users["security"]
    client = browser("security")
    begin = f"/rights/people/{office}/test"
    assert sent("security", begin, client=client, reason="核对").status_code == 303
    assert "的身份查看" in client.get("/documents").text
    mine = update(RoleGrant).where(RoleGrant.user_id == security)
    db.execute(mine.values(role=Role.STAFF))
    db.commit()
    assert "的身份查看" not in client.get("/documents").text
    db.execute(mine.values(role=Role.SECURITY_ADMIN))
    db.commit()
    assert client.post("/sign-out", data=tokened(client)).status_code == 303
    assert newest(db)[2] == {"user": office, "what": "ended"}
    assert db.execute(select(WebSession.tested_id)).scalars().all() == []


@pytest.mark.parametrize("name", ["auditor", "security"])
def test_nobody_looks_as_those_who_secure_or_audit(staffed, sent, name):
    answer = sent("security", f"/rights/people/{staffed.users[name]}/test", reason="看看")
    assert answer.status_code == 422
    assert "除外" in answer.text
    answer = sent("security", f"/rights/people/{staffed.users['office']}/test", reason="")
    assert "请写明理由" in answer.text


def test_a_replay_seen_with_other_eyes_names_who_looked(staffed, sent, browser, db, app):
    admin = staffed.users["admin"]
    token = app.test_client().post(
        "/api/v1/tokens", json={"username": "leader", "password": PASSWORD}
    ).json["token"]  # fmt: skip
    values = {"stage": "goal", "period": "2026-2028"}
    case = app.test_client().post(
        "/api/v1/instances",
        json={"definition": "approval_major", "subject": staffed.subject, "values": values},
        headers={"Authorization": f"Bearer {token}"},
    ).json["id"]  # fmt: skip
    client = browser("security")
    sent("security", f"/rights/people/{admin}/test", client=client, reason="核对")
    assert client.get(f"/instances/{case}/replay").status_code == 200
    assert newest(db)[:2] == ("replay_viewed", f"user:{staffed.users['security']}")


def test_numbers_are_covered_and_uncovered_for_a_reason(staffed, browser, db):
    office = staffed.users["office"]
    for name in ("keeper", "auditor", "leader", "security"):
        for page in (f"/people/{office}", "/people"):
            text = browser(name).get(page).text
            assert "13812345678" not in text
            assert "110101199003070134" not in text
    keeper = browser("keeper")
    refused = keeper.post(f"/people/{office}/sensitive", data=tokened(keeper))
    assert refused.status_code == 422
    assert "13812345678" not in refused.text
    told = keeper.post(f"/people/{office}/sensitive", data={**tokened(keeper), "reason": "核对"})
    assert "13812345678" in told.text
    assert "110101199003070134" in told.text
    assert told.headers["Cache-Control"] == "no-store"
    asked = {"user": office, "fields": ["phone", "id_number"], "reason": "核对"}
    assert newest(db) == ("sensitive_viewed", f"user:{staffed.users['keeper']}", asked)
    for name in ("auditor", "security", "leader", "admin"):
        client = browser(name)
        given = {**tokened(client), "reason": "看看"}
        assert client.post(f"/people/{office}/sensitive", data=given).status_code == 403
    given = {**tokened(keeper), "reason": "核对"}
    assert keeper.post("/people/999999/sensitive", data=given).status_code == 404


def tokened(client):
    """The token that this session's forms send along."""
    page = client.get("/documents").text
    return {"csrf_token": re.search(r'csrf-token" content="([^"]+)"', page)[1]}
