"""Messages, signals and suspending over the interface."""

from __future__ import annotations

from tests.integration.web.api.program import column


def test_nobody_waiting_is_no_error(program):
    for path in ("/messages", "/signals"):
        answer = program("admin").post(path, {"name": "paper"})
        assert (answer.status_code, answer.json["reached"]) == (200, 0)
        assert program("leader").post(path, {"name": "paper"}).status_code == 403


def test_a_suspended_case_refuses_its_steps_until_it_is_resumed(program, goals):
    case, task = goals()
    path = f"/instances/{case}/suspension"
    admin = program("admin")
    assert program("leader").post(path, {"reason": "等文件"}).status_code == 403
    assert admin.post(path, {}).status_code == 422
    assert admin.post(path, {"reason": "等文件"}).json["suspended"]
    assert admin.post(path, {"reason": "等文件"}).status_code == 409
    values = program("leader").get(f"/tasks/{task}").json["values"]
    filled = column(values, "goals", "description")
    asked = {"outcome": "approve", "comment": "x", "values": filled}
    assert program("leader").post(f"/tasks/{task}/completion", asked).status_code == 409
    assert admin.get(f"/instances/{case}").json["state"] == "suspended"
    assert admin.delete(path).json["suspended"] is False
    assert admin.delete(path).status_code == 409


def test_a_suspended_flow_begins_nothing(program, college):
    admin = program("admin")
    path = "/definitions/approval_major"
    assert admin.post(f"{path}/suspension", {"reason": "改制度"}).json["suspended"]
    asked = {"definition": "approval_major", "subject": college.subject, "values": {}}
    answer = program("leader").post("/instances", asked)
    assert "已经暂停" in answer.text
    assert admin.get(f"{path}/schedule").json == {"suspended": True, "next_runs": []}
    assert admin.post(f"{path}/resumption", {}).json["suspended"] is False
