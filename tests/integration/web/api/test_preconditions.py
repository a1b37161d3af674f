"""What has changed since it was read is not written over; the answer says what is there now."""

from __future__ import annotations

from tests.integration.web.api.program import column

MATCH = "If-Match"


def test_a_draft_is_kept_over_what_was_read(goals, program):
    _case, task = goals()
    leader = program("leader")
    seen = leader.get(f"/tasks/{task}")
    assert seen.headers["ETag"] == seen.json["etag"]
    assert seen.json["draft"] is None
    typed = column(seen.json["values"], "goals", "remark", "备注")
    saved = leader.put(f"/tasks/{task}/draft", {"values": typed}, **{MATCH: seen.json["etag"]})
    assert saved.status_code == 200
    assert saved.headers["ETag"] == saved.json["etag"] != seen.json["etag"]
    now = leader.get(f"/tasks/{task}").json
    assert now["draft"]["values"]["goals"][0]["remark"] == "备注 major.g01"
    assert now["values"]["goals"][0]["remark"] == ""
    assert now["etag"] == saved.json["etag"]

    stale = leader.put(f"/tasks/{task}/draft", {"values": {}}, **{MATCH: seen.json["etag"]})
    assert stale.status_code == 412
    assert stale.content_type == "application/problem+json"
    assert stale.json["current"]["draft"]["revision"] == 1
    assert stale.headers["ETag"] == saved.json["etag"]
    for header in ({MATCH: saved.json["etag"]}, {MATCH: "*"}, {}):
        answer = leader.put(f"/tasks/{task}/draft", {"values": typed}, **header)
        assert answer.status_code == 200


def test_a_draft_is_seen_by_who_may_hand_it_in(goals, program):
    _case, task = goals()
    leader = program("leader")
    values = column(leader.get(f"/tasks/{task}").json["values"], "goals", "remark", "秘密")
    leader.put(f"/tasks/{task}/draft", {"values": values})
    assert "秘密" in leader.get(f"/tasks/{task}").text
    for other in ("auditor", "admin"):
        seen = program(other).get(f"/tasks/{task}")
        assert (seen.status_code, seen.json["draft"], "秘密" in seen.text) == (200, None, False)


def test_a_draft_is_handed_in_where_no_values_are_sent(goals, program):
    case, task = goals()
    leader = program("leader")
    values = column(leader.get(f"/tasks/{task}").json["values"], "goals", "description")
    leader.put(f"/tasks/{task}/draft", {"values": values})
    assert leader.post(f"/tasks/{task}/completion", {"outcome": "approve"}).status_code == 200
    review = leader.get(f"/instances/{case}").json["tasks"][0]["id"]
    shown = program("reviewer").get(f"/tasks/{review}").json["values"]
    assert shown["goals"][0]["description"] == "写好了 major.g01"


def test_a_decision_on_what_has_changed_is_refused(handed_in, program):
    _case, task = handed_in()
    reviewer, other = program("reviewer"), program("reviewer2")
    seen = reviewer.get(f"/tasks/{task}").json["etag"]
    other.post(f"/tasks/{task}/claim")
    for path, asked in (
        ("completion", {"outcome": "approve"}),
        ("return", {"to": "initiator", "reason": "…"}),
        ("claim", {}),
        ("reassignment", {"to": "leader", "reason": "…"}),
    ):
        answer = reviewer.post(f"/tasks/{task}/{path}", asked, **{MATCH: seen})
        assert answer.status_code == 412, path
        assert answer.json["current"]["assignee"]["name"] == "郑怀瑾"
    fresh = other.get(f"/tasks/{task}").json["etag"]
    done = other.post(f"/tasks/{task}/completion", {"outcome": "approve"}, **{MATCH: fresh})
    assert done.status_code == 200


def test_a_form_that_is_not_right_is_told_by_path(goals, program):
    _case, task = goals()
    leader = program("leader")
    values = column(leader.get(f"/tasks/{task}").json["values"], "goals", "description")
    values["goals"][3]["description"] = "字" * 20_001
    answer = leader.post(f"/tasks/{task}/completion", {"outcome": "approve", "values": values})
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["goals/major.g04/description"]
    english = leader.post(
        f"/tasks/{task}/completion",
        {"outcome": "approve", "values": values},
        **{"Accept-Language": "en"},
    )
    assert english.status_code == 422


def test_a_task_not_changed_is_not_sent_again(goals, program):
    _case, task = goals()
    leader = program("leader")
    tag = leader.get(f"/tasks/{task}").headers["ETag"]
    assert leader.get(f"/tasks/{task}", **{"If-None-Match": tag}).status_code == 304
