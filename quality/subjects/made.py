"""Subjects made in bulk for what they stand and fall with: units, people, majors of a grade.

Making is asked for; a new unit or a new teacher has no subject until somebody wants it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, exists, func, literal, null, or_, select
from sqlalchemy.orm import Session

from engine import clock, jobs, people, permissions
from engine.errors import NotFound
from engine.models import Holding, Job, JobStatus, Post, Unit, UnitAbove, User
from engine.people import SYSTEM, Actor
from engine.permissions import Action
from quality import errors, kinds
from quality.kinds import SubjectKind
from quality.models import Subject
from quality.subjects import described, kept
from quality.subjects.described import Given

TOPIC: Final = "quality.make_subjects"
AT_ONCE: Final = 200
CHUNK: Final = 500
"""How many one transaction of the background makes."""
SHOWN: Final = 12
_GRADE: Final = re.compile(r"20[0-9]{2}", re.ASCII)
_subject, _above = Subject.__table__, UnitAbove.__table__


@dataclass(frozen=True, slots=True)
class Missing:
    """What has no subject of a kind yet, the first by name; `renamed` have another name by now."""

    kind: SubjectKind
    count: int
    names: tuple[str, ...]
    renamed: int


@dataclass(frozen=True, slots=True)
class Made:
    """How many subjects were made and renamed; `later` are left to the background."""

    made: int
    renamed: int
    later: int


def missing(db: Session, grade: int) -> tuple[Missing, ...]:
    """What has no subject yet, for every kind that stands and falls with something."""
    return tuple(_missing(db, kind, grade) for kind in kinds.every() if kind.register.tied)


def _missing(db: Session, kind: SubjectKind, grade: int) -> Missing:
    wanted = _candidates(kind, grade).subquery()
    count = db.execute(select(func.count()).select_from(wanted)).scalar_one()
    first = select(wanted.c.name).order_by(wanted.c.place).limit(SHOWN)
    names = tuple(db.execute(first).scalars()) if count else ()
    renamed = select(func.count()).select_from(_renamed(kind).subquery())
    return Missing(kind, count, names, db.execute(renamed).scalar_one())


def is_running(db: Session) -> bool:
    """Whether the background is making subjects at this moment."""
    waiting = exists().where(Job.topic == TOPIC, Job.status == JobStatus.WAITING)
    return bool(db.execute(select(waiting)).scalar_one())


def read_grade(written: str) -> int:
    """The year in which students began. Raises `GradeWrong`."""
    if _GRADE.fullmatch(written.strip()) is None:
        raise errors.GradeWrong
    return int(written)


def make(db: Session, key: str, grade: int, *, by: Actor) -> Made:
    """Make what is missing of a kind: here and now if it is little, else in the background."""
    permissions.require(by, Action.SUBJECT_EDIT)
    kind = kinds.get(key)
    if not kind.register.tied:
        raise NotFound
    found = _missing(db, kind, grade)
    if found.count + found.renamed > AT_ONCE:
        jobs.enqueue(db, TOPIC, f"{kind.key}:{grade}:{by.id or ''}")
        return Made(0, 0, found.count + found.renamed)
    return Made(_make(db, kind, grade, by), _rename(db, kind, by), 0)


def work(db: Session, reference: str) -> bool:
    """Make the next few of what was asked for in the background. Whether more is left."""
    key, grade, user_id = reference.split(":")
    by = people.actor(db, int(user_id)) if user_id else SYSTEM
    kind = kinds.get(key)
    made = _make(db, kind, int(grade), by)
    return made > 0 or _rename(db, kind, by) > 0


def _make(db: Session, kind: SubjectKind, grade: int, by: Actor) -> int:
    wanted = _candidates(kind, grade).subquery()
    rows = db.execute(select(wanted).order_by(wanted.c.place).limit(CHUNK)).all()
    given = [
        Given(
            kind=kind.key,
            code=row.code,
            name=kind.register.name.format(name=row.name, grade=grade),
            unit_id=row.unit_id,
            owner_id=row.owner_id,
            parent_id=row.parent_id,
        )
        for row in rows
    ]
    near = described.around(db, given)
    sound = [one for one in given if not described.problems(described.settle(one, near), near)]
    return len(kept.create_all(db, sound, by=by))


def _rename(db: Session, kind: SubjectKind, by: Actor) -> int:
    """Call subjects as what they are tied to is called today."""
    ids = db.execute(_renamed(kind).order_by(_subject.c.id).limit(CHUNK)).scalars()
    return kept.change_all(db, {subject_id: {} for subject_id in ids}, by=by)


def _candidates(kind: SubjectKind, grade: int) -> Select[Any]:
    """place, unit_id, owner_id, parent_id, code, name of each that has no subject yet."""
    tied = kind.register.tied
    if tied == kinds.UNIT:
        return _of_units(kind)
    return _of_people(kind) if tied == kinds.PERSON else _of_majors(kind, grade)


def _of_units(kind: SubjectKind) -> Select[Any]:
    unit = Unit.__table__
    return select(
        unit.c.id.label("place"),
        unit.c.id.label("unit_id"),
        _holder(kind, unit.c.id).label("owner_id"),
        _parent(kind, unit.c.id).label("parent_id"),
        unit.c.code,
        unit.c.name,
    ).where(
        unit.c.kind.in_(kind.register.units),
        or_(unit.c.until.is_(None), unit.c.until >= clock.today()),
        *_has_none(kind, _subject.c.unit_id == unit.c.id, _subject.c.code == unit.c.code),
    )


def _of_people(kind: SubjectKind) -> Select[Any]:
    user, holding, unit = User.__table__, Holding.__table__, Unit.__table__
    code = func.coalesce(user.c.number, user.c.username)
    first = (
        select(func.min(holding.c.id))
        .join(Post, Post.id == holding.c.post_id)
        .where(Post.key.in_(kind.register.posts), people.in_force(Holding, clock.today()))
        .group_by(holding.c.user_id)
    )
    none = _has_none(kind, _subject.c.owner_id == user.c.id, _subject.c.code == code)
    return (
        select(
            user.c.id.label("place"),
            holding.c.unit_id,
            user.c.id.label("owner_id"),
            _parent(kind, holding.c.unit_id).label("parent_id"),
            code.label("code"),
            user.c.name,
        )
        .join(holding, holding.c.user_id == user.c.id)
        .join(unit, unit.c.id == holding.c.unit_id)
        .where(holding.c.id.in_(first), user.c.is_active, *none)
        .where(or_(unit.c.until.is_(None), unit.c.until >= clock.today()))
    )


def _of_majors(kind: SubjectKind, grade: int) -> Select[Any]:
    major = _subject.alias("major")
    code = major.c.code + literal(f"-{grade}")
    return select(
        major.c.id.label("place"),
        major.c.unit_id,
        null().label("owner_id"),
        major.c.id.label("parent_id"),
        code.label("code"),
        major.c.name,
    ).where(major.c.kind == "major", major.c.is_active, *_has_none(kind, _subject.c.code == code))


def _has_none(
    kind: SubjectKind, *conditions: ColumnElement[bool]
) -> tuple[ColumnElement[bool], ...]:
    """That no subject of the kind meets any of these; each asked alone, for each has its index."""
    return tuple(~exists().where(_subject.c.kind == kind.key, one) for one in conditions)


def _holder(kind: SubjectKind, unit_id: ColumnElement[int]) -> ColumnElement[Any]:
    """Who holds the owner's post in a unit today; of several, the one entered first."""
    holding, user = Holding.__table__, User.__table__
    return (
        select(func.min(holding.c.user_id))
        .join(Post, Post.id == holding.c.post_id)
        .join(user, user.c.id == holding.c.user_id)
        .where(
            Post.key == kind.register.owner_post,
            holding.c.unit_id == unit_id,
            user.c.is_active,
            people.in_force(Holding, clock.today()),
        )
        .scalar_subquery()
    )


def _parent(kind: SubjectKind, unit_id: ColumnElement[int]) -> ColumnElement[Any]:
    """The subject of the nearest unit, at or above this one, that such a subject belongs to."""
    wanted = [one for one in kind.register.parents if kinds.get(one).register.tied == kinds.UNIT]
    above = _subject.alias("above")
    return (
        select(above.c.id)
        .join(_above, _above.c.above_id == above.c.unit_id)
        .where(above.c.kind.in_(wanted), above.c.is_active, _above.c.unit_id == unit_id)
        .order_by(_above.c.steps, above.c.id)
        .limit(1)
        .scalar_subquery()
    )


def _renamed(kind: SubjectKind) -> Select[Any]:
    """Subjects of a kind that are called otherwise than what they are tied to."""
    wanted = select(_subject.c.id).where(_subject.c.kind == kind.key, _subject.c.is_active)
    if kind.register.tied == kinds.UNIT:
        before, _, after = kind.register.name.partition("{name}")
        unit = Unit.__table__
        name = literal(before) + unit.c.name + literal(after)
        joined = wanted.join(unit, unit.c.id == _subject.c.unit_id)
        return joined.where(or_(_subject.c.name != name, _subject.c.code != unit.c.code))
    if kind.register.tied == kinds.PERSON:
        user = User.__table__
        code = func.coalesce(user.c.number, user.c.username)
        joined = wanted.join(user, user.c.id == _subject.c.owner_id)
        return joined.where(or_(_subject.c.name != user.c.name, _subject.c.code != code))
    return wanted.where(literal(value=False))
