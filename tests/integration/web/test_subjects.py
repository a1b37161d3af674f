"""The pages of the register: who sees what, what is refused where, what is done at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from engine import clock, jobs, roles
from engine.college import persons, posts
from engine.college.persons import NewPerson
from engine.db import begin_writing
from engine.models import Job, PostKind, Role
from engine.people import SYSTEM
from quality import subjects
from quality.models import Subject, SubjectMember
from quality.subjects import Wanted
from tests.college import SINCE
from tests.integration.web.office import Office, form, statements
from tests.integration.web.paper import Paper

DAY = timedelta(days=1)


@pytest.fixture
def office(db, sessions, college):
    return Office(db, sessions, college)


@pytest.fixture
def keeper(db, college, browser):
    """A browser of somebody who keeps the register; `office` of the college is the person."""
    begin_writing(db)
    roles.give(db, college.users["office"], Role.QUALITY_OFFICE, by=SYSTEM)
    db.commit()
    return browser("office")


def made(db, *given, **more):
    begin_writing(db)
    subject_id = subjects.create(db, *given, by=SYSTEM, **more)
    db.commit()
    return subject_id


def row_of(db, subject_id):
    db.rollback()
    table = Subject.__table__
    row = db.execute(select(table).where(table.c.id == subject_id)).one()
    db.rollback()
    return row


def test_a_list_shows_what_a_person_may_know_of_and_counts_it_by_kind(db, college, browser):
    made(db, "course", "C001", "工业机器人编程", college.units["machine"], is_pilot=True)
    page = Paper.open(browser("auditor"), "/subjects")
    assert "工业机器人编程" in page.text
    assert [
        " ".join(one.text_content().split()) for one in page.tree.xpath("//*[@class='chip']")
    ] == [
        "全部 2",
        "专业 1",
        "课程 1",
    ]
    narrow = Paper.open(browser("auditor"), "/subjects?kind=course&pilot=1")
    assert "工业机器人技术" not in narrow.text
    assert "没有符合条件的主体" in Paper.open(browser("auditor"), "/subjects?q=没有这个").text
    assert "没有您可以看的诊改主体" in Paper.open(browser("stranger"), "/subjects").text
    leader = Paper.open(browser("leader"), "/subjects")
    assert "工业机器人技术" in leader.text
    assert not leader.tree.xpath("//a[contains(@href, '/subjects/new')]")


def test_a_subject_says_its_head_people_documents_and_record(office, college, browser):
    office.published()
    page = Paper.open(browser("leader"), f"/subjects/{college.subject}")
    for text in ("学院", "智能制造学院", "专业代码", "460305", "由各期文档填写", "吴允恭"):
        assert text in page.text, text
    assert page.tree.xpath("//a[contains(@href, '/documents/')][contains(., '2026–2028')]")
    assert "还没有" in page.text
    assert not page.tree.xpath("//form[contains(@action, '/subjects/')]")
    for path in (f"/subjects/{college.subject}/edit", "/subjects/new", "/subjects/missing"):
        assert browser("leader").get(path).status_code == 403


def test_a_subject_that_one_may_not_know_of_is_not_found(db, college, browser):
    stranger = browser("stranger")
    assert stranger.get(f"/subjects/{college.subject}").status_code == 404
    assert stranger.get("/subjects/999999").status_code == 404
    department = "functional_department"
    other = made(db, department, "", "", college.units["academic_affairs"])
    above = made(db, "secondary_college", "", "", college.units["machine"])
    begin_writing(db)
    subjects.change(db, college.subject, {"parent_id": above}, by=SYSTEM)
    db.commit()
    for path in ("/subjects", f"/subjects/{college.subject}"):
        page = Paper.open(browser("leader"), path)
        assert "智能制造学院" in page.text
        assert not page.tree.xpath(f"//a[@href='/subjects/{above}']")
    assert browser("leader").get(f"/subjects/{other}").status_code == 404


def test_a_subject_is_entered_with_everything_its_kind_asks_for(college, keeper):
    given = form(
        keeper,
        kind="course",
        code="C001",
        name="工业机器人编程",
        unit=str(college.units["machine"]),
        parent=str(college.subject),
        owner="leader",
        since="2026-03-01",
        pilot="1",
        **{"header.hours": "64", "header.credits": "3.5", "header.applies_to": "2026 级"},
    )
    answer = keeper.post("/subjects", data=given)
    assert answer.status_code == 303
    page = Paper.open(keeper, answer.headers["Location"])
    for text in ("工业机器人编程", "64", "3.5", "2026 级", "2026年3月1日 起", "试点", "建立"):
        assert text in page.text, text
    again = keeper.post("/subjects", data=given)
    assert again.status_code == 422
    assert "已经有代码为“C001”的" in again.text


def test_every_fault_stands_at_its_field_and_what_was_typed_stays(db, keeper):
    given = form(
        keeper,
        kind="course",
        code="",
        name="课程" * 101,
        unit="",
        parent="",
        owner="查无此人",
        since="很久以前",
        **{"header.hours": "许多", "header.credits": "300"},
    )
    answer = keeper.post("/subjects", data=given)
    assert answer.status_code == 422
    for text in (
        "请填写课程代码。",
        "“名称”太长",
        "请填写单位。",
        "没有找到“查无此人”",
        "看不懂这个日期",
        "“学时”要填数字，“许多”不是数字。",
        "“学分”要填 0 到 100 的数",
        'value="许多"',
    ):
        assert text in answer.text, text
    db.rollback()
    assert db.execute(select(Subject.id).where(Subject.kind == "course")).all() == []


def test_a_change_keeps_what_was_left_alone(db, college, keeper):
    path = f"/subjects/{college.subject}/edit"
    page = Paper.open(keeper, path)
    assert page.tree.xpath("//input[@name='code']/@value") == ["460305"]
    given = form(
        keeper,
        code="460305",
        name="工业机器人技术",
        unit=str(college.units["machine"]),
        **{"header.applies_to": "2027 级"},
    )
    assert keeper.post(path, data=given).status_code == 303
    assert row_of(db, college.subject).header == '{"applies_to":"2027 级"}'
    assert "2027 级" in Paper.open(keeper, f"/subjects/{college.subject}").text
    assert keeper.post(path, data=given | {"name": ""}).status_code == 422
    assert keeper.post(path, data=given | {"parent": str(college.subject)}).status_code == 422
    assert keeper.post("/subjects/999999/edit", data=given).status_code == 404


def test_an_owner_is_changed_from_a_day_on(db, college, keeper):
    path = f"/subjects/{college.subject}/owner"
    today = clock.today()
    for given, said in (
        ({"person": "reviewer", "since": ""}, "请填写日期。"),
        ({"person": "reviewer", "since": (today + DAY).isoformat()}, "还没有到"),
        ({"person": "查无此人", "since": today.isoformat()}, "没有找到“查无此人”"),
    ):
        answer = keeper.post(path, data=form(keeper, **given))
        assert answer.status_code == 422
        assert said in answer.text
    given = form(keeper, person="周明岚", since=today.isoformat())
    assert keeper.post(path, data=given).status_code == 303
    page = Paper.open(keeper, f"/subjects/{college.subject}")
    assert "换负责人，从" in page.text
    assert "吴允恭 → 周明岚" in page.text
    assert (
        keeper.post(path, data=form(keeper, person="", since=today.isoformat())).status_code == 303
    )
    assert row_of(db, college.subject).owner_id is None


def test_people_come_into_a_team_and_leave_it(db, college, keeper):
    path, today = f"/subjects/{college.subject}/members", clock.today().isoformat()
    assert (
        keeper.post(path, data=form(keeper, person="reviewer", since="2026-03-01")).status_code
        == 303
    )
    answer = keeper.post(path, data=form(keeper, person="reviewer", since=today))
    assert (answer.status_code, "时间重叠" in answer.text) == (422, True)
    answer = keeper.post(
        path, data=form(keeper, person="stranger", since="2026-03-01", until="2026-02-01")
    )
    assert (answer.status_code, "早于开始日期" in answer.text) == (422, True)
    db.rollback()
    member = db.execute(select(SubjectMember.id)).scalar_one()
    db.rollback()
    answer = keeper.post(f"{path}/{member}/end", data=form(keeper, on="2026-02-01"))
    assert answer.status_code == 422
    assert keeper.post(f"{path}/{member}/end", data=form(keeper, on=today)).status_code == 303
    assert keeper.post(f"{path}/999999/end", data=form(keeper, on=today)).status_code == 404
    page = Paper.open(keeper, f"/subjects/{college.subject}")
    assert "周明岚离开团队，最后一天" in page.text


def test_a_subject_is_closed_and_taken_up_again(db, college, keeper):
    path, today = f"/subjects/{college.subject}", clock.today().isoformat()
    course = made(db, "course", "C1", "课程", college.units["machine"], parent_id=college.subject)
    answer = keeper.post(f"{path}/closure", data=form(keeper, on=today))
    assert (answer.status_code, "还有 1 个在用的主体" in answer.text) == (422, True)
    for subject in (course, college.subject):
        given = form(keeper, on=today)
        assert keeper.post(f"/subjects/{subject}/closure", data=given).status_code == 303
    assert "起停用，不能再为它发起" in Paper.open(keeper, path).text
    assert "460305" in Paper.open(keeper, "/subjects?closed=1").text
    answer = keeper.post(f"/subjects/{course}/reopening", data=form(keeper))
    assert (answer.status_code, "已经停用，请另选上级主体" in answer.text) == (422, True)
    assert keeper.post(f"{path}/reopening", data=form(keeper)).status_code == 303
    assert row_of(db, college.subject).is_active


def test_pilots_are_marked_one_by_one_and_all_that_a_list_shows(db, college, keeper):
    path = f"/subjects/{college.subject}/pilot"
    assert keeper.post(path, data=form(keeper, pilot="1")).status_code == 303
    assert row_of(db, college.subject).is_pilot
    assert keeper.post(path, data=form(keeper)).status_code == 303
    course = made(db, "course", "C1", "课程", college.units["machine"])
    page = Paper.open(keeper, "/subjects/pilots?kind=course")
    assert "1 个主体" in page.text
    answer = keeper.post("/subjects/pilots?kind=course", data=form(keeper, pilot="1"))
    assert answer.status_code == 303
    assert row_of(db, course).is_pilot
    assert not row_of(db, college.subject).is_pilot
    keeper.post("/subjects/pilots?kind=course", data=form(keeper, pilot="0"))
    assert not row_of(db, course).is_pilot


def test_what_is_missing_is_shown_before_it_is_made(db, college, keeper, sessions):
    page = Paper.open(keeper, "/subjects/missing?grade=2026")
    assert "2 个单位还没有主体" in page.text
    assert "智能制造学院" in page.text
    given = form(keeper, kind="secondary_college", grade="2026")
    assert keeper.post("/subjects/missing", data=given).status_code == 303
    assert "二级学院 2" in " ".join(Paper.open(keeper, "/subjects").text.split())
    assert keeper.get("/subjects/missing?grade=第一").status_code == 422
    assert keeper.post("/subjects/missing", data=given | {"grade": "第一"}).status_code == 422
    assert keeper.post("/subjects/missing", data=given | {"kind": "course"}).status_code == 404
    begin_writing(db)
    student = posts.create(db, "student", "学生", by=SYSTEM, kind=PostKind.MEMBER)
    people = [NewPerson(f"s{number}", f"学生{number}") for number in range(201)]
    for pupil in persons.create_all(db, people, by=SYSTEM):
        posts.give(db, pupil, student, college.units["machine"], since=SINCE, by=SYSTEM)
    db.commit()
    answer = keeper.post("/subjects/missing", data=given | {"kind": "student"})
    assert answer.status_code == 303
    assert "后台正在建立主体" in Paper.open(keeper, "/subjects/missing").text
    while jobs.run_due(sessions, "test"):
        pass
    assert "后台正在建立主体" not in Paper.open(keeper, "/subjects/missing").text
    assert db.execute(select(Job.status)).scalars().all()[-1] == "done"
    counts = subjects.counts(db, SYSTEM, Wanted(kind="student"))
    assert counts == {"student": 201}


def test_the_pages_cost_the_same_however_many_subjects_there_are(app, db, college, keeper):
    paths = ("/subjects?q=课", f"/subjects/{college.subject}", "/subjects/missing")
    made(db, "course", "C", "课程", college.units["machine"], parent_id=college.subject)
    keeper.get("/subjects")
    few = [statements(app, lambda path=path: keeper.get(path)) for path in paths]
    begin_writing(db)
    rows = [
        {
            "kind": "course",
            "code": f"C{number}",
            "name": f"课程{number}",
            "unit_id": college.units["machine"],
            "owner_id": college.users["leader"],
            "parent_id": college.subject,
            "header": "{}",
            "is_active": True,
            "is_pilot": False,
        }
        for number in range(60)
    ]
    db.execute(insert(Subject), rows)
    db.commit()
    many = [statements(app, lambda path=path: keeper.get(path)) for path in paths]
    assert few == many
    assert "更多" in Paper.open(keeper, "/subjects?q=课").text
