"""People, units, posts and committees over the interface."""

from __future__ import annotations

import pytest

from engine import clock
from engine.college import committees
from engine.people import SYSTEM
from tests.integration.web.people_office import keeper

TODAY = clock.today().isoformat()


@pytest.fixture
def office(app, db, program):  # noqa: ARG001  (the application is there first)
    """A program that speaks for the people's administrator."""
    keeper(db)
    db.commit()
    return program("keeper")


def test_people_are_found_page_by_page(office, college):
    first = office.get("/people?limit=2&unit=machine").json
    second = office.get(f"/people?limit=2&unit=machine&cursor={first['next']}").json
    assert len(first["items"]) == 2
    names = {one["name"] for page in (first, second) for one in page["items"]}
    assert names == {"吴允恭", "周明岚", "郑怀瑾"}
    assert second["next"] is None
    (found,) = office.get("/people?q=zml").json["items"]
    unit = {"id": college.units["machine"], "name": "智能制造学院"}
    assert found["posts"] == [{"post": "二级学院审核岗", "unit": unit}]
    assert office.get("/people?unit=nowhere").json["errors"] == {"unit": "没有找到“nowhere”。"}


def test_a_person_is_added_changed_leaves_and_comes_back(office):
    asked = {"username": "qxl", "name": "钱学礼", "number": "8001", "phone": "13812345678"}
    made = office.post("/people", asked)
    assert made.status_code == 201, made.text
    assert made.json["phone"] == "138****5678"
    place = f"/people/{made.json['id']}"
    changed = office.put(place, {"number": "8002"}, **{"If-Match": made.headers["ETag"]})
    assert changed.json["number"] == "8002"
    stale = office.put(place, {"number": "8003"}, **{"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    assert stale.json["current"]["number"] == "8002"
    gone = office.post(f"{place}/departure", {"on": TODAY})
    assert gone.json["is_active"] is False
    assert gone.json["left_on"] == TODAY
    assert office.delete(f"{place}/departure").json["is_active"] is True


def test_a_refusal_is_a_sentence_and_adds_nothing(office):
    taken = office.post("/people", {"username": "leader", "name": "又一个"})
    assert taken.status_code == 422
    assert "已经是吴允恭的" in taken.json["title"]
    wrong = office.post("/people", {"username": "x", "nmae": "y"})
    assert set(wrong.json["errors"]) == {"name", "nmae"}


def test_the_same_request_under_its_key_is_done_once(office):
    asked = {"username": "qxl", "name": "钱学礼"}
    first = office.post("/people", asked, **{"Idempotency-Key": "one"})
    again = office.post("/people", asked, **{"Idempotency-Key": "one"})
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_unit_is_added_moved_and_closed(office, college):
    asked = {"code": "mech", "name": "机电教研室", "kind": "teaching_section"}
    made = office.post("/units", asked | {"parent": "machine"})
    assert made.status_code == 201, made.text
    assert made.json["parent"] == college.units["machine"]
    place = f"/units/{made.json['id']}"
    assert office.put(place, {"parent": "trade"}).json["parent"] == college.units["trade"]
    circle = office.put(f"/units/{college.units['trade']}", {"parent": "mech"})
    assert circle.status_code == 422
    assert "不能成为它的上级单位" in circle.json["title"]
    assert office.post(f"{place}/closure", {"on": TODAY}).json["until"] == TODAY
    codes = [one["code"] for one in office.get("/units?closed=true").json["items"]]
    assert "mech" in codes


def test_lists_of_units_and_posts_are_pages(office):
    first = office.get("/units?limit=1").json
    assert len(first["items"]) == 1
    second = office.get(f"/units?limit=200&cursor={first['next']}").json
    assert [one["code"] for one in second["items"]] == ["machine", "trade", "academic_affairs"]
    assert {"key": "college_reviewer", "holders": 3}.items() <= {
        **office.get("/posts").json["items"][1]
    }.items()


def test_a_post_is_given_told_and_ended(office, college):
    asked = {"person": "stranger", "post": "college_reviewer", "unit": "machine"}
    made = office.post("/holdings", asked | {"since": "2026-09-01"})
    assert made.status_code == 201, made.text
    assert made.json["given"]["by"]["name"] == "邓若谷"
    again = office.post("/holdings", asked | {"since": "2026-10-01"})
    assert again.status_code == 422
    assert "时间重叠" in again.json["title"]
    ended = office.post(f"/holdings/{made.json['id']}/end", {"on": TODAY})
    assert ended.json["until"] == TODAY
    there = "/holdings?post=college_reviewer&unit=machine&on="
    before = {one["person"]["name"] for one in office.get(f"{there}2026-08-31").json["items"]}
    after = {one["person"]["name"] for one in office.get(f"{there}2026-09-01").json["items"]}
    assert after - before == {"陈立新"}
    assert office.post("/posts", {"key": "fresh", "name": "新岗位"}).status_code == 201
    assert college.posts


def test_committees_say_what_is_missing(db, office, college):
    rule = {"size": {"least": 3}}
    made = committees.create(db, "g", "工作组", "working_group", by=SYSTEM, rule=rule)
    db.commit()
    (row,) = office.get("/committees").json["items"]
    assert row["lacks"] == ["还缺 3 人：总人数至少 3 人，现有 0 人。"]
    asked = {"person": "leader", "seat": "chair", "since": TODAY}
    seat = office.post(f"/committees/{made}/seats", asked)
    assert seat.status_code == 201, seat.text
    whole = office.get(f"/committees/{made}").json
    assert [one["person"]["name"] for one in whole["seats"]] == ["吴允恭"]
    assert office.post(f"/seats/{seat.json['id']}/end", {"on": TODAY}).json["until"] == TODAY
    assert college.users


def test_a_day_is_a_day(office):
    for written in ("2026-02-30", "20260101", "heute", 5):
        answer = office.post("/people/1/departure", {"on": written})
        assert answer.status_code == 422
        assert "看不懂这个日期" in answer.json["errors"]["on"]


def test_staff_read_and_do_not_write(program, office, college):
    teacher = program("leader")
    for path in ("/people", "/units", "/posts", "/holdings", "/committees"):
        assert teacher.get(path).status_code == 200
    assert teacher.post("/people", {"username": "x", "name": "y"}).status_code == 403
    assert teacher.post("/units", {"code": "x", "name": "y", "kind": "college"}).status_code == 403
    assert office
    assert college
