"""Nobody learns of what they may not see, and nothing that is sent becomes a column."""

from __future__ import annotations

import pytest

from engine.models import ProcessInstance, User, UserTask
from web.api.routing import OPERATIONS

NOWHERE = 10**12


def test_every_route_asks_for_a_token_or_says_that_it_does_not(anybody):
    free = {"create_token", "show_description"}
    assert {one.name for one in OPERATIONS if one.access == "public"} == free
    for one in OPERATIONS:
        if one.name not in free:
            path = one.rule.replace("<int:", "").replace("<word:", "")
            path = "/".join("1" if part.endswith(">") else part for part in path.split("/"))
            assert anybody.send(one.method, path).status_code == 401, one.name


def test_a_stranger_sees_of_a_case_what_nobody_sees(handed_in, program):
    case, task = handed_in()
    stranger = program("stranger")
    asked = {
        "completion": {"outcome": "approve"},
        "return": {"to": "initiator", "reason": "…"},
        "claim": None,
        "reassignment": {"to": "stranger", "reason": "…"},
    }
    for path, body in asked.items():
        there = stranger.post(f"/tasks/{task}/{path}", body)
        nowhere = stranger.post(f"/tasks/{NOWHERE}/{path}", body)
        assert (there.status_code, there.json) == (404, nowhere.json), path
    for method, path, body in (
        ("GET", "/tasks/{}", None),
        ("PUT", "/tasks/{}/draft", {"values": {}}),
        ("DELETE", "/tasks/{}/claim", None),
    ):
        there = stranger.send(method, path.format(task), json=body)
        assert (there.status_code, there.json) == (
            404,
            stranger.send(method, path.format(NOWHERE), json=body).json,
        )
    for path in ("", "/log"):
        assert stranger.get(f"/instances/{case}{path}").status_code == 404
    cancelled = stranger.post(f"/instances/{case}/cancellation", {"reason": "…"})
    assert cancelled.status_code == 404
    assert stranger.get("/instances").json["items"] == []
    assert stranger.get("/tasks").json["items"] == []


def test_who_has_a_part_in_a_case_sees_it_and_no_more(handed_in, program):
    case, task = handed_in()
    for name in ("leader", "reviewer", "reviewer2", "auditor", "admin"):
        assert program(name).get(f"/instances/{case}").status_code == 200, name
        assert [one["id"] for one in program(name).get("/instances").json["items"]] == [case]
    for name in ("leader", "auditor", "admin"):
        refused = program(name).post(f"/tasks/{task}/completion", {"outcome": "approve"})
        assert refused.status_code == 403, name
        assert "approve" not in {
            verb["key"] for verb in program(name).get(f"/tasks/{task}").json["verbs"]
        }
    assert program("office").get(f"/instances/{case}").status_code == 404
    assert program("leader").get(f"/instances/{case}/replay").status_code == 403
    reason = {"reason": "…"}
    assert program("reviewer").post(f"/instances/{case}/cancellation", reason).status_code == 403
    done = program("admin").post(f"/instances/{case}/cancellation", reason)
    assert (done.status_code, done.json["state"]) == (200, "cancelled")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/jobs"),
        ("GET", "/incidents"),
        ("POST", "/incidents/1/resolution"),
        ("POST", "/definitions"),
        ("GET", "/definitions/approval_major/draft"),
        ("PUT", "/definitions/approval_major/draft"),
        ("POST", "/definitions/approval_major/versions"),
    ],
)
def test_what_is_for_administrators_is_refused_to_others(program, method, path):
    assert program("leader").send(method, path).status_code == 403


def test_names_of_columns_are_nothing_to_fill_in(handed_in, goals, program, college):
    _case, task = handed_in()
    columns = {
        column.name
        for model in (ProcessInstance, UserTask, User)
        for column in model.__table__.columns
    }
    hostile = dict.fromkeys(columns, 1)
    reviewer, leader = program("reviewer"), program("leader")
    for path, asked in (
        (f"/tasks/{task}/completion", {"outcome": "approve"}),
        (f"/tasks/{task}/return", {"to": "initiator", "reason": "…"}),
        (f"/tasks/{task}/claim", {}),
        (f"/tasks/{task}/reassignment", {"to": "leader", "reason": "…"}),
    ):
        answer = reviewer.post(path, {**hostile, **asked})
        assert answer.status_code == 422, path
        assert set(answer.json["errors"]) >= columns - set(asked) - {"outcome", "reason"}
    start = {"definition": "approval_major", "subject": college.subject, "started_by": 5}
    assert leader.post("/instances", start).status_code == 422
    start = {"definition": "approval_major", "subject": college.subject, "values": hostile}
    assert leader.post("/instances", start).status_code == 422
    _other, mine = goals("2032-2034")
    values = leader.get(f"/tasks/{mine}").json["values"] | hostile
    assert leader.put(f"/tasks/{mine}/draft", {"values": values}).status_code == 422


def test_what_may_only_be_read_stays_as_it_was(handed_in, program):
    case, task = handed_in()
    reviewer = program("reviewer")
    seen = reviewer.get(f"/tasks/{task}").json["values"]
    other = {**seen, "goals": []}
    answer = reviewer.post(f"/tasks/{task}/completion", {"outcome": "approve", "values": other})
    assert answer.status_code == 200
    office = program("office")
    (waiting,) = office.get(f"/instances/{case}").json["tasks"]
    assert office.get(f"/tasks/{waiting['id']}").json["values"] == seen
