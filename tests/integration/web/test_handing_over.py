"""Leavers in pages and over the interface: what is theirs goes to others when it is confirmed."""

from __future__ import annotations

import pytest

from engine.college import persons, posts
from engine.people import SYSTEM
from tests.college import SINCE
from tests.integration.web.office import Office
from tests.integration.web.paper import Paper
from tests.integration.web.people_office import errors, keeper, send

PASSWORD = "test-password"


@pytest.fixture
def desk(app, db, sessions, college, browser):  # noqa: ARG001  (the application is there first)
    """A browser of whoever hands work over; there is a head who gets it."""
    keeper(db)
    dean = persons.create(db, "dean", "沈院长", by=SYSTEM, number="8001")
    head = posts.create(db, "head", "负责人", by=SYSTEM)
    posts.give(db, dean, head, college.units["machine"], since=SINCE, by=SYSTEM)
    db.commit()
    Office(db, sessions, college).start()
    return browser("keeper")


def test_the_list_is_confirmed_changed_and_its_result_shown(desk, college):
    address = f"/people/{college.users['leader']}/hand-over"
    assert address in Paper.open(desk, f"/people/{college.users['leader']}/departure").answer.text
    page = Paper.open(desk, address)
    for words in ("待办任务", "发起的流程", "诊改主体", "智能制造学院·专业带头人"):
        assert words in page.text
    fields = page.tree.xpath("//input[starts-with(@name, 'to.')]/@value")
    assert set(fields) == {"沈院长（8001）"}
    task = page.tree.xpath("//input[starts-with(@name, 'to.task')]/@name")[0]
    wrong = send(page, **{task: "没有这个人", "reason": "调离"})
    assert wrong.status == 422
    assert errors(wrong)
    assert wrong.tree.xpath(f"//input[@name='{task}']/@value") == ["没有这个人"]
    assert send(page, reason="").status == 422
    done = send(page, **{task: "周明岚", "reason": "调离"})
    assert "交给周明岚" in done.text
    assert "交给沈院长" in done.text
    assert "没有要移交的" in done.text
    assert "待办任务" in done.text


def test_only_those_who_keep_people_or_flows_hand_work_over(desk, browser, college):
    address = f"/people/{college.users['leader']}/hand-over"
    assert browser("office").get(address).status_code == 403
    assert Paper.open(browser("admin"), address).status == 200
    assert Paper.open(desk, "/people/999999/hand-over").status == 404


@pytest.mark.usefixtures("desk")
def test_programs_read_the_list_and_confirm_it(app, college):
    client = app.test_client()
    asked = {"username": "keeper", "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=asked).json["token"]
    said = {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/people/{college.users['leader']}/hand-over"
    items = client.get(address, headers=said).json["items"]
    case = next(one for one in items if one["sort"] == "case")
    assert case["proposed"]["username"] == "dean"
    given = {"reason": "调离", "items": [{"id": case["id"], "to": "office"}]}
    answer = client.post(address, json=given, headers=said)
    assert answer.status_code == 200, answer.text
    assert [(one["id"], one["status"]) for one in answer.json["results"]] == [(case["id"], "done")]
    for wrong in (
        {"reason": "", "items": given["items"]},
        {"reason": "调离", "items": []},
        {"reason": "调离", "items": [{"id": case["id"], "to": "nobody"}]},
    ):
        assert client.post(address, json=wrong, headers=said).status_code in (404, 422)
