"""A small college for tests: who there is, and figure 4 published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

import quality
from engine import definitions, people, roles
from engine.college import persons, posts, units
from engine.models import Role
from engine.people import SYSTEM, Actor
from quality import default_grants, shipped
from quality.models import Subject

ROOT = Path(__file__).parent.parent
SINCE = date(2020, 1, 1)


@dataclass(frozen=True)
class College:
    """Ids by name: people, units, posts, and the major's subject."""

    users: dict[str, int]
    units: dict[str, int]
    posts: dict[str, int]
    subject: int

    def actor(self, db: Session, name: str) -> Actor:
        """The person called `name` as the engine sees one."""
        return people.actor(db, self.users[name])


def found(db: Session) -> College:
    """Make the college: units, posts, people, one major, the form and figure 4."""
    quality.register()
    places = {"school": units.create(db, "school", "示范学院", "school", by=SYSTEM)}
    for code, name, kind in (
        ("machine", "智能制造学院", "college"),
        ("trade", "商贸学院", "college"),
        ("academic_affairs", "教务处", "department"),
    ):
        places[code] = units.create(db, code, name, kind, by=SYSTEM, parent=places["school"])
    offices = {
        key: posts.create(db, key, name, by=SYSTEM)
        for key, name in (
            ("major_leader", "专业带头人"),
            ("college_reviewer", "二级学院审核岗"),
            ("academic_affairs", "教务处审定岗"),
        )
    }
    users = {
        name: persons.create(db, name, shown, by=SYSTEM, password="test-password")
        for name, shown in (
            ("leader", "吴允恭"),
            ("reviewer", "周明岚"),
            ("reviewer2", "郑怀瑾"),
            ("office", "李致远"),
            ("stranger", "陈立新"),
            ("admin", "何知行"),
            ("auditor", "苏慎之"),
        )
    }
    for name, post, unit in (
        ("leader", "major_leader", "machine"),
        ("reviewer", "college_reviewer", "machine"),
        ("reviewer2", "college_reviewer", "machine"),
        ("stranger", "college_reviewer", "trade"),
        ("office", "academic_affairs", "academic_affairs"),
    ):
        posts.give(db, users[name], offices[post], places[unit], since=SINCE, by=SYSTEM)
    roles.give(db, users["admin"], Role.PROCESS_ADMIN, by=SYSTEM)
    roles.give(db, users["auditor"], Role.AUDITOR, by=SYSTEM)
    default_grants.lay(db)
    row = {
        "kind": "major",
        "code": "460305",
        "name": "工业机器人技术",
        "unit_id": places["machine"],
        "owner_id": users["leader"],
        "header": "{}",
        "is_active": True,
    }
    subject = db.execute(insert(Subject).returning(Subject.id), row).scalar_one()
    shipped.lay_policies(db, by=SYSTEM)
    publish(db, (ROOT / "processes/approval_major.bpmn").read_bytes())
    return College(users, places, offices, subject)


def publish(db: Session, xml: bytes) -> definitions.Published:
    """Publish a diagram with those forms of the product that it names."""
    forms = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "forms").glob("*.form"))
        if f'formRef="{path.stem}"'.encode() in xml
    }
    return definitions.publish(db, xml, by=SYSTEM, note="测试", forms=forms)
