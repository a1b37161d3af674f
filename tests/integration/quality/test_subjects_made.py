"""Subjects made in bulk: for units, people and majors that have none, and renamed with them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine import jobs, roles
from engine.college import persons, posts, units
from engine.college.persons import NewPerson
from engine.errors import NotFound
from engine.models import LogEntry, PostKind, Role
from engine.people import SYSTEM
from quality import errors, subjects
from quality.subjects import Wanted, made
from tests.college import SINCE
from tests.register import entries


def test_subjects_are_made_for_what_has_none_yet(db, college):
    machine = college.units["machine"]
    posts.give(
        db,
        college.users["reviewer"],
        posts.create(db, "head", "负责人", by=SYSTEM),
        machine,
        since=SINCE,
        by=SYSTEM,
    )
    teacher = posts.create(db, "teacher", "教师", by=SYSTEM, kind=PostKind.MEMBER)
    room = units.create(db, "robots", "机器人教研室", "teaching_section", by=SYSTEM, parent=machine)
    posts.give(db, college.users["leader"], teacher, room, since=SINCE, by=SYSTEM)
    found = {one.kind.key: one for one in subjects.missing(db, 2026)}
    assert {key: one.count for key, one in found.items()} == {
        "functional_department": 1,
        "secondary_college": 2,
        "teaching_staff_team": 2,
        "teacher": 1,
        "student_cohort": 1,
        "student": 0,
    }
    assert found["secondary_college"].names == ("智能制造学院", "商贸学院")
    for key in ("secondary_college", "teaching_staff_team", "teacher", "student_cohort"):
        assert subjects.make(db, key, 2026, by=SYSTEM).made == found[key].count
        assert subjects.make(db, key, 2026, by=SYSTEM) == subjects.Made(0, 0, 0)
    rows = {
        (row.kind, row.code): row
        for row in subjects.visible(db, college.actor(db, "auditor"), Wanted()).items
    }
    team = rows["teaching_staff_team", "machine"]
    assert (team.name, team.parent, team.owner) == (
        "智能制造学院师资队伍",
        "智能制造学院",
        "周明岚",
    )
    person = rows["teacher", "leader"]
    assert (person.unit_id, person.parent, person.owner) == (room, team.name, "吴允恭")
    cohort = rows["student_cohort", "460305-2026"]
    assert (cohort.name, cohort.parent) == ("工业机器人技术 2026 级", "工业机器人技术")
    with pytest.raises(NotFound):
        subjects.make(db, "course", 2026, by=SYSTEM)
    for written in ("", "26", "1999", "2026 级"):
        with pytest.raises(errors.GradeWrong):
            made.read_grade(written)


def test_subjects_follow_the_name_of_their_unit_when_asked_to(db, college):
    machine = college.units["machine"]
    subject = subjects.create(db, "teaching_staff_team", "", "", machine, by=SYSTEM)
    units.change(db, machine, by=SYSTEM, name="智能装备学院")
    (team,) = (one for one in subjects.missing(db, 2026) if one.renamed)
    assert (team.kind.key, team.renamed) == ("teaching_staff_team", 1)
    assert subjects.make(db, "teaching_staff_team", 2026, by=SYSTEM).renamed == 1
    assert entries(db, subject)[-1][2]["changed"] == {
        "name": ["智能制造学院师资队伍", "智能装备学院师资队伍"]
    }


def test_many_are_made_in_the_background(db, sessions, college):
    student = posts.create(db, "student", "学生", by=SYSTEM, kind=PostKind.MEMBER)
    pupils = persons.create_all(
        db, [NewPerson(f"s{number}", f"学生{number}") for number in range(450)], by=SYSTEM
    )
    for pupil in pupils:
        posts.give(db, pupil, student, college.units["machine"], since=SINCE, by=SYSTEM)
    roles.give(db, college.users["office"], Role.QUALITY_OFFICE, by=SYSTEM)
    office = college.actor(db, "office")
    assert subjects.make(db, "student", 2026, by=office) == subjects.Made(0, 0, 450)
    db.commit()
    assert made.is_running(db)
    db.rollback()
    while jobs.run_due(sessions, "test"):
        pass
    assert not made.is_running(db)
    assert subjects.counts(db, office) == {"major": 1, "student": 450}
    wanted = select(func.count()).where(
        LogEntry.kind == "subject_created", LogEntry.by == office.mark
    )
    assert db.execute(wanted).scalar_one() == 450
