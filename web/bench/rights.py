"""What asking for a right costs: the same statements and about the same time at any size.

One check loads the person with posts, seats and roles, asks the policy, finds the grants that reach
for them, and looks for a subject under those grants.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.orm import Session

from engine import db as database
from engine import people, permissions
from engine.clock import now
from engine.college import persons, posts, units
from engine.models import Holding, Post, Unit, UnitAbove, User
from engine.people import SYSTEM
from engine.permissions import Action
from quality import default_grants, subjects
from quality.models import Subject
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import SINCE, Scratch

NAME: Final = "permission_check"
SCALES: Final = ((600, 40), (25_000, 2_000))
QUICK_SCALES: Final = ((60, 4), (600, 40))
ROUNDS: Final = 300
AT_ONCE: Final = 5_000


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`permission_check` in a small and in a large college."""
    if only and NAME not in only:
        return
    with base.sessions() as db:
        root, user, subject = _college(database.begin_writing(db))
        db.commit()
    for people_count, unit_count in QUICK_SCALES if quick else SCALES:
        with base.engine.connect() as plain:
            connection = plain.execution_options(**database.WRITING)
            _grow(connection, root, people_count, unit_count)
            connection.commit()
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        with base.sessions() as db:
            sent: list[str] = []
            listen = partial(_listen, sent)
            event.listen(base.engine, "before_cursor_execute", listen)
            check(db, user, subject)
            event.remove(base.engine, "before_cursor_execute", listen)
            yield clock.measure(
                NAME,
                base.name,
                partial(_checked, db, user, subject),
                range(ROUNDS),
                pids=scratch.backend_pids(base, db),
                scale=people_count,
                note=f"{unit_count} units, {len(sent)} statements",
            )


def check(db: Session, user: int, subject: int) -> None:
    """Ask whether this person may do something, and find a subject that they see."""
    person = people.actor(db, user)
    permissions.may(person, Action.SUBJECT_EDIT)
    subjects.one(db, person, subject)


def _checked(db: Session, user: int, subject: int, _round: int) -> None:
    check(db, user, subject)
    db.rollback()


def _listen(sent: list[str], *told: object) -> None:
    sent.append(str(told[2]))


def _college(db: Session) -> tuple[int, int, int]:
    """A college with one office, whose head sees one major; numbers of root, head and major."""
    default_grants.lay(db)
    root = units.create(db, "rights", "示范学院", "school", by=SYSTEM)
    college = units.create(db, "rights_college", "机电学院", "college", by=SYSTEM, parent=root)
    post = posts.create(db, "head", "负责人", by=SYSTEM)
    user = persons.create(db, "rights_head", "王建国", by=SYSTEM)
    posts.give(db, user, post, college, since=SINCE, by=SYSTEM)
    row = {"kind": "major", "code": "rights", "name": "机电一体化", "unit_id": college}
    row |= {"header": "{}", "is_active": True, "is_pilot": False}
    subject = db.execute(insert(Subject).returning(Subject.id), row).scalar_one()
    return root, user, subject


def _grow(connection: Connection, root: int, people_count: int, unit_count: int) -> None:
    """Units below the root and people with a post in one of them, up to these numbers."""
    there = connection.scalar(text("SELECT count(*) FROM unit WHERE code LIKE 'rights-%'")) or 0
    first = (connection.scalar(text("SELECT max(id) FROM unit")) or 0) + 1
    made = list(range(first, first + unit_count - there))
    if made:
        kind = {"kind": "department", "parent_id": root, "position": 0}
        named = [{"id": one, "code": f"rights-{one}", "name": f"单位{one}", **kind} for one in made]
        connection.execute(insert(Unit), named)
        above = [{"unit_id": one, "above_id": one, "steps": 0} for one in made]
        above += [{"unit_id": one, "above_id": root, "steps": 1} for one in made]
        connection.execute(insert(UnitAbove), above)
    post = connection.execute(select(Post.id).where(Post.key == "head")).scalar_one()
    places = connection.execute(select(Unit.id).where(Unit.code.startswith("rights-"))).scalars()
    _people(connection, post, list(places), people_count)


def _people(connection: Connection, post: int, places: list[int], count: int) -> None:
    there = connection.scalar(text("SELECT count(*) FROM user_account")) or 0
    first = (connection.scalar(text("SELECT max(id) FROM user_account")) or 0) + 1
    for start in range(0, count - there, AT_ONCE):
        ids = range(first + start, first + min(start + AT_ONCE, count - there))
        same = {"is_active": True, "is_external": False, "created_at": now()}
        named = [{"id": one, "username": f"rights{one}", "name": f"人{one}", **same} for one in ids]
        connection.execute(insert(User), named)
        held = {"post_id": post, "since": SINCE}
        given = [{"user_id": one, "unit_id": places[one % len(places)], **held} for one in ids]
        connection.execute(insert(Holding), given)
