"""The demo's register of subjects: all eight kinds, with owners, teams and pilots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import clock
from engine.models import Holding, Post, Unit, UnitAbove
from engine.people import SYSTEM
from quality import subjects
from quality.models import Subject
from quality.subjects import Given, Wanted

TOLD: Final[Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "subjects.yaml").read_bytes()
)
WHOLE: Final = ("functional_department", "secondary_college", "teaching_staff_team")
COURSES: Final = 3
TEACHERS: Final = 60
OTHERS: Final = 12
STUDENTS: Final = 60
TEAM: Final = 3
SINCE: Final = date(2024, 9, 1)
_subject = Subject.__table__


def enter(db: Session, units: Mapping[str, int]) -> int:
    """Enter subjects around the majors that are there. Returns how many there are then."""
    today = clock.today()
    for kind in WHOLE:
        subjects.make(db, kind, today.year, by=SYSTEM)
    _majors_below_colleges(db)
    for grade in range(today.year - TOLD["grades"] + 1, today.year + 1):
        subjects.make(db, "student_cohort", grade, by=SYSTEM)
    _cohorts_of_counsellors(db)
    _courses(db, {unit_id: called for called, unit_id in units.items()})
    _people(db, "teacher", ("teacher",), TEACHERS, _of_colleges(db, "teaching_staff_team"))
    for post in ("counsellor", "staff"):
        _people(db, "teacher", (post,), OTHERS, {})
    _people(db, "student", ("student",), STUDENTS, _of_colleges(db, "student_cohort"))
    _teams(db)
    pilots = _subject.c.code.in_(TOLD["pilots"])
    subjects.mark_pilots(db, [pilots], is_pilot=True, by=SYSTEM)
    return sum(subjects.counts(db, SYSTEM, Wanted()).values())


def _majors_below_colleges(db: Session) -> None:
    colleges = _of_colleges(db, "secondary_college")
    above = _colleges_above(db)
    majors = _all(db, "major")
    changes = {
        row.id: {"parent_id": colleges[above[row.unit_id]][0]}
        for row in majors
        if above.get(row.unit_id) in colleges
    }
    subjects.change_all(db, changes, by=SYSTEM)


def _cohorts_of_counsellors(db: Session) -> None:
    """A counsellor of the college answers for the newest cohorts of its majors."""
    above = _colleges_above(db)
    first: dict[int, int] = {}
    for user_id, unit_id in _holders(db, ("counsellor",)):
        first.setdefault(above.get(unit_id, unit_id), user_id)
    for row in _all(db, "student_cohort"):
        counsellor = first.get(above.get(row.unit_id, 0))
        if counsellor is not None and row.code.endswith(f"-{clock.today().year}"):
            subjects.give_owner(db, row.id, counsellor, since=_since(), by=SYSTEM)


def _courses(db: Session, called: Mapping[int, str]) -> None:
    """A few courses of the college for each major; whoever leads courses there owns them."""
    above = _colleges_above(db)
    leaders = {unit_id: user_id for user_id, unit_id in reversed(_holders(db, ("course_leader",)))}
    given = []
    for place, major in enumerate(_all(db, "major")):
        offered = TOLD["courses"].get(called.get(above.get(major.unit_id, 0), ""), [])
        for number in range(COURSES if offered else 0):
            name, hours, points = offered[(place * COURSES + number) % len(offered)]
            head = {"hours": hours, "credits": points, "applies_to": f"{major.name}专业"}
            given.append(
                Given(
                    kind="course",
                    code=f"{major.code}{number + 1:02}",
                    name=name,
                    unit_id=major.unit_id,
                    owner_id=leaders.get(major.unit_id),
                    parent_id=major.id,
                    header=head,
                )
            )
    subjects.create_all(db, given, by=SYSTEM, since=_since())


def _people(
    db: Session, kind: str, posts: Sequence[str], most: int, parents: Mapping[int, list[int]]
) -> None:
    above = _colleges_above(db)
    turns = {college: cycle(found) for college, found in parents.items()}
    nobody: Iterator[None] = cycle([None])
    given = [
        Given(
            kind=kind,
            code="",
            name="",
            unit_id=unit_id,
            owner_id=user_id,
            parent_id=next(turns.get(above.get(unit_id, 0), nobody)),
        )
        for user_id, unit_id in _holders(db, posts)[:most]
    ]
    subjects.create_all(db, given, by=SYSTEM, since=_since())


def _teams(db: Session) -> None:
    """A few teachers of its unit in the team of each major."""
    teachers = _holders(db, ("teacher",))
    for major in _all(db, "major"):
        here = [
            user_id
            for user_id, unit_id in teachers
            if unit_id == major.unit_id and user_id != major.owner_id
        ]
        for user_id in here[:TEAM]:
            subjects.join(db, major.id, user_id, since=_since(), by=SYSTEM)


def _since() -> date:
    return min(SINCE, clock.today())


def _all(db: Session, kind: str) -> Sequence[Row[Any]]:
    wanted = select(_subject).where(_subject.c.kind == kind).order_by(_subject.c.id)
    return db.execute(wanted).all()


def _holders(db: Session, posts: Sequence[str]) -> list[tuple[int, int]]:
    """Who holds one of these posts where, each person once, those entered first at the front."""
    wanted = (
        select(Holding.user_id, Holding.unit_id)
        .join(Post, Post.id == Holding.post_id)
        .where(Post.key.in_(posts))
        .order_by(Holding.user_id, Holding.id)
    )
    found: dict[int, int] = {}
    for row in db.execute(wanted):
        found.setdefault(row.user_id, row.unit_id)
    return list(found.items())


def _colleges_above(db: Session) -> dict[int, int]:
    """Of each unit in a college, the college."""
    wanted = (
        select(UnitAbove.unit_id, UnitAbove.above_id)
        .join(Unit, Unit.id == UnitAbove.above_id)
        .where(Unit.kind == "college")
    )
    return {row.unit_id: row.above_id for row in db.execute(wanted)}


def _of_colleges(db: Session, kind: str) -> dict[int, list[int]]:
    """The subjects of a kind in each college."""
    above = _colleges_above(db)
    found: dict[int, list[int]] = {}
    for row in _all(db, kind):
        if row.unit_id in above:
            found.setdefault(above[row.unit_id], []).append(row.id)
    return found
