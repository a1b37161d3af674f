"""Evidence as the people of the test college put it down."""

from __future__ import annotations

import io

from sqlalchemy import insert

from engine import roles, settings
from engine.college import persons, posts
from engine.errors import NotFound
from engine.models import Role
from engine.people import SYSTEM
from quality.evidence import kept, listed, rights, rules
from quality.evidence.kept import Said
from quality.models import Subject
from tests.college import SINCE
from tests.unit.quality.test_evidence_files import PDF

EVERYBODY = ("leader", "reviewer", "reviewer2", "stranger", "office", "admin", "auditor")


class Library:
    """What they do, by their names."""

    def __init__(self, db, college, store):
        self.db, self.college, self.store = db, college, store

    def who(self, name):
        return self.college.actor(self.db, name)

    def take(self, content=PDF, name="证书.pdf"):
        allowed, most = rules.allowed(self.db), rules.most_bytes(self.db)
        return kept.take(self.store, name, io.BytesIO(content), most=most, allowed=allowed)

    def rule(self, **values):
        """Change rules of the house."""
        if not self.who("stranger").roles:
            user = self.college.users["stranger"]
            roles.give(self.db, user, Role.SECURITY_ADMIN, by=SYSTEM)
        settings.change(self.db, values, by=self.who("stranger"))

    def add(self, who="leader", key=None, content=PDF, **said):
        by = self.who(who)
        place = rights.place(self.db, by, key or f"subject:{self.college.subject}")
        said = Said(**({"name": "证书"} | said))
        return kept.add(self.db, self.store, self.take(content), place=place, said=said, by=by)

    def sees(self, name, evidence_id):
        try:
            listed.one(self.db, self.who(name), evidence_id)
        except NotFound:
            return False
        return True

    def seen_by(self, evidence_id):
        return {name for name in EVERYBODY if self.sees(name, evidence_id)}


def student(library, name, unit):
    """A student with a subject of their own, in a class."""
    db, college = library.db, library.college
    college.users[name] = persons.create(db, name, name, by=SYSTEM)
    posts.give(db, college.users[name], college.posts["student"], unit, since=SINCE, by=SYSTEM)
    row = {"kind": "student", "code": name, "name": name, "unit_id": unit, "header": "{}"}
    row |= {"owner_id": college.users[name], "is_active": True}
    return db.execute(insert(Subject).returning(Subject.id), row).scalar_one()
