"""People in pages: the directory, one person, adding, changing, leaving, coming back."""

from __future__ import annotations

import pytest

from engine import clock, roles
from engine.college import persons, posts
from engine.models import Role
from engine.people import SYSTEM
from tests.college import SINCE
from tests.integration.web.office import form, statements
from tests.integration.web.paper import Paper
from tests.integration.web.people_office import errors, keeper, send


@pytest.fixture
def desk(app, db, browser):  # noqa: ARG001  (the application is there first)
    """A browser in which the people's administrator is signed in."""
    keeper(db)
    db.commit()
    return browser("keeper")


def test_staff_find_people_and_people_from_outside_do_not(db, browser, desk):
    persons.create(db, "guest", "郭靖", by=SYSTEM, is_external=True, password="test-password")
    db.commit()
    page = Paper.open(browser("leader"), "/people?q=zml")
    assert page.says(".people-t .name") == ["周明岚"]
    assert "智能制造学院·二级学院审核岗" in page.text
    assert "新建人员" not in page.text
    assert "新建人员" in Paper.open(desk, "/people").text


def test_the_list_alone_comes_to_htmx_and_keeps_its_filters(desk, college):
    unit = college.units["machine"]
    answer = desk.get(f"/people?unit={unit}&q=w", headers={"HX-Request": "true"})
    page = Paper(desk, answer)
    assert "<html" not in answer.text
    assert page.says(".people-t .name") == ["吴允恭"]
    whole = Paper.open(desk, f"/people?unit={unit}")
    chosen = whole.tree.xpath("//select[@name='unit']/option[@selected]/@value")
    assert chosen == [str(unit)]
    assert "没有找到" in Paper.open(desk, "/people?q=没有这个人").text


def test_a_list_takes_as_many_statements_for_fifty_people_as_for_one(app, db, desk):
    persons.create_all(
        db, [persons.NewPerson(f"many{n}", f"石{n}", f"M{n}") for n in range(60)], by=SYSTEM
    )
    db.commit()
    one = statements(app, lambda: desk.get("/people?q=zml"))
    many = statements(app, lambda: desk.get("/people?q=石"))
    assert many == one


def test_the_next_page_goes_on_where_this_one_ends(db, desk):
    rows = [persons.NewPerson(f"many{n:02}", "石一", f"M{n:02}") for n in range(50)]
    persons.create_all(db, rows, by=SYSTEM)
    db.commit()
    first = Paper.open(desk, "/people?q=石")
    (following,) = first.links(".pager a")
    second = Paper.open(desk, following)
    assert len(first.all(".people-t .name")) == 30
    assert len(second.all(".people-t .name")) == 20
    assert not set(first.links(".people-t .name")) & set(second.links(".people-t .name"))


def test_a_person_is_added_and_then_changed(desk):
    page = send(Paper.open(desk, "/people/new"), name="钱学礼", username="qxl", number="8001")
    assert "钱学礼" in page.text
    assert "登记人员 邓若谷" in page.text
    assert "没有岗位" in page.text
    changed = send(
        Paper.open(desk, f"{page.path}/edit"), name="钱学里", phone="13812345678", number="8002"
    )
    assert "138****5678" in changed.text
    assert "13812345678" not in changed.answer.text
    assert "钱学礼 → 钱学里" in changed.text
    assert "8001 → 8002" in changed.text
    again = send(Paper.open(desk, f"{page.path}/edit"))
    assert "没有改动" in again.text
    assert "138****5678" in again.text
    cleared = send(Paper.open(desk, f"{page.path}/edit"), clear_phone="1")
    assert "138****5678" not in cleared.says(".facts")[0]


def test_what_another_window_changed_is_not_written_over_unasked(desk, college):
    for path, part, written in (
        (f"/people/{college.users['leader']}/edit", "email", "new@college.example"),
        ("/units/2/edit", "code", "machines"),
        ("/posts/1/edit", "position", "4711"),
    ):
        first, second = Paper.open(desk, path), Paper.open(desk, path)
        assert send(first, name="改了名").status == 200
        refused = send(second, **{part: written})
        assert refused.status == 422
        assert "别人改过这里" in refused.text
        assert written in refused.answer.text
        assert send(refused).status == 200


def test_every_role_is_called_by_its_name(desk, college, db):
    roles.give(db, college.users["leader"], Role.LEADER, by=SYSTEM)
    db.commit()
    assert "校领导 角色" in Paper.open(desk, f"/people/{college.users['leader']}/departure").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "请填写这一项"),
        ({"username": "leader"}, "账号“leader”已经是吴允恭的"),
        ({"number": "9001"}, "工号或学号“9001”已经是邓若谷的"),
        ({"email": "nobody"}, "不是电子邮箱地址"),
        ({"name": "某" * 101}, "最多 100 个字"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk, typed, sentence):
    good = {"name": "钱学礼", "username": "qxl", "number": "8001", "employer": "某某企业"}
    page = send(Paper.open(desk, "/people/new"), **(good | typed))
    assert page.status == 422
    (said,) = errors(page)
    assert sentence in said
    assert page.tree.xpath("//input[@name='employer']/@value") == ["某某企业"]
    (name,) = typed
    assert page.tree.xpath(f"//input[@name='{name}']/@aria-invalid") == ["true"]
    assert "没有找到" in Paper.open(desk, "/people?q=qxl").text


def test_a_page_tells_who_gave_a_post_and_leads_to_the_entry(db, desk, college):
    user = college.users["stranger"]
    posts.give(
        db,
        user,
        college.posts["college_reviewer"],
        college.units["machine"],
        since=SINCE,
        by=SYSTEM,
    )
    db.commit()
    page = Paper.open(desk, f"/people/{user}")
    (first, second) = [one for one in page.links(".pick-list a") if "#e" in one]
    number = first.partition("#e")[2]
    shown = Paper.open(desk, first)
    assert shown.all(f"#e{number}")
    assert "任职" in shown.says(f"#e{number}")[0]
    assert first != second


def test_leaving_is_shown_before_it_is_done_and_can_be_taken_back(desk, college):
    user = college.users["reviewer"]
    today = clock.today().isoformat()
    asked = Paper.open(desk, f"/people/{user}/departure?on={today}")
    assert "智能制造学院·二级学院审核岗" in asked.text
    gone = send(asked)
    assert "已离校" in gone.text
    assert "任职" in gone.text
    assert "以前的" in gone.text or "至" in gone.text
    assert Paper.open(desk, f"/people/{user}/departure").status == 404
    assert "周明岚" in Paper.open(desk, "/people?state=left").text
    back = Paper(desk, desk.post(f"/people/{user}/return", data=form(desk), follow_redirects=True))
    assert "已离校" not in back.says(".top .badge")
    assert "恢复账号" in back.text


@pytest.mark.parametrize(("day", "sentence"), [("", "请填写日期"), ("2027-13-40", "看不懂")])
def test_a_day_that_is_none_is_named(desk, college, day, sentence):
    user = college.users["reviewer"]
    page = send(Paper.open(desk, f"/people/{user}/departure"), on=day)
    assert page.status == 422
    assert sentence in errors(page)[0]


def test_a_person_who_does_not_exist_is_not_there(desk):
    for path in ("/people/999999", "/people/999999/edit", "/people/999999/departure"):
        assert desk.get(path).status_code == 404
    assert desk.post("/people/999999", data=form(desk, name="某")).status_code == 404


def test_people_are_offered_while_one_types(desk):
    page = Paper(desk, desk.get("/people/options?who=zml", headers={"HX-Request": "true"}))
    assert page.tree.xpath("//option/@value") == ["周明岚（reviewer）"]
