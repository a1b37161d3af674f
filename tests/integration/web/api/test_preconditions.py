"""What has changed since it was read is not written over; the answer says what is there now."""

from __future__ import annotations

import orjson
from sqlalchemy import select

from engine import definitions
from engine.models import UserTask
from engine.people import SYSTEM
from tests.integration.engine import flow
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


def test_a_draft_is_thrown_away_as_it_was_read(goals, program):
    _case, task = goals()
    leader, path = program("leader"), f"/tasks/{task}/draft"
    seen = leader.get(f"/tasks/{task}").json
    typed = column(seen["values"], "goals", "remark", "备注")
    saved = leader.put(path, {"values": typed}).json["etag"]
    assert leader.delete(path, **{MATCH: seen["etag"]}).status_code == 412
    gone = leader.delete(path, **{MATCH: saved})
    assert (gone.status_code, gone.data) == (204, b"")
    now = leader.get(f"/tasks/{task}").json
    assert (now["draft"], now["etag"]) == (None, gone.headers["ETag"])
    assert leader.delete(path).status_code == 204
    assert program("stranger").delete(path).status_code == 404


def test_a_suspended_case_says_so_before_what_is_missing(goals, program):
    case, task = goals()
    leader, admin = program("leader"), program("admin")
    assert admin.post(f"/instances/{case}/suspension", {"reason": "等通知"}).status_code == 200
    answer = leader.post(f"/tasks/{task}/completion", {"outcome": "approve"})
    assert (answer.status_code, "暂停" in answer.json["title"]) == (409, True)


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


def test_a_signer_without_a_state_writes_over_nothing_of_another(app, db, college, program):  # noqa: ARG001  (the application is there first)
    fields = [{"type": "textfield", "key": key, "label": key} for key in ("one", "two")]
    form = orjson.dumps({"type": "default", "components": fields}).decode()
    signed = flow.step("sign", "user:reviewer,user:office", signing="all", field_rights="*:edit")
    drawn = flow.chain("together", flow.step("submit"), signed)
    drawn = drawn.replace(b'id="sign"', b'id="sign" camunda:formRef="both"')
    definitions.publish(db, drawn, by=SYSTEM, note="版", forms={"both": form})
    case = flow.begin(db, drawn, by=college.actor(db, "leader"))
    flow.do(db, case, "submit", by=college.actor(db, "leader"))
    rows = db.execute(
        select(UserTask.assignee_id, UserTask.id).where(UserTask.element_id == "sign")
    ).all()
    seats = {row.assignee_id: row.id for row in rows}
    db.commit()
    first, second = program("reviewer"), program("office")
    mine = seats[college.users["office"]]
    said = {"outcome": "approve", "values": {"one": "甲写的"}}
    path = f"/tasks/{seats[college.users['reviewer']]}/completion"
    assert first.post(path, said).status_code == 200
    stale = second.post(
        f"/tasks/{mine}/completion", {"outcome": "approve", "values": {"one": "", "two": "乙"}}
    )
    assert (stale.status_code, stale.json["current"]["values"]["one"]) == (412, "甲写的")
    done = second.post(f"/tasks/{mine}/completion", {"outcome": "approve", "values": {"two": "乙"}})
    assert done.status_code == 200
    assert first.get(path.removesuffix("/completion")).json["values"] == {
        "one": "甲写的",
        "two": "乙",
    }


def test_a_task_that_went_elsewhere_is_a_lost_race_and_no_missing_page(app, db, college, program):  # noqa: ARG001  (as above)
    leader = college.actor(db, "leader")
    case = flow.begin(
        db, flow.chain("gone", flow.step("submit"), flow.step("review", "user:reviewer")), by=leader
    )
    flow.do(db, case, "submit", by=leader)
    task = flow.open_tasks(db, case)["review"]
    db.commit()
    reviewer, asked = program("reviewer"), {"to": "office", "reason": "请办"}
    assert reviewer.post(f"/tasks/{task}/reassignment", asked).status_code == 200
    late = reviewer.post(f"/tasks/{task}/completion", {"outcome": "approve"})
    assert (late.status_code, late.json["title"]) == (
        409,
        "这件事已经不在您手里，刚才的操作没有做。",
    )
    never = program("stranger").post(f"/tasks/{task}/completion", {"outcome": "approve"})
    assert never.status_code == 404
