"""The register over the interface: what is listed, entered, changed, and refused at its path."""

from __future__ import annotations

import pytest

from engine import roles
from engine.db import begin_writing
from engine.models import Role
from engine.people import SYSTEM

COURSE = {
    "kind": "course",
    "code": "C001",
    "name": "工业机器人编程",
    "unit": "machine",
    "owner": "leader",
    "since": "2026-03-01",
    "header": {"hours": 64, "credits": "3.5"},
}


@pytest.fixture
def keeper(db, college, program):
    """A program of somebody who keeps the register."""
    begin_writing(db)
    roles.give(db, college.users["office"], Role.QUALITY_OFFICE, by=SYSTEM)
    db.commit()
    return program("office")


def test_a_subject_is_entered_and_read_in_full(college, program, keeper):
    made = keeper.post("/subjects", COURSE | {"parent": college.subject, "is_pilot": True})
    assert made.status_code == 201, made.text
    assert made.headers["Location"].endswith(f"/subjects/{made.json['id']}")
    told = program("leader").get(f"/subjects/{made.json['id']}").json
    assert told == made.json
    assert told["header"] == {"hours": 64, "credits": 3.5}
    assert (told["unit_code"], told["parent"], told["is_pilot"]) == (
        "machine",
        college.subject,
        True,
    )
    assert told["owners"][0] == told["owners"][0] | {
        "person": {"id": college.users["leader"], "name": "吴允恭"},
        "since": "2026-03-01",
        "until": None,
        "is_now": True,
    }
    assert program("stranger").get(f"/subjects/{made.json['id']}").status_code == 404
    assert program("leader").post("/subjects", COURSE).status_code == 403


def test_what_is_wrong_is_told_by_path(keeper):
    keeper.post("/subjects", COURSE)
    for change, path in (
        ({}, "code"),
        ({"code": "C2", "unit": "nowhere"}, "unit"),
        ({"code": "C2", "owner": "nobody"}, "owner"),
        ({"code": "C2", "owner": 999_999}, "owner"),
        ({"code": "C2", "parent": 999_999}, "parent"),
        ({"code": "C2", "since": "2026-3-1"}, "since"),
        ({"code": "C2", "header": {"hours": "许多"}}, "header/hours"),
        ({"code": "C2", "header": {"hours": [64]}}, "header/hours"),
        ({"code": "C2", "header": {"colour": "红"}}, "header/colour"),
        ({"code": "C2", "kind": "club"}, "kind"),
        ({"code": "C2", "name": ""}, "name"),
    ):
        answer = keeper.post("/subjects", COURSE | change)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [path]), change
    answer = keeper.post("/subjects", COURSE | {"code": "C2", "since": "2199-01-01"})
    assert answer.status_code == 422


def test_a_change_keeps_what_it_does_not_name_and_minds_what_was_seen(college, keeper):
    path = f"/subjects/{keeper.post('/subjects', COURSE).json['id']}"
    seen = keeper.get(path)
    tag = seen.headers["ETag"]
    changed = keeper.put(path, {"name": "机器人编程"}, **{"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert changed.json == seen.json | {"name": "机器人编程"}
    late = keeper.put(path, {"name": "别的"}, **{"If-Match": tag})
    assert (late.status_code, late.json["current"]["name"]) == (412, "机器人编程")
    moved = keeper.put(path, {"owner": "reviewer", "since": "2026-09-01", "header": {}})
    assert [one["until"] for one in moved.json["owners"]] == [None, "2026-08-31"]
    assert (moved.json["header"], moved.json["owner"]["name"]) == ({}, "周明岚")
    assert keeper.put(path, {"owner": None}).json["owner"] is None
    assert keeper.put("/subjects/999999", {}).status_code == 404
    again = keeper.put(f"/subjects/{college.subject}", {"code": "460305"})
    assert again.status_code == 200


def test_a_list_is_narrowed(college, keeper):
    keeper.post("/subjects", COURSE | {"parent": college.subject})
    unit = college.units["machine"]
    for query, codes in (
        ("kind=course", ["C001"]),
        (f"unit={unit}", ["460305", "C001"]),
        (f"parent={college.subject}", ["C001"]),
        ("pilot=true", []),
        ("ownerless=true", []),
        ("ownerless=false&active=true&q=吴允", ["460305", "C001"]),
        ("active=false", []),
    ):
        items = keeper.get(f"/subjects?{query}").json["items"]
        assert [one["code"] for one in items] == codes, query
    assert keeper.get("/subjects?pilot=maybe").status_code == 422
