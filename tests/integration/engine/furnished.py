"""A house with a post on every level, for tests of who gets a step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from engine import roles
from engine.college import committees, persons, posts, units
from engine.models import PostKind, Role
from engine.people import SYSTEM
from quality.models import Subject, SubjectMember
from tests.college import College

SINCE = date(2020, 1, 1)


def furnish(db: Session, college: College) -> College:
    """The college with a section below a college, heads on every level, leaders, a committee."""
    school, machine = college.units["school"], college.units["machine"]
    section = units.create(db, "robots", "机器人教研室", "section", by=SYSTEM, parent=machine)
    users = dict(college.users)
    for name in ("dean", "rector", "teacher", "vice", "contact", "chair", "member"):
        users[name] = persons.create(db, name, name, by=SYSTEM, number=f"N-{name}")
    made = {
        key: posts.create(db, key, name, by=SYSTEM, kind=kind)
        for key, name, kind in (
            ("head", "负责人", PostKind.OFFICE),
            ("leader", "分管领导", PostKind.LEADER),
            ("contact_leader", "联系领导", PostKind.LEADER),
            ("teacher", "教师", PostKind.MEMBER),
        )
    }
    for name, post, unit in (
        ("dean", "head", machine),
        ("rector", "head", school),
        ("vice", "leader", machine),
        ("contact", "contact_leader", machine),
        ("teacher", "teacher", section),
    ):
        posts.give(db, users[name], made[post], unit, since=SINCE, by=SYSTEM)
    committee = committees.create(db, "quality", "质量委员会", "committee", by=SYSTEM)
    for name, seat in (("member", "member"), ("chair", "chair"), ("office", "member")):
        committees.seat(db, committee, users[name], seat=seat, since=SINCE, by=SYSTEM)
    roles.give(db, users["office"], Role.QUALITY_OFFICE, by=SYSTEM)
    db.execute(update(Subject).where(Subject.id == college.subject).values(unit_id=section))
    member = {"subject_id": college.subject, "user_id": users["teacher"], "since": SINCE}
    db.execute(insert(SubjectMember), member)
    places = college.units | {"section": section}
    return replace(college, users=users, units=places, posts=college.posts | made)
