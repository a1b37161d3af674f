"""Definitions over the interface: kept whatever they are, published when they are right, pinned."""

from __future__ import annotations

import io

from tests.college import ROOT
from tests.third_step import FIGURE, third_step

FORM = (ROOT / "forms/major.form").read_bytes()
KEY = "/definitions/approval_major"


def test_new_cases_take_the_new_version_and_running_ones_keep_theirs(handed_in, goals, program):
    case, _task = handed_in()
    admin = program("admin")
    made = admin.xml("POST", f"{KEY}/versions?note=三级审批", third_step())
    assert (made.status_code, made.json["number"], made.json["is_new"]) == (201, 2, True), made.text
    new, _first = goals("2032-2034")
    versions = [program("leader").get(f"/instances/{one}").json["version"] for one in (case, new)]
    assert versions == [1, 2]
    listed = program("leader").get(f"{KEY}/versions").json["items"]
    assert [(one["number"], one["is_active"], one["note"]) for one in listed] == [
        (2, True, "三级审批"),
        (1, False, "测试"),
    ]
    (line,) = program("leader").get("/definitions").json["items"]
    assert (line["key"], line["version"]) == ("approval_major", 2)


def test_the_bytes_come_back_as_they_were_sent(program):
    leader = program("leader")
    got = leader.get(f"{KEY}/versions/1/bpmn")
    assert got.data == FIGURE
    assert got.mimetype == "application/xml"
    assert got.headers["Content-Disposition"].startswith("attachment")
    again = leader.get(f"{KEY}/versions/1/bpmn", **{"If-None-Match": got.headers["ETag"]})
    assert again.status_code == 304
    version = leader.get(f"{KEY}/versions/1")
    assert version.headers["ETag"].strip('"') == version.json["sha256"]
    assert version.json["forms"]["major"]["components"]
    for path in ("/versions/9", "/versions/9/bpmn"):
        assert leader.get(KEY + path).status_code == 404
    assert leader.get("/definitions/nothing/versions").status_code == 404


def test_a_diagram_we_cannot_run_is_kept_and_told_why(program):
    admin = program("admin")
    wrong = (
        FIGURE.replace(b"post:college_reviewer", b"post:nobody")
        .replace(b'id="approval_major" name', b'id="not_yet" name')
        .replace(b'processRef="approval_major"', b'processRef="not_yet"')
    )
    kept = admin.xml("POST", "/definitions", wrong)
    assert (kept.status_code, kept.json["key"], kept.json["revision"]) == (201, "not_yet", 1)
    assert [(one["element"], one["rule"]) for one in kept.json["findings"]] == [
        ("college_review", "assignment_known")
    ]
    where = kept.headers["Location"].removeprefix("/api/v1")
    assert admin.get(where).data == wrong
    refused = admin.post("/definitions/not_yet/versions", {"note": "…"})
    assert refused.status_code == 422
    assert [one["rule"] for one in refused.json["findings"]] == ["assignment_known"]
    assert [one["key"] for one in admin.get("/definitions").json["items"]] == [
        "approval_major",
        "not_yet",
    ]
    seen = program("leader").get("/definitions").json["items"]
    assert [one["key"] for one in seen] == ["approval_major"]


def test_an_id_that_is_no_key_does_no_harm(program):
    admin = program("admin")
    for name in ("流程/一".encode(), b"x" * 300, b""):
        drawn = FIGURE.replace(b'id="approval_major" name', b'id="' + name + b'" name')
        kept = admin.xml("POST", "/definitions", drawn)
        assert (kept.status_code, kept.json["key"][:5]) == (201, "file-")
        assert admin.get(f"/definitions/{kept.json['key']}/draft").data == drawn


def test_what_is_no_diagram_is_refused_with_a_finding(program):
    admin = program("admin")
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    for body in (b"", b"x", b"<a/>", bomb, b"\xff\xfe<a/>", b"<" * 1000):
        for method, path in (
            ("POST", "/definitions"),
            ("PUT", f"{KEY}/draft"),
            ("POST", f"{KEY}/versions?note=x"),
        ):
            answer = admin.xml(method, path, body)
            is_kept = body == b"<a/>" and method == "PUT"
            assert answer.status_code == (200 if is_kept else 422), (path, body)
            assert answer.json["findings"]


def test_a_draft_is_saved_over_what_was_read(program):
    admin = program("admin")
    first = admin.get(f"{KEY}/draft")
    assert first.data == FIGURE
    tag = first.headers["ETag"]
    saved = admin.xml("PUT", f"{KEY}/draft", third_step(), **{"If-Match": tag})
    assert (saved.status_code, saved.json["revision"]) == (200, 1)
    stale = admin.xml("PUT", f"{KEY}/draft", FIGURE, **{"If-Match": tag})
    assert stale.status_code == 412
    assert stale.json["current"]["saved_by"] == "何知行"
    assert stale.json["current"]["bpmn"].encode() == third_step()
    for headers in ({"If-Match": tag}, {"If-Match": stale.headers["ETag"]}):
        made = admin.post(f"{KEY}/versions", {"note": "三级审批"}, **headers)
    assert (made.status_code, made.json["number"]) == (201, 2)
    assert admin.get(f"{KEY}/versions/2/bpmn").data == third_step()


def test_forms_travel_with_the_diagram(program):
    admin = program("admin")
    drawn = third_step()
    files = {"a": (io.BytesIO(drawn), "x.bpmn"), "b": (io.BytesIO(FORM), "major.form")}
    made = admin.send("POST", f"{KEY}/versions", data={"note": "表单", **files})
    assert (made.status_code, made.json["number"]) == (201, 2), made.text
    bad = {
        "no diagram": {"b": (io.BytesIO(FORM), "major.form")},
        "another kind": {"a": (io.BytesIO(drawn), "x.bpmn"), "b": (io.BytesIO(b"x"), "x.exe")},
        "a path": {"a": (io.BytesIO(drawn), "x.bpmn"), "b": (io.BytesIO(FORM), "../a b.form")},
        "no form": {"a": (io.BytesIO(drawn), "x.bpmn"), "b": (io.BytesIO(b"{}"), "major.form")},
    }
    for name, sent in bad.items():
        answer = admin.send("POST", "/definitions", data=sent)
        assert answer.status_code == 422, name


def test_publishing_asks_for_a_note_and_the_right_address(program):
    admin = program("admin")
    assert admin.xml("POST", f"{KEY}/versions", FIGURE).status_code == 422
    assert admin.post(f"{KEY}/versions", {"note": " "}).status_code == 422
    other = admin.xml("POST", "/definitions/another/versions?note=x", FIGURE)
    assert (other.status_code, "approval_major" in other.json["title"]) == (422, True)
    answer = admin.send("POST", "/definitions", data=b"x", content_type="text/plain")
    assert answer.status_code == 415
