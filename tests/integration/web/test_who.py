"""Who would get each step: before a case begins, in the designer, over the interface."""

from __future__ import annotations

from tests.college import ROOT
from tests.integration.engine import flow
from tests.integration.web.paper import Paper

FIGURE_4 = (ROOT / "processes/approval_major.bpmn").read_bytes()
PASSWORD = "test-password"


def test_whoever_begins_sees_who_would_get_each_step(browser, college):
    leader = browser("leader")
    address = f"/definitions/approval_major/who?subject={college.subject}"
    assert address.replace("&", "&amp;") in Paper.open(leader, "/instances/new").answer.text
    page = Paper.open(leader, address)
    for words in ("吴允恭", "周明岚、郑怀瑾", "李致远", "二级学院审核岗（主体所属二级学院）"):
        assert words in page.text
    without = Paper.open(leader, "/definitions/approval_major/who")
    assert "现在没有人可办" in without.text


def test_nobody_asks_about_others_or_about_subjects_they_may_not_know(browser, college):
    stranger = browser("stranger")
    for asked in ("subject=999999", "subject=x", "initiator=leader", "initiator=nobody"):
        answer = stranger.get(f"/definitions/approval_major/who?{asked}")
        assert answer.status_code in (404, 422), asked
    assert stranger.get("/definitions/none/who").status_code in (404, 422)
    admin = browser("admin")
    about = f"subject={college.subject}&initiator=reviewer"
    assert "周明岚" in Paper.open(admin, f"/definitions/approval_major/who?{about}").text


def test_the_designer_tries_a_diagram_that_is_not_saved(browser, college):
    admin = browser("admin")
    changed = FIGURE_4.replace(b"post:college_reviewer@subject.college", b"user:stranger")
    address = f"/definitions/approval_major/draft/who?subject={college.subject}&initiator=leader"
    token = csrf(admin)

    def tried(client, where, data, csrf_token=token):
        return client.post(where, data=data, headers={"X-CSRF-Token": csrf_token})

    told = tried(admin, address, changed).json
    assert {one["element"]: one["people"] for one in told} == {
        "submit": ["吴允恭"],
        "college_review": ["陈立新"],
        "academic_affairs_approval": ["李致远"],
    }
    assert tried(admin, address, b"<no").status_code == 422
    nobody = address.replace("initiator=leader", "initiator=nobody")
    assert tried(admin, nobody, changed).status_code == 422
    leader = browser("leader")
    assert tried(leader, address, changed, csrf(leader)).status_code == 403


def csrf(client):
    """The token of a browser's session."""
    page = Paper.open(client, "/definitions")
    return page.tree.xpath("//meta[@name='csrf-token']/@content")[0]


def test_programs_ask_the_same(app, college):
    client = app.test_client()
    asked = {"username": "leader", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=asked).json["token"]
    address = f"/api/v1/definitions/approval_major/who?subject={college.subject}"
    answer = client.get(address, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    first, review, office = answer.json["items"]
    assert (first["people"], first["rules"]) == (["吴允恭"], ["发起人"])
    assert review["people"] == ["周明岚", "郑怀瑾"]
    assert (office["people"], office["note"]) == (["李致远"], "")


def test_whoever_hands_in_chooses_the_people_of_a_later_step(app, db, browser, college):
    picked = flow.chain("picked", flow.step("hand_in"), flow.step("review", "pick:initiator"))
    case = flow.begin(db, picked, by=college.actor(db, "leader"))
    other = flow.begin(db, picked, by=college.actor(db, "leader"))
    db.commit()
    leader = browser("leader")
    task = flow.open_tasks(db, case)["hand_in"]
    page = Paper.open(leader, f"/tasks/{task}")
    assert "“review”由谁办" in page.text
    token = csrf(leader)

    def hand_in(**typed):
        data = {"outcome": "approve", "csrf_token": token, **typed}
        return Paper(leader, leader.post(f"/tasks/{task}/completion", data=data))

    assert "请选定“review”由谁办理" in hand_in().text
    wrong = hand_in(**{"pick.review": "没有这个人"})
    assert wrong.status == 422
    assert wrong.tree.xpath("//input[@name='pick.review']/@value") == ["没有这个人"]
    assert hand_in(**{"pick.review": "周明岚、office"}).status == 303
    db.rollback()
    review = flow.open_tasks(db, case)["review"]
    for name in ("reviewer", "office"):
        assert Paper.open(browser(name), f"/tasks/{review}").status == 200
    task = flow.open_tasks(db, other)["hand_in"]
    client = app.test_client()
    asked = {"username": "leader", "password": PASSWORD}
    said = {"Authorization": "Bearer " + client.post("/api/v1/tokens", json=asked).json["token"]}
    address = f"/api/v1/tasks/{task}/completion"
    given = {"outcome": "approve", "picks": [{"step": "review", "people": ["office"]}]}
    assert client.post(address, json={"outcome": "approve"}, headers=said).status_code == 422
    assert client.post(address, json=given, headers=said).status_code == 200
