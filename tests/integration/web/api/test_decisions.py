"""Tables and the moving of cases over the interface."""

from __future__ import annotations

from tests.college import ROOT
from tests.third_step import third_step

FILE = (ROOT / "processes/approval_chain.dmn").read_bytes()
TABLE = "/decisions/approval_chain"
KEY = "/definitions/approval_major"


def test_a_table_is_kept_read_and_asked(program):
    admin, leader = program("admin"), program("leader")
    made = admin.xml("PUT", TABLE, FILE)
    assert (made.status_code, made.json["is_new"], made.json["revision"]) == (201, True, 1)
    again = admin.xml("PUT", TABLE, FILE)
    assert (again.status_code, again.json["is_new"]) == (200, False)
    assert leader.get(TABLE).json["decisions"] == ["approval_chain"]
    assert leader.get(f"{TABLE}/dmn").data == FILE
    (line,) = leader.get("/decisions").json["items"]
    assert line["name"] == "审核上传流程的选择"
    values = {"kind": "major", "stage": "goal"}
    asked = leader.post(f"{TABLE}/evaluation", {"values": values})
    assert asked.json == {"rows": [3], "results": [{"definition": "approval_major"}]}
    wrong = leader.post(f"{TABLE}/evaluation", {"values": {"kind": "dog", "stage": "goal"}})
    assert wrong.status_code == 422
    assert "不能是" in wrong.json["title"]


def test_a_table_that_is_wrong_is_refused_with_its_findings(program):
    admin = program("admin")
    wrong = FILE.replace(b'"course"</text>', b'"major"</text>')
    refused = admin.xml("PUT", TABLE, wrong)
    assert refused.status_code == 422
    assert {one["rule"] for one in refused.json["findings"]} >= {"rows_overlap"}
    assert program("leader").xml("PUT", TABLE, FILE).status_code == 403
    assert admin.xml("PUT", "/decisions/other", FILE).status_code == 422
    assert admin.xml("PUT", TABLE, b"<a/>").status_code == 422


def test_cases_are_moved_watched_and_moved_back(handed_in, program, work):
    case, _task = handed_in()
    admin = program("admin")
    admin.xml("POST", f"{KEY}/versions?note=x", third_step())
    asked = {"from_version": 1, "to_version": 2}
    dry = admin.post(f"{KEY}/moves/plan", asked)
    assert (dry.json["total"], dry.json["movable"]) == (1, 1), dry.text
    begun = admin.post(f"{KEY}/moves", {**asked, "reason": "新版本"})
    assert begun.status_code == 201
    work()
    where = begun.headers["Location"].removeprefix("/api/v1")
    assert admin.get(where).json["counts"] == {"moved": 1}
    assert admin.get(f"/instances/{case}").json["version"] == 2
    assert admin.post(f"{where}/undo", {}).json["left"] == 1
    work()
    (line,) = admin.get(f"{where}/cases").json["items"]
    assert (line["instance"], line["status"]) == (case, "moved_back")
    assert admin.get(f"/instances/{case}").json["version"] == 1
    assert program("leader").post(f"{KEY}/moves/plan", asked).status_code == 403
    assert admin.post(f"{KEY}/moves", {**asked, "reason": ""}).status_code == 422
