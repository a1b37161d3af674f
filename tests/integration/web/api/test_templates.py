"""Templates over the interface: those that hold, their versions, writing and proposing the next."""

from __future__ import annotations

import pytest

from engine.college import committees, posts
from engine.db import begin_writing
from engine.people import SYSTEM
from quality import kinds
from tests.college import ROOT, SINCE, publish
from tests.integration.quality import test_templates as written

DRAFT = "/templates/major/draft"


@pytest.fixture
def lead(db, college, program):
    """A program of who leads majors, with the flow that approves templates."""
    begin_writing(db)
    made = committees.create(db, "quality_committee", "诊改委员会", "committee", by=SYSTEM)
    committees.seat(db, made, college.users["reviewer"], since=SINCE, by=SYSTEM)
    posts.create(db, "head", "负责人", by=SYSTEM)
    publish(db, (ROOT / "processes/approval_template.bpmn").read_bytes())
    db.commit()
    return program("office")


def test_everybody_reads_templates_and_compares_them(db, program):
    begin_writing(db)
    written.row(db, written.MAJOR, 1, 0)
    written.row(db, [*written.MAJOR[1:], written.NEW], 2, 2099)
    db.commit()
    leader = program("leader")
    listed = {one["kind"]: one for one in leader.get("/templates").json["items"]}
    assert list(listed) == list(kinds.KEYS)
    assert (listed["major"]["current"], listed["major"]["newest"]) == (1, 2)
    assert not listed["major"]["may_edit"]
    now = leader.get("/templates/major")
    assert now.json == leader.get("/templates/major/versions/1").json
    assert now.headers["ETag"] == f'"{now.json["sha256"]}"'
    assert len(now.json["goals"]) == 11
    assert leader.get("/templates/major?year=2099").json["number"] == 2
    versions = leader.get("/templates/major/versions").json["items"]
    assert [one["number"] for one in versions] == [2, 1]
    changes = leader.get("/templates/major/changes").json["items"]
    assert {one["what"] for one in changes} == {"goal_added", "item_added", "goal_dropped"}
    assert leader.get("/templates/club").status_code == 404
    assert leader.get(DRAFT).status_code == 403


def test_the_next_template_is_written_over_what_was_seen_and_handed_in(lead, program, described):
    seen = lead.get(DRAFT)
    assert described("/templates/{kind}/draft", seen)
    assert (seen.json["revision"], seen.json["problems"]) == (0, [])
    goals = seen.json["goals"]
    added = {"label": "课程思政目标", "label_in_standard": "课程思政目标", "items": [{"label": ""}]}
    asked = {"goals": [*goals, added], "first_year": 2027, "note": "增加课程思政"}
    tag = {"If-Match": seen.headers["ETag"]}
    saved = lead.put(DRAFT, asked, **tag)
    assert saved.status_code == 200, saved.text
    new = saved.json["goals"][-1]
    assert (new["id"], saved.json["problems"][0]["row"]) == ("major.g12", new["items"][0]["id"])
    assert saved.headers["ETag"] == lead.get(DRAFT).headers["ETag"]
    stale = lead.put(DRAFT, asked, **tag)
    assert (stale.status_code, stale.json["current"]["revision"]) == (412, 1)
    assert lead.post("/templates/major/submission").status_code == 422
    new["items"][0]["label"] = "思政案例"
    assert lead.put(DRAFT, {**asked, "goals": [*goals, new]}).json["problems"] == []
    tag = {"If-Match": lead.get(DRAFT).headers["ETag"]}
    begun = lead.post("/templates/major/submission", **tag)
    assert (begun.status_code, begun.json["definition"]) == (201, "approval_template")
    listed = lead.get("/templates").json["items"]
    assert begun.json["id"] in {one["instance"] for one in listed}
    assert lead.post("/templates/major/submission").status_code == 422
    assert program("reviewer").delete(DRAFT).status_code == 403
    assert lead.delete(DRAFT, **tag).json["revision"] == 0
    assert lead.put(DRAFT, asked, **tag).status_code == 412


GOAL = {"label": "目标"}
WRONG = [
    {},
    {"goals": []},
    {"goals": [GOAL]},
    {"goals": [GOAL], "first_year": "2027"},
    {"goals": [GOAL], "first_year": 10**30},
    {"goals": [3], "first_year": 2027},
    {"goals": [{}], "first_year": 2027},
    {"goals": [{"label": "a\x00b"}], "first_year": 2027},
    {"goals": [{"label": "x" * 1_001}], "first_year": 2027},
    {"goals": [GOAL] * 101, "first_year": 2027},
    {"goals": [{"id": "course.g01", **GOAL}], "first_year": 2027},
    {"goals": [{**GOAL, "items": [{"id": "major.g02.i01", **GOAL}]}], "first_year": 2027},
    {"goals": [{**GOAL, "items": "x"}], "first_year": 2027},
    {"goals": [{**GOAL, "items": [{"label": "x", "placeholder": 1}]}], "first_year": 2027},
    {"goals": [{**GOAL, "items": [GOAL] * 301}], "first_year": 2027},
    {"goals": [{**GOAL, "colour": "red"}], "first_year": 2027},
    {"goals": [GOAL], "first_year": 2027, "note": "x" * 501},
]
NOWHERE = [
    "/templates/club/draft",
    "/templates/club/versions",
    "/templates/club/changes",
    "/templates/major/versions/7",
    f"/templates/major/versions/{'9' * 18}",
    f"/templates/major/changes?after={2**63 - 1}",
    "/templates/%00",
]


def test_what_makes_no_sense_is_refused_in_words(lead):
    for asked in WRONG:
        answer = lead.put(DRAFT, asked)
        assert (answer.status_code, bool(answer.json["title"])) == (422, True), asked
    assert lead.get(DRAFT).json["revision"] == 0
    for path in NOWHERE:
        assert lead.get(path).status_code == 404, path
    assert lead.get("/templates/major?year=0").status_code == 422
    assert lead.get(f"/templates/major/changes?before={2**63}").status_code == 422
