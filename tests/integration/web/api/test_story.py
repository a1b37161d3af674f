"""Figure 4 over the interface: filled in, returned, handed in again, approved twice, published."""

from __future__ import annotations

from tests.integration.web.api.program import column


def test_the_goals_of_a_major_go_all_the_way(goals, program, work, college):
    leader, reviewer, office = program("leader"), program("reviewer"), program("office")
    case, task = goals()
    seen = leader.get(f"/tasks/{task}").json
    assert [verb["label"] for verb in seen["verbs"] if verb["key"] == "approve"] == ["提交"]
    assert len(seen["values"]["goals"]) == 11
    assert seen["form"]["components"]
    assert seen["rights"]["goals.description"] == "edit"
    filled = column(seen["values"], "goals", "description")
    done = leader.post(f"/tasks/{task}/completion", {"outcome": "approve", "values": filled})
    assert (done.status_code, done.json["status"]) == (200, "completed")

    (review,) = reviewer.get("/tasks").json["items"]
    assert review["name"] == "二级学院审核"
    seen = reviewer.get(f"/tasks/{review['id']}").json
    assert [verb["key"] for verb in seen["verbs"]] == [
        "claim",
        "approve",
        "return",
        "reassign",
        "lend",
        "add_signer",
        "copy",
        "step_aside",
    ]
    assert [target["to"] for target in seen["return_targets"]] == ["submit"]
    assert set(seen["rights"].values()) == {"read"}
    sent = {"to": "initiator", "then": "through_steps", "reason": "目标要写明年份"}
    assert reviewer.post(f"/tasks/{review['id']}/return", sent).json["status"] == "returned"

    (again,) = leader.get("/tasks").json["items"]
    assert again["returned"]
    better = column(filled, "goals", "description", "写明了年份")
    path = f"/tasks/{again['id']}/completion"
    assert leader.post(path, {"outcome": "approve", "values": better}).status_code == 200
    for person in (reviewer, office):
        (waiting,) = person.get("/tasks").json["items"]
        answer = person.post(f"/tasks/{waiting['id']}/completion", {"outcome": "approve"})
        assert answer.status_code == 200
    work()

    found = leader.get(f"/instances/{case}").json
    assert (found["state"], found["tasks"]) == ("completed", [])
    (published,) = leader.get(f"/subjects/{college.subject}/documents").json["items"]
    assert published["id"] == found["document"]
    document = leader.get(f"/documents/{published['id']}").json
    assert document["values"]["goals"][0]["description"].startswith("写明了年份")
    assert [one["instance"] for one in document["versions"]] == [case]

    lines = leader.get(f"/instances/{case}/log").json["items"]
    assert [line["kind"] for line in lines] == [
        "instance_started",
        "task_completed",
        "task_returned",
        "task_completed",
        "task_completed",
        "task_completed",
        "job_completed",
    ]
    assert (lines[2]["who"], lines[2]["comment"]) == ("周明岚", "目标要写明年份")
    verdict = program("auditor").get(f"/instances/{case}/replay").json
    assert (verdict["identical"], len(verdict["frames"])) == (True, len(lines))


def test_boxes_hold_what_they_say(handed_in, goals, program):
    leader, reviewer = program("leader"), program("reviewer")
    case, review = handed_in()
    _other, task = goals("2032-2034")
    values = leader.get(f"/tasks/{task}").json["values"]
    assert leader.put(f"/tasks/{task}/draft", {"values": values}).status_code == 200
    assert [one["id"] for one in leader.get("/tasks?box=todo").json["items"]] == [task]
    assert [one["id"] for one in leader.get("/tasks?box=draft").json["items"]] == [task]
    assert [one["instance"] for one in leader.get("/tasks?box=done").json["items"]] == [case]
    assert len(leader.get("/tasks?box=started").json["items"]) == 2
    assert [one["id"] for one in reviewer.get("/tasks?due=week").json["items"]] in ([], [review])
    assert leader.get("/tasks?box=nothing").status_code == 422
    copied = {"to": ["reviewer2", "leader"], "note": "供参考"}
    assert reviewer.post(f"/tasks/{review}/copies", copied).status_code == 200
    (line,) = leader.get("/tasks?box=cc").json["items"]
    assert (line["instance"], line["sender"], line["read_at"]) == (case, "周明岚", None)
    assert leader.post(f"/instances/{case}/reading", {}).status_code == 200
    assert leader.get("/tasks?box=cc").json["items"][0]["read_at"]


def test_lists_go_on_where_they_stopped(handed_in, program):
    cases = [handed_in()[0] for _each in range(3)]
    for person, path in (
        ("leader", "/instances?limit=2"),
        ("leader", "/tasks?box=started&limit=2"),
        ("leader", "/tasks?box=done&limit=2"),
        ("reviewer", "/tasks?limit=2"),
        ("admin", "/instances?state=running&limit=2"),
    ):
        first = program(person).get(path).json
        second = program(person).get(f"{path}&cursor={first['next']}").json
        found = [one.get("instance") or one["id"] for one in first["items"] + second["items"]]
        assert len(first["items"]) == 2, path
        assert (sorted(found), second["next"]) == (cases, None), path


def test_a_task_is_claimed_put_back_and_handed_over(handed_in, program, college):
    _case, task = handed_in()
    reviewer, other = program("reviewer"), program("reviewer2")
    claimed = reviewer.post(f"/tasks/{task}/claim")
    assert claimed.json["assignee"]["name"] == "周明岚"
    assert "release" in [verb["key"] for verb in claimed.json["verbs"]]
    lost = other.post(f"/tasks/{task}/claim")
    assert (lost.status_code, "周明岚" in lost.json["title"]) == (409, True)
    assert reviewer.delete(f"/tasks/{task}/claim").json["status"] == "ready"
    given = {"to": "reviewer2", "reason": "我是编写人之一"}
    assert reviewer.post(f"/tasks/{task}/reassignment", given).json["status"] == "claimed"
    back = {"to": college.users["reviewer"], "reason": "还是您来"}
    assert other.post(f"/tasks/{task}/reassignment", back).status_code == 200
    unknown = reviewer.post(f"/tasks/{task}/reassignment", {"to": "nobody", "reason": "…"})
    assert unknown.status_code == 422


def test_a_batch_answers_for_each(handed_in, program):
    tasks = [handed_in()[1] for _each in range(2)]
    reviewer = program("reviewer")
    reviewer.post(f"/tasks/{tasks[0]}/completion", {"outcome": "approve"})
    ids = [tasks[1], tasks[0], 10**12]
    answer = reviewer.post("/tasks/batch", {"ids": ids, "outcome": "approve"})
    assert [(one["task"], one["status"]) for one in answer.json["items"]] == [
        (tasks[1], 200),
        (tasks[0], 409),
        (10**12, 404),
    ]
    assert answer.json["items"][0]["event"]["seq"] == 3
