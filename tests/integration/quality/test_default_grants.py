"""Whom a new installation lets read what: the grants of the catalogue, kind by kind."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from engine import grants, people, roles
from engine.college import persons, posts, units
from engine.grants import NewGrant
from engine.models import Grant, Reach, Role
from engine.people import SYSTEM
from engine.permissions import Action
from quality import default_grants, explain, kinds, sharing
from quality.models import Subject
from quality.templates import rights
from tests.college import SINCE

# who, by which post in which unit; the subjects are in the class below the college
HERE, ABOVE, SCHOOL, ELSEWHERE = "class1", "machine", "school", "trade"
PLACED = {
    "classmate": ("student", HERE),
    "counsellor": ("counsellor", HERE),
    "other counsellor": ("counsellor", "class2"),
    "college's reviewer": ("college_reviewer", ABOVE),
    "head": ("head", ABOVE),
    "leader over the college": ("leader", ABOVE),
    "contact": ("contact_leader", ABOVE),
    "teacher": ("teacher", ABOVE),
    "another college's head": ("head", ELSEWHERE),
    "another college's reviewer": ("college_reviewer", ELSEWHERE),
    "another college's leader": ("leader", ELSEWHERE),
    "another college's teacher": ("teacher", ELSEWHERE),
    "school leader": ("school_leader", SCHOOL),
    "expert": ("expert", SCHOOL),
    "head of the school": ("head", SCHOOL),
    **{lead: (lead, ELSEWHERE) for lead in sorted({one.lead for one in kinds.every()})},
}
ROLES = {"r leader": Role.LEADER, "r office": Role.QUALITY_OFFICE, "r auditor": Role.AUDITOR}
ABOVE_ALL = {
    "school leader",
    "expert",
    "r leader",
    "r office",
    "r auditor",
    "r process admin",
    "head of the school",
}
CHAIN = {"college's reviewer", "head", "leader over the college", "contact"}
STUDENT = {"owner", "counsellor", "college's reviewer", "head", "student_affairs"}
OPENERS = {"student_cohort": {"counsellor"}}


@pytest.fixture
def house(db, college):
    for name in ("class1", "class2"):
        above = college.units["machine"]
        college.units[name] = units.create(db, name, name, "class", by=SYSTEM, parent=above)
    for key in sorted({post for post, _unit in PLACED.values()} - college.posts.keys()):
        college.posts[key] = posts.create(db, key, key, by=SYSTEM)
    held = ROLES | {"r process admin": Role.PROCESS_ADMIN}
    names = {"owner", *PLACED, *held}
    users = {name: persons.create(db, f"p{at}", name, by=SYSTEM) for at, name in enumerate(names)}
    for name, (post, unit) in PLACED.items():
        given = (college.posts[post], college.units[unit])
        posts.give(db, users[name], *given, since=SINCE, by=SYSTEM)
    for name, role in held.items():
        roles.give(db, users[name], role, by=SYSTEM)
    row = {"unit_id": college.units[HERE], "owner_id": users["owner"], "header": "{}"}
    rows = [row | {"kind": key, "code": key, "name": key} for key in kinds.KEYS]
    made = insert(Subject).returning(Subject.id, sort_by_parameter_order=True)
    found = db.execute(made, [one | {"is_active": True} for one in rows]).scalars()
    return users, dict(zip(kinds.KEYS, found, strict=True))


def readers(db, users, subject):
    found = set()
    for name, user in users.items():
        seen = sharing.may_see(db, people.actor(db, user))
        if db.execute(select(Subject.id).where(Subject.id == subject, seen)).first():
            found.add(name)
    return found


def test_who_reads_what_is_published_of_each_kind(db, house):
    users, subjects = house
    for key, subject in subjects.items():
        wide = {"owner", kinds.get(key).lead} | CHAIN | ABOVE_ALL | OPENERS.get(key, set())
        assert (key, readers(db, users, subject)) == (key, STUDENT if key == "student" else wide)


def test_anyone_else_reads_of_students_by_a_grant_that_names_them(db, house):
    users, subjects = house
    holder = f"u:{users['teacher']}"
    wide = NewGrant(holder, Action.SUBJECT_VIEW, Reach.ALL)
    grants.give_all(db, [wide], by=SYSTEM)
    told = explain.answer(db, users["teacher"], "subject:view", subjects["student"])
    assert (told.allowed, told.lacking[0].failing) == (False, ("kind",))
    others = [one.grant.scope for one in told.lacking[1:]]
    assert others
    assert {one.subject_kind for one in others if one.reach != Reach.OWN} == {"student"}
    grants.give_all(
        db, [NewGrant(holder, Action.SUBJECT_VIEW, Reach.ALL, subject_kind="student")], by=SYSTEM
    )
    assert "teacher" in readers(db, users, subjects["student"])


def test_templates_of_students_are_in_a_grant_for_all_kinds(db, house):
    users, subjects = house
    grants.give_all(
        db, [NewGrant(f"u:{users['teacher']}", Action.TEMPLATE_EDIT, Reach.ALL)], by=SYSTEM
    )
    told = explain.answer(db, users["teacher"], "template:edit", subjects["student"])
    assert told.allowed
    assert "student" in rights.editable(db, people.actor(db, users["teacher"]))


def test_a_house_of_before_gets_the_grants_for_students_once(db, college):
    assert college.users
    assert default_grants.are_complete(db)
    table = Grant.__table__
    later = (table.c.subject_kind == "student") & (table.c.holder == "p:counsellor")
    db.execute(table.delete().where(later))
    assert not default_grants.are_complete(db)
    assert default_grants.catch_up(db) == 1
    assert default_grants.catch_up(db) == 0
    db.execute(update(table).where(later).values(until=SINCE))  # somebody ended it
    assert default_grants.catch_up(db) == 0
    assert default_grants.are_complete(db)
