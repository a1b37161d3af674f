"""A subject as somebody describes it, and everything that is wrong with the description.

`around` fetches what the rules look at, for many descriptions at the same number of statements;
`problems` then decides without the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.college.errors import Empty, PartTooLong, PartUnreadable, UnitClosed
from engine.college.kinds import UNIT_KINDS
from engine.errors import Refused
from engine.forms import texts
from engine.models import Unit, User
from quality import errors, kinds
from quality.kinds import HeaderField, SubjectKind
from quality.models import Subject

MAX_CODE: Final = 60
MAX_NAME: Final = 200
MAX_VALUE: Final = 200
DEEPEST: Final = 20
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,6})?", re.ASCII)

Problem = tuple[str, Refused]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says of a subject. `header` may hold numbers as they were typed."""

    kind: str
    code: str
    name: str
    unit_id: int | None
    owner_id: int | None = None
    parent_id: int | None = None
    header: Mapping[str, Any] = field(default_factory=dict)
    is_pilot: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What is there already: units, people and subjects by id, and ids of subjects by place."""

    units: Mapping[int, Row[Any]]
    people: Mapping[int, Row[Any]]
    subjects: Mapping[int, Row[Any]]
    coded: Mapping[tuple[str, str], int]
    of_unit: Mapping[tuple[str, int], int]
    of_person: Mapping[tuple[str, int], int]
    today: date


def around(db: Session, given: Sequence[Given], ids: Iterable[int] = ()) -> Around:
    """Fetch what `settle` and `problems` look at for these descriptions (of these subjects)."""
    unit_ids = {one.unit_id for one in given if one.unit_id is not None}
    person_ids = {one.owner_id for one in given if one.owner_id is not None}
    unit, user, subject = Unit.__table__, User.__table__, Subject.__table__
    units = _by_id(db, select(unit).where(unit.c.id.in_(unit_ids)))
    people = _by_id(
        db,
        select(user.c.id, user.c.name, user.c.username, user.c.number, user.c.is_active).where(
            user.c.id.in_(person_ids)
        ),
    )
    settled = [_derived(one, units, people) for one in given]
    meant = {one.parent_id for one in given if one.parent_id is not None} | set(ids)
    places = or_(
        subject.c.code.in_({one.code for one in settled}),
        subject.c.unit_id.in_(unit_ids) & subject.c.kind.in_(_tied(kinds.UNIT)),
        subject.c.owner_id.in_(person_ids) & subject.c.kind.in_(_tied(kinds.PERSON)),
        subject.c.id.in_(meant),
    )
    near = subject.c.kind.in_({one.kind for one in given}) | subject.c.id.in_(meant)
    subjects = _by_id(db, select(subject).where(near, places))
    missing = _above(subjects)
    for _level in range(DEEPEST):
        if not missing:
            break
        subjects |= _by_id(db, select(subject).where(subject.c.id.in_(missing)))
        missing = _above(subjects)
    return Around(
        units=units,
        people=people,
        subjects=subjects,
        coded={(one.kind, one.code): one.id for one in subjects.values()},
        of_unit={(one.kind, one.unit_id): one.id for one in subjects.values()},
        of_person={(one.kind, one.owner_id): one.id for one in subjects.values()},
        today=clock.today(),
    )


def _by_id(db: Session, wanted: Any) -> dict[int, Row[Any]]:
    return {row.id: row for row in db.execute(wanted)}


def _tied(to: str) -> list[str]:
    return [kind.key for kind in kinds.every() if kind.register.tied == to]


def _above(subjects: Mapping[int, Row[Any]]) -> set[int]:
    """Parents that were not fetched yet."""
    return {one.parent_id for one in subjects.values() if one.parent_id is not None} - set(subjects)


def settle(given: Given, near: Around) -> Given:
    """The description as it is kept: texts cleaned, code and name of what it is tied to."""
    return _derived(given, near.units, near.people)


def _derived(given: Given, units: Mapping[int, Row[Any]], people: Mapping[int, Row[Any]]) -> Given:
    register = kinds.get(given.kind).register
    unit = units.get(given.unit_id or 0)
    person = people.get(given.owner_id or 0)
    if register.tied == kinds.UNIT and unit is not None:
        return replace(given, code=unit.code, name=register.name.format(name=unit.name))
    if register.tied == kinds.PERSON and person is not None:
        return replace(given, code=person.number or person.username, name=person.name)
    return replace(given, code=_cleaned(given.code), name=_cleaned(given.name))


def _cleaned(text: str) -> str:
    return texts.clean(text).strip() if texts.storable(text) else text


def header(given: Given) -> dict[str, Any]:
    """The values of the head as they are kept: numbers as numbers, nothing for what is empty."""
    kept: dict[str, Any] = {}
    for one in kinds.get(given.kind).own_fields:
        value = typed(given.header.get(one.key))
        if value and one.is_number:
            kept[one.key] = float(value) if "." in value else int(value)
        elif value:
            kept[one.key] = value
    return kept


def typed(value: Any) -> str:
    """A value of the head as people type and read it: 64, 3.5, 2026 级."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value).strip()


def problems(
    given: Given, near: Around, *, subject_id: int | None = None, was: Given | None = None
) -> list[Problem]:
    """What is wrong with a settled description, each with the place it concerns.

    With `was`, what stood there before and is left alone is not judged again.
    """
    kind = kinds.get(given.kind)
    found = [*_of_texts(given, kind), *_of_identity(given, kind, near, subject_id)]
    if was is None or was.unit_id != given.unit_id:
        found += _of_unit(given, kind, near)
    if was is None or was.owner_id != given.owner_id:
        found += _of_owner(given, kind, near)
    if was is None or was.parent_id != given.parent_id:
        found += _of_parent(given, kind, near, subject_id)
    return [*found, *_of_header(given, kind)]


def _of_texts(given: Given, kind: SubjectKind) -> Iterator[Problem]:
    register = kind.register
    waits = (register.tied == kinds.UNIT and given.unit_id is None) or (
        register.tied == kinds.PERSON and given.owner_id is None
    )
    for place, what, text, most in (
        ("code", register.code, given.code, MAX_CODE),
        ("name", "名称", given.name, MAX_NAME),
    ):
        if not texts.storable(text):
            yield place, PartUnreadable(what=what)
        elif not text and not waits:
            yield place, Empty(what=what)
        elif len(text) > most:
            yield place, PartTooLong(what=what, most=most)


def _of_identity(
    given: Given, kind: SubjectKind, near: Around, subject_id: int | None
) -> Iterator[Problem]:
    tied = kind.register.tied
    if tied == kinds.UNIT:
        place, other = "unit", near.of_unit.get((kind.key, given.unit_id or 0))
    elif tied == kinds.PERSON:
        place, other = "owner", near.of_person.get((kind.key, given.owner_id or 0))
    else:
        place, other = "", None
    if other is not None and other != subject_id:
        yield place, errors.SubjectExists(name=near.subjects[other].name, kind=kind.label)
        return
    other = near.coded.get((kind.key, given.code))
    if other is not None and other != subject_id:
        name = near.subjects[other].name
        yield "code", errors.SubjectCodeTaken(kind=kind.label, code=given.code, name=name)


def _of_unit(given: Given, kind: SubjectKind, near: Around) -> Iterator[Problem]:
    if given.unit_id is None:
        yield "unit", Empty(what="单位")
        return
    unit = near.units.get(given.unit_id)
    wanted = kind.register.units
    if unit is None:
        yield "unit", errors.UnknownUnit()
    elif unit.until is not None and unit.until < near.today:
        yield "unit", UnitClosed(name=unit.name, on=unit.until)
    elif wanted and unit.kind not in wanted:
        labels = "、".join(UNIT_KINDS[one].label for one in wanted)
        found = UNIT_KINDS[unit.kind].label if unit.kind in UNIT_KINDS else unit.kind
        yield (
            "unit",
            errors.UnitOfAnotherKind(kind=kind.label, wanted=labels, name=unit.name, found=found),
        )


def _of_owner(given: Given, kind: SubjectKind, near: Around) -> Iterator[Problem]:
    if given.owner_id is None:
        if kind.is_a_person:
            yield "owner", Empty(what=kind.register.owner)
        return
    person = near.people.get(given.owner_id)
    if person is None:
        yield "owner", errors.UnknownPerson(written=given.owner_id)
    elif not person.is_active:
        yield "owner", errors.OwnerLeft(who=person.name)


def _of_parent(
    given: Given, kind: SubjectKind, near: Around, subject_id: int | None
) -> Iterator[Problem]:
    if given.parent_id is None:
        return
    parent, wanted = near.subjects.get(given.parent_id), kind.register.parents
    if not wanted:
        yield "parent", errors.NoParents(kind=kind.label)
    elif parent is None:
        yield "parent", errors.UnknownParent()
    elif parent.kind not in wanted:
        labels = "、".join(kinds.get(one).label for one in wanted)
        found = kinds.get(parent.kind).label
        yield (
            "parent",
            errors.ParentOfAnotherKind(
                kind=kind.label, found=found, parent=parent.name, wanted=labels
            ),
        )
    elif subject_id is not None and subject_id in _line(parent.id, near):
        yield "parent", errors.SubjectBelowItself(parent=parent.name, name=given.name)
    elif not parent.is_active:
        yield "parent", errors.ParentClosed(parent=parent.name)


def _line(subject_id: int, near: Around) -> list[int]:
    """A subject and all above it."""
    line: list[int] = []
    at: int | None = subject_id
    while at is not None and at not in line and at in near.subjects:
        line.append(at)
        at = near.subjects[at].parent_id
    return line


def _of_header(given: Given, kind: SubjectKind) -> Iterator[Problem]:
    fields = {one.key: one for one in kind.own_fields}
    for key, value in given.header.items():
        place, one = f"header.{key}"[:MAX_VALUE], fields.get(key)
        if one is None:
            yield place, errors.UnknownHeaderField(kind=kind.label, field=key[:MAX_CODE])
            continue
        text = typed(value)
        refusal = _number_refused(one, text) if one.is_number else _text_refused(one, text)
        if text and refusal is not None:
            yield place, refusal


def _number_refused(one: HeaderField, text: str) -> Refused | None:
    shown = text[:MAX_CODE] if texts.storable(text) else "…"
    if not re.fullmatch(r"[-+]?[0-9]+(?:\.[0-9]*)?", text, re.ASCII):
        return errors.NotANumber(label=one.label, written=shown)
    fits = _NUMBER.fullmatch(text) is not None and float(text) <= one.most
    if not fits or len(text.partition(".")[2]) > one.decimals:
        return errors.NumberOutOfBounds(
            label=one.label, most=one.most, decimals=one.decimals, written=shown
        )
    return None


def _text_refused(one: HeaderField, text: str) -> Refused | None:
    if not texts.storable(text) or texts.clean(text) != text:
        return PartUnreadable(what=one.label)
    return PartTooLong(what=one.label, most=MAX_VALUE) if len(text) > MAX_VALUE else None
