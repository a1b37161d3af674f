"""Plans, work points and standards over the interface: entered, changed, versions, refusals."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from engine import clock, roles
from engine.db import begin_writing
from engine.models import Role
from engine.people import SYSTEM
from tests.integration.quality import test_standards as norm
from tests.integration.quality.test_standards import SITE
from tests.integration.web.api.program import Program

PLAN = {"name": "专业建设规划", "first_year": 2026, "last_year": 2030, "kinds": ["major"]}
NOWHERE = 999_999


@pytest.fixture
def keeper(db, college, program):
    """A program of the quality office."""
    begin_writing(db)
    roles.give(db, college.users["office"], Role.QUALITY_OFFICE, by=SYSTEM)
    db.commit()
    return program("office")


def test_a_plan_is_entered_with_a_part_changed_and_retired(keeper, program):
    made = keeper.post("/plans", PLAN)
    assert made.status_code == 201, made.text
    plan = f"/plans/{made.json['id']}"
    assert made.headers["Location"].endswith(plan)
    part = {**PLAN, "name": "产教融合", "parent": made.json["id"], "unit": "machine"}
    part = keeper.post("/plans", part).json
    assert (part["parent"]["name"], part["unit"]["name"]) == ("专业建设规划", "智能制造学院")
    seen = program("leader").get(plan)
    assert [one["id"] for one in seen.json["below"]] == [part["id"]]
    assert [one["id"] for one in program("leader").get("/plans").json["items"]] == [
        made.json["id"],
        part["id"],
    ]
    path, tag = f"/plans/{part['id']}", {"If-Match": seen.headers["ETag"]}
    assert keeper.put(path, {"is_active": False}, **tag).status_code == 412
    retired = keeper.put(path, {"is_active": False, "kinds": []})
    assert retired.json == {**part, "is_active": False, "kinds": []}
    assert len(keeper.get("/plans").json["items"]) == 1
    assert len(keeper.get("/plans?retired=true").json["items"]) == 2
    changed = keeper.put(plan, {"last_year": 2031}, **tag)
    assert (changed.status_code, changed.json["kinds"]) == (200, ["major"])
    assert keeper.put(plan, {"name": "x"}, **tag).json["current"]["last_year"] == 2031
    assert keeper.get(f"{plan}/uses").json == {"items": [], "next": None}


def test_points_are_entered_all_or_none_and_changed(keeper, college):
    asked = {"year": 2027, "unit": "machine", "lines": ["1.1 深化产教融合", "", "（二）精品课程"]}
    wrong = keeper.post("/points", {**asked, "lines": ["一条", "一条"]})
    assert (wrong.status_code, "第 2 行" in wrong.json["title"]) == (422, True)
    made = keeper.post("/points", asked)
    assert made.status_code == 201, made.text
    first, second = made.json["items"]
    assert (first["number"], second["number"], second["name"]) == ("1.1", "二", "精品课程")
    listed = f"/points?year=2027&unit={college.units['machine']}"
    assert keeper.get(listed).json["items"] == [first, second]
    page = keeper.get(f"{listed}&limit=1").json
    assert keeper.get(f"{listed}&limit=1&cursor={page['next']}").json["items"] == [second]
    assert keeper.get("/points?year=2027").json["items"] == []
    path = f"/points/{first['id']}"
    tag = keeper.get(path).headers["ETag"]
    changed = keeper.put(path, {"name": "深化科教融汇"}, **{"If-Match": tag})
    assert changed.json == {**first, "name": "深化科教融汇"}
    stale = keeper.put(path, {"is_active": False}, **{"If-Match": tag})
    assert (stale.status_code, stale.json["current"]) == (412, changed.json)
    assert keeper.put(path, {"name": "精品课程"}).status_code == 422
    assert keeper.get(f"{path}/uses").json["items"] == []


def test_a_standard_is_registered_changed_and_revised_by_its_unit(keeper, program):
    given = {"kind": "work", "name": "场地管理标准", "unit": "machine"}
    assert keeper.post("/standards", given).status_code == 422
    made = keeper.post("/standards", {**given, "category": SITE})
    assert (made.status_code, made.json["due"], made.json["version"]) == (201, "none", 0)
    path, tag = made.headers["Location"].removeprefix("/api/v1"), made.headers["ETag"]
    changed = keeper.put(path, {"name": "实训场地标准"}, **{"If-Match": tag})
    assert (changed.json["name"], changed.json["category"]) == ("实训场地标准", SITE)
    assert keeper.put(path, {}, **{"If-Match": tag}).status_code == 412
    assert keeper.post(f"{path}/revision").status_code == 404  # no such flow is published here
    assert program("leader").put(path, {}).status_code == 403
    listed = f"/standards?kind=work&category={SITE}&q=实训"
    assert program("leader").get(listed).json["items"] == [changed.json]
    assert keeper.get(f"{path}/versions").json["items"] == []


def test_versions_of_a_standard_are_read_and_compared(db, sessions, college, program, described):
    begin_writing(db)
    story = norm.people_of(db, sessions, college)
    made = norm.laid(db, college)
    for year, text in ((2027, "旧"), (2029, "新")):
        with clock.freeze(datetime(year, 3, 2, 1, tzinfo=UTC)):
            norm.approve(db, story, made, content=text)
    db.commit()
    leader, path = program("leader"), f"/standards/{made}"
    page = leader.get(f"{path}/versions?limit=1").json
    older = leader.get(f"{path}/versions?limit=1&cursor={page['next']}").json
    assert [one["number"] for one in (*page["items"], *older["items"])] == [2, 1]
    answer = leader.get(f"{path}/versions/1")
    assert described("/standards/{standard_id}/versions/{number}", answer)
    assert answer.json["values"]["content"] == "旧"
    answer = leader.get(f"{path}/changes")
    assert described("/standards/{standard_id}/changes", answer)
    told = {one["path"]: one for one in answer.json["items"]}
    assert (told["content"]["before"], told["content"]["after"]) == ("旧", "新")
    assert leader.get(f"{path}/changes?before=2&after=1").json["items"] == list(told.values())
    assert leader.get(f"{path}/changes?before=7").status_code == 404
    begun = leader.post(f"{path}/revision")
    assert (begun.status_code, leader.get(path).json["instance"]) == (201, begun.json["id"])
    assert begun.headers["Location"].endswith(f"/instances/{begun.json['id']}")
    assert program("admin").post(f"{path}/revision").status_code == 422


def test_the_catalogue_of_basic_standards_is_laid_once(keeper):
    laid = keeper.post("/standards/catalogue").json
    assert laid["added"] == len(keeper.get("/standards?kind=basic&limit=200").json["items"]) > 0
    assert keeper.post("/standards/catalogue").json["added"] == 0


def test_of_many_who_write_over_the_same_state_at_once_one_does(app, keeper):
    made = keeper.post("/plans", PLAN)
    path, tag = f"/plans/{made.json['id']}", made.headers["ETag"]
    answers, start = [], threading.Barrier(4)

    def send(year):
        speaks = Program(app.test_client(), keeper.token)
        start.wait()
        answers.append(speaks.put(path, {"last_year": year}, **{"If-Match": tag}))

    threads = [threading.Thread(target=send, args=(2031 + each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    (kept,) = [answer.json for answer in answers if answer.status_code == 200]
    assert keeper.get(path).json == kept


WRONG = [
    ("GET", "/plans?retired=1", 422),
    ("POST", "/plans", {}),
    ("POST", "/plans", {**PLAN, "name": "a\x00b"}),
    ("POST", "/plans", {**PLAN, "name": " "}),
    ("POST", "/plans", {**PLAN, "first_year": "2026"}),
    ("POST", "/plans", {**PLAN, "last_year": 10**30}),
    ("POST", "/plans", {**PLAN, "last_year": 2025}),
    ("POST", "/plans", {**PLAN, "kinds": ["club"]}),
    ("POST", "/plans", {**PLAN, "unit": "nowhere"}),
    ("POST", "/plans", {**PLAN, "parent": NOWHERE}),
    ("POST", "/plans", {**PLAN, "colour": "red"}),
    ("PUT", f"/plans/{NOWHERE}", {}),
    ("GET", f"/plans/{'9' * 18}", 404),
    ("GET", f"/plans/{'9' * 40}", 404),
    ("GET", f"/plans/{NOWHERE}/uses", 404),
    ("GET", "/points?year=1", 422),
    ("GET", f"/points?unit={2**63}", 422),
    ("GET", f"/points?unit={2**63 - 1}", 200),
    ("POST", "/points", {"year": 2027, "lines": []}),
    ("POST", "/points", {"year": 2027, "lines": ["  "]}),
    ("POST", "/points", {"year": 2027, "lines": [1]}),
    ("POST", "/points", {"year": 2027, "lines": ["字" * 501]}),
    ("POST", "/points", {"year": True, "lines": ["x"]}),
    ("PUT", f"/points/{NOWHERE}", {"name": "x"}),
    ("GET", f"/points/{NOWHERE}/uses", 404),
    ("GET", "/standards?kind=club", 422),
    ("GET", "/standards?q=%00", 422),
    ("GET", f"/standards?unit={2**63 - 1}&due=true&retired=true", 200),
    ("POST", "/standards", {"kind": "work", "name": "x", "unit": "machine", "category": "无"}),
    ("POST", "/standards", {"kind": "work", "name": "x", "unit": 3}),
    ("PUT", f"/standards/{NOWHERE}", {}),
    ("GET", f"/standards/{NOWHERE}/versions", 404),
    ("GET", f"/standards/{NOWHERE}/versions/1", 404),
    ("GET", f"/standards/{NOWHERE}/changes", 404),
    ("GET", "/standards/1/changes?after=x", 422),
    ("POST", f"/standards/{NOWHERE}/revision", {}),
]


def test_what_makes_no_sense_is_refused_in_words(keeper):
    for method, path, more in WRONG:
        expected = {more} if isinstance(more, int) else {404, 422}
        body = None if isinstance(more, int) else more
        answer = keeper.send(method, path, json=body)
        assert answer.status_code in expected, (method, path, more, answer.text)
        assert answer.status_code == 200 or answer.json["title"], (method, path, more)
