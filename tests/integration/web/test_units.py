"""Units in pages: the tree, one unit on a day, adding, moving, closing."""

from __future__ import annotations

import pytest

from engine import clock
from engine.college import posts, units
from engine.people import SYSTEM
from tests.college import SINCE
from tests.integration.web.office import statements
from tests.integration.web.paper import Paper
from tests.integration.web.people_office import errors, keeper, send


@pytest.fixture
def desk(app, db, browser):  # noqa: ARG001  (the application is there first)
    keeper(db)
    db.commit()
    return browser("keeper")


def test_the_tree_counts_everybody_once_and_folds(desk):
    page = Paper.open(desk, "/units")
    (school,) = page.tree.xpath("//ul[@id='tree']/li/details")
    (told,) = school.xpath("./summary")
    assert "示范学院" in told.text_content()
    assert "5 人" in told.text_content()
    below = [one.text_content() for one in school.xpath("./ul/li")]
    assert any("智能制造学院" in one and "3 人" in one for one in below)


def test_the_tree_takes_as_many_statements_for_many_units_as_for_few(app, db, desk, college):
    few = statements(app, lambda: desk.get("/units"))
    rows = [
        units.NewUnit(f"d{number}", f"部门{number}", "department", "school") for number in range(30)
    ]
    units.create_all(db, rows, by=SYSTEM)
    db.commit()
    assert statements(app, lambda: desk.get("/units")) == few
    assert college.units["school"]


def test_a_unit_is_added_renamed_and_moved(desk, college):
    machine, trade = college.units["machine"], college.units["trade"]
    page = send(
        Paper.open(desk, f"/units/new?parent={machine}"),
        name="机电教研室",
        code="mech",
        kind="teaching_section",
    )
    assert "机电教研室" in page.says("h1")
    assert page.says(".crumbs")[0].endswith("智能制造学院机电教研室")
    moved = send(Paper.open(desk, f"{page.path}/edit"), name="机电一体化教研室", parent=trade)
    assert moved.says(".crumbs")[0].endswith("商贸学院机电一体化教研室")
    assert "机电教研室 → 机电一体化教研室" in moved.text
    assert "智能制造学院 → 商贸学院" in moved.text


def test_a_unit_does_not_stand_below_itself(db, desk, college):
    inner = units.create(
        db, "sub", "附属学院", "department", by=SYSTEM, parent=college.units["academic_affairs"]
    )
    db.commit()
    office = college.units["academic_affairs"]
    page = send(Paper.open(desk, f"/units/{office}/edit"), parent=inner)
    assert page.status == 422
    assert errors(page) == ["“附属学院”本身就在“教务处”里面，不能成为它的上级单位。"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": "machine"}, "单位代码“machine”已经是“智能制造学院”的"),
        ({"kind": ""}, "请选择一项"),
        ({"name": ""}, "请填写这一项"),
        ({"position": "-1"}, "请填 0 到"),
        ({"since": "昨天"}, "看不懂这个日期"),
    ],
)
def test_what_is_wrong_stands_at_its_field(desk, college, typed, sentence):
    good = {"name": "新学院", "code": "fresh", "kind": "college"}
    page = Paper.open(desk, f"/units/new?parent={college.units['school']}")
    page = send(page, **(good | typed))
    assert page.status == 422
    assert sentence in errors(page)[0]
    kept = next(iter(typed))
    if kept != "kind":
        assert page.tree.xpath(f"//input[@name='{kept}']/@value") == [typed[kept]]


def test_who_held_which_post_on_a_day_and_who_made_it_so(db, desk, college):
    machine, user = college.units["machine"], college.users["reviewer"]
    page = Paper.open(desk, f"/units/{machine}?on=2021-03-31")
    assert "周明岚" in page.text
    assert "系统 于" in page.text
    (entry,) = {one for one in page.links("tbody a") if f"/people/{user}?after=" in one}
    assert Paper.open(desk, entry).status == 200
    before = Paper.open(desk, f"/units/{machine}?on=2019-12-31")
    assert "没有人在这里任" in before.text
    wrong = Paper.open(desk, f"/units/{machine}?on=2021-02-31")
    assert wrong.status == 200
    assert "看不懂这个日期" in wrong.text
    assert db is not None


def test_leaders_from_above_are_named_and_do_not_belong(db, desk, college):
    machine = college.units["machine"]
    leader = posts.create(db, "leader_x", "分管领导", by=SYSTEM, kind="leader")
    posts.give(db, college.users["office"], leader, machine, since=SINCE, by=SYSTEM)
    db.commit()
    page = Paper.open(desk, f"/units/{machine}")
    assert "分管和联系领导" in page.text
    assert "李致远" in page.text
    assert "李致远" not in " ".join(page.says(".faces"))


def test_classes_name_their_counsellor(db, desk, college):
    machine = college.units["machine"]
    made = units.create(db, "c1", "机器人 2026 级 1 班", "class", by=SYSTEM, parent=machine)
    counsellor = posts.create(db, "counsellor", "辅导员", by=SYSTEM)
    posts.give(db, college.users["reviewer2"], counsellor, made, since=SINCE, by=SYSTEM)
    units.create(db, "c2", "机器人 2026 级 2 班", "class", by=SYSTEM, parent=machine)
    db.commit()
    rows = Paper.open(desk, f"/units/{machine}").says("tbody tr")
    assert any("1 班 郑怀瑾" in row for row in rows)
    assert any("2 班 还没有" in row for row in rows)


def test_a_unit_with_people_is_not_closed_and_an_empty_one_is(db, desk, college):
    office = college.units["academic_affairs"]
    page = send(Paper.open(desk, f"/units/{office}/closure"))
    assert page.status == 422
    assert "还有 1 个任职" in errors(page)[0]
    empty = units.create(db, "gone", "招生办", "section", by=SYSTEM, parent=office)
    db.commit()
    done = send(Paper.open(desk, f"/units/{empty}/closure"), on=clock.today().isoformat())
    assert "撤销单位" in done.text


def test_a_teacher_reads_and_does_not_change(browser, desk, college):
    teacher, machine = browser("leader"), college.units["machine"]
    page = Paper.open(teacher, f"/units/{machine}")
    assert page.status == 200
    assert "编辑" not in page.text
    for path in ("/units/new", f"/units/{machine}/edit", f"/units/{machine}/closure"):
        assert teacher.get(path).status_code == 403
    assert desk.get("/units/999999").status_code == 404
