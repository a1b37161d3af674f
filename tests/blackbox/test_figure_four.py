"""The whole story of figure 4 over REST, against a server of its own, as four people live it."""

from __future__ import annotations

import http.client

import pytest

from tests.blackbox.server import Visitor
from tests.faults.server import Server
from tests.third_step import FIGURE, third_step

APPROVE = {"outcome": "approve"}


@pytest.fixture
def server(database_url, tmp_path, db, college):
    """A running server over the college."""
    assert college.users
    db.rollback()
    made = Server(database_url, tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def person(server):
    """Somebody of the college, over HTTP."""
    return lambda name: Visitor(server.port, name)


def begin(leader, subject, stage, period):
    values = {"stage": stage, "period": period}
    asked = {"definition": "approval_major", "subject": subject, "values": values}
    answer = leader.post("/instances", asked)
    assert answer.status == 201, answer.body
    assert answer.headers["Location"] == f"/api/v1/instances/{answer.json['id']}"
    return answer.json["id"]


def fill(visitor, task, grid, columns, text):
    """Type into every row, keep the draft, hand it in as it was kept."""
    seen = visitor.get(f"/tasks/{task}")
    values = seen.json["values"]
    rows = [{**row, **dict.fromkeys(columns, text)} for row in values[grid]]
    asked = {"values": {**values, grid: rows}}
    kept = visitor.put(f"/tasks/{task}/draft", asked, **{"If-Match": seen.headers["ETag"]})
    assert kept.status == 200, kept.body
    path = f"/tasks/{task}/completion"
    done = visitor.post(path, APPROVE, **{"If-Match": kept.headers["ETag"]})
    assert done.status == 200, done.body
    return len(rows)


def waiting(visitor, case):
    """The one task of this case in the person's inbox."""
    (task,) = [one for one in visitor.get("/tasks").json["items"] if one["instance"] == case]
    return task["id"]


def approve(visitor, case):
    """Agree, twice under one key: once for the wire that broke."""
    path, key = f"/tasks/{waiting(visitor, case)}/completion", f"{visitor.username} {case}"
    first, again = (visitor.post(path, APPROVE, **{"Idempotency-Key": key}) for _n in range(2))
    assert (first.status, again.status) == (200, 200), first.body
    assert again.body == first.body
    assert again.headers["Idempotent-Replayed"] == "true"


def test_goals_then_standards_then_a_third_step(person, college):
    leader, reviewer, office = person("leader"), person("reviewer"), person("office")
    goals = begin(leader, college.subject, "goal", "2026-2028")
    assert fill(leader, waiting(leader, goals), "goals", ["description"], "初稿") == 11
    sent = {"to": "initiator", "then": "through_steps", "reason": "请写明到哪一年"}
    assert reviewer.post(f"/tasks/{waiting(reviewer, goals)}/return", sent).status == 200
    fill(leader, waiting(leader, goals), "goals", ["description"], "到 2028 年")
    approve(reviewer, goals)
    approve(office, goals)
    assert leader.waits_until_ended(goals) == "completed"

    path = f"/subjects/{college.subject}/documents"
    (document,) = leader.get(f"{path}?stage=goal").json["items"]
    shown = leader.get(f"/documents/{document['id']}").json["values"]["goals"]
    assert {row["description"] for row in shown} == {"到 2028 年"}

    standards = begin(leader, college.subject, "standard", "2027")
    columns = ["performance", "assurance", "process"]
    assert fill(leader, waiting(leader, standards), "standards", columns, "达到") == 41
    approve(reviewer, standards)

    admin = person("admin")
    drawn = third_step()
    assert admin.get("/definitions/approval_major/versions/1/bpmn").body == FIGURE
    media = {"Content-Type": "application/xml"}
    note = "?note=third%20step"
    made = admin.send("POST", f"/definitions/approval_major/versions{note}", drawn, **media)
    assert (made.status, made.json["number"]) == (201, 2), made.body

    approve(office, standards)
    assert leader.waits_until_ended(standards) == "completed"
    assert [one["stage"] for one in leader.get(path).json["items"]] == ["standard", "goal"]

    newer = begin(leader, college.subject, "standard", "2028")
    fill(leader, waiting(leader, newer), "standards", columns, "达到")
    approve(reviewer, newer)
    approve(office, newer)
    (third,) = leader.get(f"/instances/{newer}").json["tasks"]
    assert third["element"] == "school_approval"
    path = f"/tasks/{waiting(office, newer)}/completion"
    assert office.post(path, APPROVE).status == 200
    assert leader.waits_until_ended(newer) == "completed"

    for case, version in ((goals, 1), (standards, 1), (newer, 2)):
        assert leader.get(f"/instances/{case}").json["version"] == version
        assert person("auditor").get(f"/instances/{case}/replay").json["identical"]


def test_the_server_is_watched_and_stops_in_order(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/api", 404)):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        assert response.status == status, path
    connection.close()
    assert server.stop() == 0
    assert "Traceback" not in server.log
