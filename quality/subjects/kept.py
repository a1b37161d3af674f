"""What is done to the register: subjects are entered, changed, closed, taken up again, marked.

Nothing is deleted. Each act is an entry about the subject; a name that is a person's stands
outside the log, where it can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog, permissions
from engine.college.errors import WrittenTwice
from engine.entries import Kind
from engine.errors import NotFound
from engine.eventlog import Fact
from engine.people import Actor
from engine.permissions import Action
from quality import errors, kinds
from quality.models import Document, Subject, SubjectOwner
from quality.subjects import described
from quality.subjects.described import Given
from quality.subjects.references import reference

MOST_AT_ONCE: Final = 2_000
_subject = Subject.__table__
CHANGEABLE: Final = ("code", "name", "unit_id", "parent_id", "header", "is_pilot")
WORDS: Final = {"parent_id": "parent_subject"}
"""Columns whose name means something else in other entries (the unit above)."""


def create(  # noqa: PLR0913  (the columns of a row)
    db: Session,
    kind: str,
    code: str,
    name: str,
    unit_id: int,
    *,
    by: Actor,
    owner_id: int | None = None,
    parent_id: int | None = None,
    header: Mapping[str, Any] | None = None,
    is_pilot: bool = False,
    since: date | None = None,
) -> int:
    """Add a subject. Returns the id. Code and name of a tied kind are those of unit or person."""
    given = Given(kind, code, name, unit_id, owner_id, parent_id, header or {}, is_pilot)
    return create_all(db, [given], by=by, since=since)[0]


def create_all(
    db: Session, given: Sequence[Given], *, by: Actor, since: date | None = None
) -> list[int]:
    """Add subjects, in a few statements however many; owners from `since`, or today. Ids in order.

    Raises the first refusal of the first that is not sound, and `NotFound` for an unknown kind.
    """
    permissions.require(by, Action.SUBJECT_EDIT)
    for one in given:
        kinds.get(one.kind)
    if not given:
        return []
    since = since or clock.today()
    if since > clock.today():
        raise errors.NotYet(on=since)
    near = described.around(db, given)
    settled = [described.settle(one, near) for one in given]
    _require_sound([(one, described.problems(one, near)) for one in settled])
    _require_different(settled)
    try:
        with db.begin_nested():
            ids = _insert(db, settled)
    except IntegrityError as race:
        raise errors.SubjectCodeTaken(
            kind=kinds.get(settled[0].kind).label, code=settled[0].code, name=settled[0].name
        ) from race
    heads = eventlog.record_all(
        db,
        [_created(subject_id, one, since) for subject_id, one in zip(ids, settled, strict=True)],
        by=by.mark,
    )
    owners = [
        {"subject_id": subject_id, "user_id": one.owner_id, "since": since, "given_seq": head.seq}
        for subject_id, one, head in zip(ids, settled, heads, strict=True)
        if one.owner_id is not None
    ]
    if owners:
        db.execute(insert(SubjectOwner.__table__), owners)
    return ids


def _require_sound(judged: Sequence[tuple[Given, list[described.Problem]]]) -> None:
    for _given, problems in judged:
        for _place, refusal in problems:
            raise refusal


def _require_different(given: Sequence[Given]) -> None:
    seen: set[tuple[str, str]] = set()
    for one in given:
        if (one.kind, one.code) in seen:
            raise WrittenTwice(value=one.code)
        seen.add((one.kind, one.code))


def _insert(db: Session, given: Sequence[Given]) -> list[int]:
    rows = [
        {
            "kind": one.kind,
            "code": one.code,
            "name": one.name,
            "unit_id": one.unit_id,
            "owner_id": one.owner_id,
            "parent_id": one.parent_id,
            "header": orjson.dumps(described.header(one)).decode(),
            "is_active": True,
            "is_pilot": one.is_pilot,
        }
        for one in given
    ]
    added = insert(_subject).returning(_subject.c.id, sort_by_parameter_order=True)
    return list(db.execute(added, rows).scalars())


def _created(subject_id: int, given: Given, since: date) -> Fact:
    row = {
        "code": given.code,
        "name": given.name,
        "header": orjson.dumps(described.header(given)).decode(),
    }
    asked = {
        "subject": subject_id,
        "kind": given.kind,
        "unit_id": given.unit_id,
        "owner_id": given.owner_id,
        WORDS["parent_id"]: given.parent_id,
        "is_active": True,
        "is_pilot": given.is_pilot,
    }
    if given.owner_id is not None:
        asked["since"] = since.isoformat()
    is_private = kinds.get(given.kind).is_a_person
    return Fact(
        Kind.SUBJECT_CREATED,
        asked if is_private else {**asked, **row},
        about=about(subject_id, given.owner_id),
        private=row if is_private else {},
    )


def about(subject_id: int, *user_ids: int | None) -> tuple[str, ...]:
    """The things an entry about a subject and these people is about."""
    people = (f"user:{user_id}" for user_id in user_ids if user_id is not None)
    return (reference(subject_id), *people)


def problems(
    db: Session, given: Given, *, subject_id: int | None = None
) -> list[described.Problem]:
    """Everything that is wrong with a description (of a subject), each with its place."""
    near = described.around(db, [given], ids=[] if subject_id is None else [subject_id])
    was = None if subject_id is None else given_of(locked(db, [subject_id])[subject_id])
    settled = described.settle(given, near)
    return described.problems(settled, near, subject_id=subject_id, was=was)


def change(db: Session, subject_id: int, changes: Mapping[str, Any], *, by: Actor) -> bool:
    """Change what a subject is called, belongs to and holds. False where nothing differs."""
    return change_all(db, {subject_id: changes}, by=by) == 1


def change_all(db: Session, changes: Mapping[int, Mapping[str, Any]], *, by: Actor) -> int:
    """Change subjects, by id. Returns how many differ. `header` replaces the whole head."""
    permissions.require(by, Action.SUBJECT_EDIT)
    found = locked(db, changes)
    was = {subject_id: given_of(row) for subject_id, row in found.items()}
    wanted = {
        subject_id: replace(was[subject_id], **{name: change[name] for name in change})
        for subject_id, change in changes.items()
    }
    near = described.around(db, list(wanted.values()), ids=wanted)
    settled = {subject_id: described.settle(one, near) for subject_id, one in wanted.items()}
    _require_sound(
        [
            (one, described.problems(one, near, subject_id=subject_id, was=was[subject_id]))
            for subject_id, one in settled.items()
        ]
    )
    facts = []
    for subject_id, one in settled.items():
        row = _columns(one)
        before = _columns(was[subject_id])
        differs = {name: row[name] for name in CHANGEABLE if row[name] != before[name]}
        if differs:
            here = update(_subject).where(_subject.c.id == subject_id)
            _apply(db, here.values(differs), one)
            facts.append(changed(found[subject_id], {n: [before[n], row[n]] for n in differs}))
    if facts:
        eventlog.record_all(db, facts, by=by.mark)
    return len(facts)


def locked(db: Session, ids: Mapping[int, Any] | Sequence[int]) -> dict[int, Row[Any]]:
    """These subjects' rows, locked. Raises `NotFound`."""
    wanted = select(_subject).where(_subject.c.id.in_(ids)).order_by(_subject.c.id)
    rows = {row.id: row for row in db.execute(wanted.with_for_update())}
    if set(ids) - set(rows):
        raise NotFound
    return rows


def given_of(row: Any) -> Given:
    """A row as if somebody had described it so."""
    return Given(
        kind=row.kind,
        code=row.code,
        name=row.name,
        unit_id=row.unit_id,
        owner_id=row.owner_id,
        parent_id=row.parent_id,
        header=orjson.loads(row.header) if isinstance(row.header, str) else row.header,
        is_pilot=row.is_pilot,
    )


def _columns(given: Given) -> dict[str, Any]:
    return {
        "code": given.code,
        "name": given.name,
        "unit_id": given.unit_id,
        "parent_id": given.parent_id,
        "header": orjson.dumps(described.header(given)).decode(),
        "is_pilot": given.is_pilot,
    }


def _apply(db: Session, statement: Any, given: Given) -> None:
    try:
        with db.begin_nested():
            db.execute(statement)
    except IntegrityError as race:
        raise errors.SubjectCodeTaken(
            kind=kinds.get(given.kind).label, code=given.code, name=given.name
        ) from race


def changed(row: Any, columns: Mapping[str, list[Any]], **more: Any) -> Fact:
    """The entry of a change; `columns` says for each what it was and what it is.

    Of a person, the entry names the columns, and what they were and are stands outside the log.
    """
    told = {WORDS.get(name, name): pair for name, pair in columns.items()}
    is_private = kinds.get(row.kind).is_a_person
    return Fact(
        Kind.SUBJECT_CHANGED,
        {"subject": row.id, "changed": list(told) if is_private else told, **more},
        about=about(row.id, *columns.get("owner_id", ())),
        private=told if is_private else {},
    )


def close(db: Session, subject_id: int, *, on: date, by: Actor) -> None:
    """Take a subject out of use from a day on. Its documents stay published."""
    permissions.require(by, Action.SUBJECT_EDIT)
    row = locked(db, [subject_id])[subject_id]
    if not row.is_active:
        raise errors.SubjectClosedAlready(name=row.name, on=row.closed_on or "…")
    if on > clock.today():
        raise errors.NotYet(on=on)
    document = Document.__table__
    busy = select(func.count()).where(
        document.c.subject_id == subject_id, document.c.instance_id.is_not(None)
    )
    below = select(func.count()).where(_subject.c.parent_id == subject_id, _subject.c.is_active)
    if count := db.execute(busy).scalar_one():
        raise errors.SubjectBusy(name=row.name, count=count)
    if count := db.execute(below).scalar_one():
        raise errors.SubjectHasChildren(name=row.name, count=count)
    closed = {"is_active": False, "closed_on": on}
    db.execute(update(_subject).where(_subject.c.id == subject_id).values(closed))
    asked = {"subject": subject_id, "on": on.isoformat()}
    eventlog.record(db, Kind.SUBJECT_CLOSED, by=by.mark, asked=asked, about=about(subject_id))


def reopen(db: Session, subject_id: int, *, by: Actor) -> None:
    """Take a closed subject into use again, if its unit, owner and parent are."""
    permissions.require(by, Action.SUBJECT_EDIT)
    row = locked(db, [subject_id])[subject_id]
    if row.is_active:
        raise errors.SubjectStillOpen(name=row.name)
    given = given_of(row)
    near = described.around(db, [given], ids=[subject_id])
    _require_sound([(given, described.problems(given, near, subject_id=subject_id))])
    again = {"is_active": True, "closed_on": None}
    db.execute(update(_subject).where(_subject.c.id == subject_id).values(again))
    eventlog.record_all(db, [changed(row, {"is_active": [False, True]})], by=by.mark)


def mark_pilots(
    db: Session, conditions: Sequence[ColumnElement[bool]], *, is_pilot: bool, by: Actor
) -> int:
    """Mark subjects as pilots (试点), or no longer. Returns how many changed."""
    permissions.require(by, Action.SUBJECT_EDIT)
    others = select(_subject.c.id).where(*conditions, _subject.c.is_pilot.is_(not is_pilot))
    ids = list(db.execute(others.order_by(_subject.c.id).limit(MOST_AT_ONCE + 1)).scalars())
    if len(ids) > MOST_AT_ONCE:
        raise errors.TooManySubjects(most=MOST_AT_ONCE)
    rows = locked(db, ids)
    marked = update(_subject).where(_subject.c.id.in_(ids)).values(is_pilot=is_pilot)
    db.execute(marked)
    marks = {"is_pilot": [not is_pilot, is_pilot]}
    facts = [changed(row, marks) for row in rows.values() if row.is_pilot != is_pilot]
    if facts:
        eventlog.record_all(db, facts, by=by.mark)
    return len(facts)
