"""The register of subjects: what is refused, and what becomes of owners, teams and closed ones."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest
from sqlalchemy import event, select, update

from engine import clock
from engine.college import persons, units
from engine.college.errors import (
    Empty,
    EndedAlready,
    PartTooLong,
    PeriodEndsBeforeItBegins,
    UnitClosed,
    WrittenTwice,
)
from engine.errors import Forbidden, NotFound
from engine.models import Content, Unit
from engine.people import SYSTEM
from quality import errors, subjects
from quality.models import Document, DocumentStatus, Subject
from quality.subjects import Given, Wanted, described
from tests.register import entries
from tests.story import GOALS, Story

DAY = timedelta(days=1)


@pytest.fixture
def story(db, sessions, college):
    return Story(db, sessions, college)


@pytest.fixture
def course(db, college):
    """Make a course under the major."""

    def make(code="C001", name="工业机器人编程", **more):
        given = {"parent_id": college.subject, "header": {"hours": "64", "credits": 3.5}} | more
        return subjects.create(
            db, "course", code, name, college.units["machine"], by=SYSTEM, **given
        )

    return make


def test_a_subject_is_read_with_its_head_parent_and_owner(db, story, college, course):
    made = course(owner_id=college.users["leader"], is_pilot=True)
    row = subjects.one(db, story.person("leader"), made)
    assert (row.code, row.parent, row.owner) == ("C001", "工业机器人技术", "吴允恭")
    assert row.header == {"hours": 64, "credits": 3.5}
    assert (row.is_pilot, row.is_active, row.closed_on) == (True, True, None)
    assert subjects.head(db, row) == (
        ("学院", "智能制造学院"),
        ("课程代码", "C001"),
        ("名称", "工业机器人编程"),
        ("学时", "64"),
        ("学分", "3.5"),
        ("适用对象", ""),
        ("建设期限", None),
        ("审定领导", None),
    )
    ((kind, by, asked),) = entries(db, made)
    assert (kind, by, asked["code"]) == ("subject_created", "system", "C001")


def test_what_cannot_be_kept_is_refused_by_name(db, college, course):
    machine, office = college.units["machine"], college.units["academic_affairs"]
    first = course()
    team = subjects.create(db, "teaching_staff_team", "", "", machine, by=SYSTEM)
    persons.leave(db, college.users["stranger"], by=SYSTEM, on=clock.today() - DAY)
    closed = units.create(db, "old", "旧教研室", "teaching_section", by=SYSTEM, parent=machine)
    db.execute(update(Unit).where(Unit.id == closed).values(until=clock.today() - DAY))
    for kind, given, place, refusal in (
        ("course", {"code": "C001"}, "code", errors.SubjectCodeTaken),
        ("course", {"code": " "}, "code", Empty),
        ("course", {"name": "长" * 201}, "name", PartTooLong),
        ("course", {"unit_id": None}, "unit", Empty),
        ("course", {"unit_id": 999_999}, "unit", errors.UnknownUnit),
        ("course", {"unit_id": closed}, "unit", UnitClosed),
        ("course", {"owner_id": 999_999}, "owner", errors.UnknownPerson),
        ("course", {"owner_id": college.users["stranger"]}, "owner", errors.OwnerLeft),
        ("course", {"parent_id": 999_999}, "parent", errors.UnknownParent),
        ("course", {"parent_id": first}, "parent", errors.ParentOfAnotherKind),
        ("course", {"parent_id": team}, "parent", errors.ParentOfAnotherKind),
        ("course", {"header": {"hours": "许多"}}, "header.hours", errors.NotANumber),
        ("course", {"header": {"hours": "64.5"}}, "header.hours", errors.NumberOutOfBounds),
        ("course", {"header": {"credits": "-1"}}, "header.credits", errors.NumberOutOfBounds),
        ("course", {"header": {"credits": 1e9}}, "header.credits", errors.NotANumber),
        ("course", {"header": {"applies_to": "长" * 201}}, "header.applies_to", PartTooLong),
        ("course", {"header": {"colour": "红"}}, "header.colour", errors.UnknownHeaderField),
        ("functional_department", {}, "unit", errors.UnitOfAnotherKind),
        ("secondary_college", {"parent_id": team}, "parent", errors.NoParents),
        ("secondary_college", {"unit_id": office}, "unit", errors.UnitOfAnotherKind),
        ("teaching_staff_team", {}, "unit", errors.SubjectExists),
        ("student", {"owner_id": None}, "owner", Empty),
    ):
        described_ = {"code": "C9", "name": "课程", "unit_id": machine} | given
        asked = Given(kind, **described_)
        near = described.around(db, [asked])
        found = described.problems(described.settle(asked, near), near)
        assert [(where, type(what)) for where, what in found] == [(place, refusal)], given
        with pytest.raises(refusal):
            subjects.create_all(db, [asked], by=SYSTEM)
    with pytest.raises(WrittenTwice):
        subjects.create_all(db, [Given("course", "X", "课", machine)] * 2, by=SYSTEM)
    with pytest.raises(errors.NotYet):
        course("C2", owner_id=college.users["leader"], since=clock.today() + DAY)


def test_a_subject_does_not_come_below_itself(db, college):
    machine = college.units["machine"]
    group, inner = (
        subjects.create(db, "major", code, code, machine, by=SYSTEM) for code in ("群", "内")
    )
    assert subjects.change(db, inner, {"parent_id": group}, by=SYSTEM)
    assert subjects.change(db, college.subject, {"parent_id": inner}, by=SYSTEM)
    for parent in (group, inner, college.subject):
        with pytest.raises(errors.SubjectBelowItself):
            subjects.change(db, group, {"parent_id": parent}, by=SYSTEM)


def test_a_change_says_what_it_was_and_what_it_is(db, college, course):
    made = course()
    changes = {"name": "机器人编程", "header": {"hours": "72"}, "unit_id": college.units["trade"]}
    assert subjects.change(db, made, changes, by=SYSTEM)
    assert not subjects.change(db, made, changes, by=SYSTEM)
    kind, _by, asked = entries(db, made)[-1]
    assert kind == "subject_changed"
    assert asked["changed"]["name"] == ["工业机器人编程", "机器人编程"]
    assert asked["changed"]["header"][1] == '{"hours":72}'
    assert set(asked["changed"]) == {"name", "header", "unit_id"}
    other = course("C002")
    with pytest.raises(errors.SubjectCodeTaken):
        subjects.change(db, other, {"code": "C001"}, by=SYSTEM)
    with pytest.raises(NotFound):
        subjects.change(db, 999_999, {"name": "没有"}, by=SYSTEM)


def test_what_stands_may_stand_on_where_its_unit_was_closed(db, college, course):
    made = course()
    db.execute(
        update(Unit).where(Unit.id == college.units["machine"]).values(until=clock.today() - DAY)
    )
    assert subjects.change(db, made, {"name": "机器人编程"}, by=SYSTEM)


def test_an_owner_is_one_from_a_day_on(db, college, course):
    made, today = course(owner_id=college.users["leader"], since=date(2026, 3, 1)), clock.today()
    second, third = college.users["reviewer"], college.users["office"]
    for user, since, refusal in (
        (second, today + DAY, errors.NotYet),
        (second, date(2026, 2, 28), errors.OwnerSinceTooEarly),
        (999_999, today, errors.UnknownPerson),
    ):
        with pytest.raises(refusal):
            subjects.give_owner(db, made, user, since=since, by=SYSTEM)
    assert subjects.give_owner(db, made, second, since=date(2026, 9, 1), by=SYSTEM)
    assert not subjects.give_owner(db, made, second, since=date(2026, 9, 1), by=SYSTEM)
    told = [(one.user_id, one.since, one.until, one.is_now) for one in subjects.owners(db, made)]
    assert told == [
        (second, date(2026, 9, 1), None, True),
        (college.users["leader"], date(2026, 3, 1), date(2026, 8, 31), False),
    ]
    kind, _by, asked = entries(db, made)[-1]
    assert (kind, asked["since"]) == ("subject_changed", "2026-09-01")
    assert asked["changed"] == {"owner_id": [college.users["leader"], second]}
    subjects.give_owner(db, made, None, since=today, by=SYSTEM)
    subjects.give_owner(db, made, third, since=today, by=SYSTEM)
    assert [one.is_now for one in subjects.owners(db, made)] == [True, False, False]


def test_who_was_owner_for_no_day_is_not_shown(db, college, course):
    made, today = course(owner_id=college.users["leader"]), clock.today()
    subjects.give_owner(db, made, college.users["office"], since=today, by=SYSTEM)
    assert [one.user_id for one in subjects.owners(db, made)] == [college.users["office"]]


def test_a_team_has_members_from_one_day_to_another(db, college, course):
    made, office = course(), college.users["office"]
    since, today = date(2026, 3, 1), clock.today()
    first = subjects.join(db, made, office, since=since, by=SYSTEM)
    for user, begins, until, refusal in (
        (office, today, None, errors.MemberAlready),
        (office, date(2025, 1, 1), since, errors.MemberAlready),
        (college.users["admin"], today, today - DAY, PeriodEndsBeforeItBegins),
        (999_999, today, None, errors.UnknownPerson),
    ):
        with pytest.raises(refusal):
            subjects.join(db, made, user, since=begins, until=until, by=SYSTEM)
    subjects.join(db, made, office, since=date(2025, 1, 1), until=date(2025, 7, 1), by=SYSTEM)
    with pytest.raises(PeriodEndsBeforeItBegins):
        subjects.leave(db, made, first, on=since - DAY, by=SYSTEM)
    subjects.leave(db, made, first, on=date(2026, 8, 31), by=SYSTEM)
    with pytest.raises(EndedAlready):
        subjects.leave(db, made, first, on=today, by=SYSTEM)
    with pytest.raises(NotFound):
        subjects.leave(db, college.subject, first, on=today, by=SYSTEM)
    assert [one.until for one in subjects.members(db, made)] == [
        date(2026, 8, 31),
        date(2025, 7, 1),
    ]
    assert [kind for kind, _by, _asked in entries(db, made)][1:] == [
        "member_given",
        "member_given",
        "member_ended",
    ]
    persons.leave(db, college.users["stranger"], by=SYSTEM, on=today)
    with pytest.raises(errors.MemberLeft):
        subjects.join(db, made, college.users["stranger"], since=today, by=SYSTEM)


def test_a_subject_is_closed_when_nothing_hangs_on_it(db, college, course):
    today, made = clock.today(), course()
    with pytest.raises(errors.SubjectHasChildren):
        subjects.close(db, college.subject, on=today, by=SYSTEM)
    with pytest.raises(errors.NotYet):
        subjects.close(db, made, on=today + DAY, by=SYSTEM)
    subjects.close(db, made, on=today, by=SYSTEM)
    with pytest.raises(errors.SubjectClosedAlready):
        subjects.close(db, made, on=today, by=SYSTEM)
    with pytest.raises(errors.SubjectInactive):
        subjects.join(db, made, college.users["office"], since=today, by=SYSTEM)
    subjects.close(db, college.subject, on=today, by=SYSTEM)
    with pytest.raises(errors.ParentClosed):
        subjects.reopen(db, made, by=SYSTEM)
    subjects.reopen(db, college.subject, by=SYSTEM)
    subjects.reopen(db, made, by=SYSTEM)
    with pytest.raises(errors.SubjectStillOpen):
        subjects.reopen(db, made, by=SYSTEM)
    assert [kind for kind, _by, _asked in entries(db, made)] == [
        "subject_created",
        "subject_closed",
        "subject_changed",
    ]


def test_a_subject_with_work_under_way_is_not_closed(db, story, college):
    story.start(GOALS)
    with pytest.raises(errors.SubjectBusy):
        subjects.close(db, college.subject, on=clock.today(), by=SYSTEM)
    done = {"instance_id": None, "status": DocumentStatus.WITHDRAWN}
    db.execute(update(Document).values(done))
    subjects.close(db, college.subject, on=clock.today(), by=SYSTEM)


def test_pilots_are_marked_many_at_once_each_with_an_entry(db, course):
    made = [course(f"C{number}") for number in range(3)]
    conditions = [Subject.__table__.c.kind == "course"]
    assert subjects.mark_pilots(db, conditions, is_pilot=True, by=SYSTEM) == 3
    assert subjects.mark_pilots(db, conditions, is_pilot=True, by=SYSTEM) == 0
    assert entries(db, made[0])[-1][2]["changed"] == {"is_pilot": [False, True]}
    assert subjects.change(db, made[0], {"is_pilot": False}, by=SYSTEM)


def test_the_name_of_a_person_stands_outside_the_log(db, college):
    pupil = persons.create(db, "s1", "林小满", by=SYSTEM, number="20260001")
    made = subjects.create(
        db, "student", "", "", college.units["machine"], by=SYSTEM, owner_id=pupil
    )
    row = db.execute(select(Subject.code, Subject.name).where(Subject.id == made)).one()
    assert tuple(row) == ("20260001", "林小满")
    persons.change(db, pupil, by=SYSTEM, name="林大满")
    assert subjects.change(db, made, {}, by=SYSTEM)
    told = entries(db, made)
    assert [kind for kind, _by, _asked in told] == ["subject_created", "subject_changed"]
    assert all("林" not in str(asked) and "20260001" not in str(asked) for _, _, asked in told)
    kept = [
        orjson.loads(
            db.execute(select(Content.data).where(Content.id == asked["kept"])).scalar_one()
        )
        for _kind, _by, asked in told
    ]
    assert kept[0]["name"] == "林小满"
    assert told[1][2]["changed"] == ["name"]
    assert kept[1]["name"] == ["林小满", "林大满"]
    with pytest.raises(errors.OwnerIsThePerson):
        subjects.give_owner(db, made, college.users["leader"], since=clock.today(), by=SYSTEM)
    with pytest.raises(errors.SubjectExists):
        subjects.create(db, "student", "", "", college.units["trade"], by=SYSTEM, owner_id=pupil)


def test_only_who_keeps_the_register_changes_it(db, story, college, course):
    made, today = course(), clock.today()
    leader = story.person("leader")
    for act in (
        lambda: subjects.create(db, "course", "C3", "课", college.units["machine"], by=leader),
        lambda: subjects.change(db, made, {"name": "课"}, by=leader),
        lambda: subjects.give_owner(db, made, leader.id, since=today, by=leader),
        lambda: subjects.join(db, made, leader.id, since=today, by=leader),
        lambda: subjects.leave(db, made, 1, on=today, by=leader),
        lambda: subjects.close(db, made, on=today, by=leader),
        lambda: subjects.reopen(db, made, by=leader),
        lambda: subjects.mark_pilots(db, [], is_pilot=True, by=leader),
        lambda: subjects.make(db, "student", 2026, by=leader),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_list_is_narrowed_and_counted_in_constant_statements(db, engine, story, college, course):
    machine = college.units["machine"]
    below = units.create(
        db, "robots", "机器人教研室", "teaching_section", by=SYSTEM, parent=machine
    )
    course("A1", owner_id=college.users["leader"], is_pilot=True)
    course("A2", name="数控编程")
    subjects.create(db, "course", "A3", "下级", below, by=SYSTEM)
    auditor = story.person("auditor")
    for wanted, codes in (
        (Wanted(kind="course"), ["A1", "A2", "A3"]),
        (Wanted(kind="course", unit_id=machine), ["A1", "A2", "A3"]),
        (Wanted(unit_id=below), ["A3"]),
        (Wanted(unit_id=college.units["trade"]), []),
        (Wanted(is_pilot=True), ["A1"]),
        (Wanted(kind="course", has_owner=False), ["A2", "A3"]),
        (Wanted(parent_id=college.subject), ["A1", "A2"]),
        (Wanted(text="吴允"), ["460305", "A1"]),
        (Wanted(text="数控"), ["A2"]),
        (Wanted(is_active=False), []),
    ):
        assert [one.code for one in subjects.visible(db, auditor, wanted).items] == codes, wanted
    sent = []
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    wanted = Wanted(is_active=True, unit_id=machine)
    subjects.visible(db, auditor, wanted)
    assert subjects.counts(db, auditor, wanted) == {"major": 1, "course": 3}
    subjects.units_of(db, auditor)
    for number in range(30):
        course(f"B{number}")
    before = len(sent)
    sent.clear()
    assert subjects.counts(db, auditor, wanted)["course"] == 33
    subjects.visible(db, auditor, wanted)
    assert subjects.units_of(db, auditor) == ((machine, "智能制造学院"),)
    assert len(sent) < before
    assert len(sent) == 6


def test_a_subject_that_nobody_may_know_of_is_not_there(db, story, course):
    made = course()
    stranger = story.person("stranger")
    with pytest.raises(NotFound):
        subjects.one(db, stranger, made)
    assert subjects.counts(db, stranger) == {}
    assert subjects.units_of(db, stranger) == ()
