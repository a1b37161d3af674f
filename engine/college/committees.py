"""Committees and groups: making and changing them, giving seats in them and ending them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.college import composition, endings, kinds, parts, posts
from engine.college.errors import (
    BadTerm,
    CommitteeBelowItself,
    CommitteeNotEmpty,
    EndedAlready,
    KeyTaken,
    NotInUse,
    PersonGone,
    SeatHeldAlready,
    TermInThePast,
    UnknownCommitteeKind,
    UnknownSeat,
)
from engine.college.parts import KEEP, Keep
from engine.entries import Kind
from engine.errors import NotFound
from engine.eventlog import Fact
from engine.models import Committee, Membership, Seat, Unit, User
from engine.people import Actor

_committee, _membership = Committee.__table__, Membership.__table__
_unit, _user = Unit.__table__, User.__table__
LONGEST_TERM: Final = 20
DEEPEST: Final = 10
_KEY: Final = ("组织标识", 60)
_NAME: Final = ("组织名称", 200)
_DUTY: Final = ("职责", 1_000)
MOST_DUTIES: Final = 50


def create(  # noqa: PLR0913  (what is known of a committee, by keyword)
    db: Session,
    key: str,
    name: str,
    kind: str,
    *,
    by: Actor,
    unit_id: int | None = None,
    parent_id: int | None = None,
    duties: Sequence[str] = (),
    rule: Mapping[str, Any] | None = None,
    term_years: int | None = None,
    position: int = 0,
    since: date | None = None,
) -> int:
    """Add a committee. Returns the id. Raises `KeyTaken`, `BadRule`, `BadTerm` and others."""
    row = {
        "key": parts.text(_KEY[0], key, _KEY[1]),
        "name": parts.text(_NAME[0], name, _NAME[1]),
        "kind": kind,
        "unit_id": unit_id,
        "parent_id": parent_id,
        "duties": _duties(duties),
        "rule": _rule(rule or {}),
        "term_years": term_years,
        "position": position,
    }
    _refuse(db, row)
    try:
        with db.begin_nested():
            added = insert(_committee).returning(_committee.c.id)
            committee_id: int = db.execute(added, {**row, "since": since}).scalar_one()
    except IntegrityError:
        _refuse_taken(db, row["key"])
        raise
    asked = {"committee": committee_id, **row, "since": since.isoformat() if since else None}
    about = _things(committee_id, unit_id)
    eventlog.record(db, Kind.COMMITTEE_CREATED, by=by.mark, asked=asked, about=about)
    return committee_id


def _duties(duties: Sequence[str]) -> str:
    told = [parts.text(_DUTY[0], one, _DUTY[1]) for one in duties[:MOST_DUTIES]]
    return orjson.dumps(told).decode()


def _rule(told: Mapping[str, Any]) -> str:
    composition.read(told)
    return orjson.dumps(dict(told), option=orjson.OPT_SORT_KEYS).decode()


def _refuse(db: Session, row: Mapping[str, Any]) -> None:
    if row["kind"] not in kinds.COMMITTEE_KINDS:
        raise UnknownCommitteeKind(kind=row["kind"])
    years = row["term_years"]
    if years is not None and not 1 <= years <= LONGEST_TERM:
        raise BadTerm(most=LONGEST_TERM)
    if row["unit_id"] is not None:
        unit = select(_unit.c.id).where(_unit.c.id == row["unit_id"])
        if db.execute(unit.with_for_update(read=True, key_share=True)).one_or_none() is None:
            raise NotFound
    if row["parent_id"] is not None:
        parent = one(db, row["parent_id"], is_shared=True)
        if parent.until is not None and parent.until < clock.today():
            raise NotInUse(name=parent.name)


def _refuse_taken(db: Session, key: object) -> None:
    found = select(_committee.c.name).where(_committee.c.key == key)
    name = db.execute(found).scalar_one_or_none()
    if name is not None:
        raise KeyTaken(key=key, who=name)


def _things(committee_id: int, *unit_ids: object) -> tuple[str, ...]:
    """How the log names what an act is about."""
    return (f"committee:{committee_id}", *(f"unit:{one}" for one in unit_ids if one is not None))


def change(  # noqa: PLR0913  (what is known of a committee, by keyword)
    db: Session,
    committee_id: int,
    *,
    by: Actor,
    name: str | None = None,
    kind: str | None = None,
    unit_id: int | Keep | None = KEEP,
    parent_id: int | Keep | None = KEEP,
    duties: Sequence[str] | None = None,
    rule: Mapping[str, Any] | None = None,
    term_years: int | Keep | None = KEEP,
    position: int | None = None,
) -> bool:
    """Change what is given. Returns whether anything differed. The key stays for good."""
    before = one(db, committee_id)
    after: dict[str, Any] = {
        "name": before.name if name is None else parts.text(_NAME[0], name, _NAME[1]),
        "kind": before.kind if kind is None else kind,
        "unit_id": before.unit_id if unit_id is KEEP else unit_id,
        "parent_id": before.parent_id if parent_id is KEEP else parent_id,
        "duties": before.duties if duties is None else _duties(duties),
        "rule": before.rule if rule is None else _rule(rule),
        "term_years": before.term_years if term_years is KEEP else term_years,
        "position": before.position if position is None else position,
    }
    changed = {
        word: [getattr(before, word), value]
        for word, value in after.items()
        if getattr(before, word) != value
    }
    if not changed:
        return False
    _refuse(db, after)
    if "parent_id" in changed:
        _refuse_circle(db, before, after["parent_id"])
    db.execute(update(_committee).where(_committee.c.id == committee_id).values(after))
    about = _things(committee_id, *changed.get("unit_id", ()))
    asked = {"committee": committee_id, "changed": changed}
    eventlog.record(db, Kind.COMMITTEE_CHANGED, by=by.mark, asked=asked, about=about)
    return True


def _refuse_circle(db: Session, committee: Row[Any], parent_id: int | None) -> None:
    """Refuse a parent that is the committee itself or belongs to it."""
    above, name = parent_id, ""
    for _step in range(DEEPEST):
        if above is None:
            return
        parent = one(db, above, is_shared=True)
        name = name or parent.name
        if parent.id == committee.id:
            break
        above = parent.parent_id
    raise CommitteeBelowItself(name=committee.name, parent=name)


def close(db: Session, committee_id: int, *, by: Actor, on: date) -> None:
    """Close a committee: `on` is its last day, and that of every seat in it."""
    row = one(db, committee_id)
    if row.until is not None:
        raise EndedAlready(until=row.until)
    if row.since is not None:
        parts.period(row.since, on)
    runs = (_committee.c.parent_id == committee_id) & (
        _committee.c.until.is_(None) | (_committee.c.until > on)
    )
    count = db.execute(select(func.count()).select_from(_committee).where(runs)).scalar_one()
    if count:
        raise CommitteeNotEmpty(name=row.name, count=count)
    ended = endings.seats_of(db, committee_id, on)
    db.execute(update(_committee).where(_committee.c.id == committee_id).values(until=on))
    asked = {"committee": committee_id, "until": on.isoformat()}
    closed = Fact(Kind.COMMITTEE_CLOSED, asked, about=_things(committee_id, row.unit_id))
    heads = eventlog.record_all(db, [closed, *(one.fact for one in ended)], by=by.mark)
    endings.write(db, ended, heads[1:])


def seat(  # noqa: PLR0913  (who, where, as what, from when to when)
    db: Session,
    committee_id: int,
    user_id: int,
    *,
    seat: str = Seat.MEMBER,
    since: date,
    by: Actor,
    until: date | None = None,
    unit_id: int | None = None,
) -> int:
    """Let a person sit in a committee, for its term unless `until` is told. Returns the id.

    `unit_id` is who nominated them. Raises `SeatHeldAlready`, `TermInThePast`, `PersonGone` …
    """
    if seat not in set(Seat):
        raise UnknownSeat(seat=seat)
    parts.period(since, until)
    user = _sitter(db, user_id)
    committee = one(db, committee_id, is_shared=True)
    last = until or term_end(since, committee.term_years)
    if last is not None and last < clock.today():
        raise TermInThePast(since=since, until=last)
    if committee.until is not None and (last is None or last > committee.until):
        raise NotInUse(name=committee.name)
    if not user.is_active:
        raise PersonGone(who=user.name, on=user.left_on or clock.today())
    again = _refuse_seated(db, committee, user, since, last)
    row = {
        "committee_id": committee_id,
        "user_id": user_id,
        "seat": Seat(seat).value,
        "unit_id": unit_id,
        "since": since,
        "until": last,
    }
    asked = {**row, "since": since.isoformat(), "until": last.isoformat() if last else None}
    about = (*_things(committee_id, unit_id), f"user:{user_id}")
    head = eventlog.record(db, Kind.SEAT_GIVEN, by=by.mark, asked=asked, about=about)
    written = {**row, "given_seq": head.seq, "ended_seq": None}
    if again is not None:
        db.execute(update(_membership).where(_membership.c.id == again).values(written))
        return again
    added = insert(_membership).returning(_membership.c.id)
    return int(db.execute(added, written).scalar_one())


def term_end(since: date, years: int | None) -> date | None:
    """The last day of a term of so many years; None for one without an end."""
    if years is None:
        return None
    try:
        return since.replace(year=since.year + years) - timedelta(days=1)
    except ValueError:  # a term that begins on 29 February
        return date(since.year + years, 2, 28)


def _sitter(db: Session, user_id: int) -> Any:
    columns = select(_user.c.id, _user.c.name, _user.c.is_active, _user.c.left_on)
    row = db.execute(columns.where(_user.c.id == user_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    return row


def _refuse_seated(
    db: Session, committee: Row[Any], user: Any, since: date, last: date | None
) -> int | None:
    """Refuse a seat in overlapping times; the row of one taken back before it began lives again."""
    here = (_membership.c.committee_id == committee.id) & (_membership.c.user_id == user.id)
    again = None
    for row in db.execute(select(_membership).where(here).order_by(_membership.c.since)):
        if row.until is not None and row.until < row.since:
            again = row.id if row.since == since else again
        elif row.since <= (last or date.max) and since <= (row.until or date.max):
            raise SeatHeldAlready(who=user.name, committee=committee.name, since=row.since)
    return again


def unseat(db: Session, membership_id: int, *, by: Actor, on: date) -> None:
    """Let a person sit in a committee until `on` and no longer.

    Raises `NotFound`, `EndedAlready`, `PeriodEndsBeforeItBegins`.
    """
    whose = select(_membership.c.user_id).where(_membership.c.id == membership_id)
    db.execute(select(_user.c.id).where(_user.c.id.in_(whose)).with_for_update())
    locked = select(_membership).where(_membership.c.id == membership_id).with_for_update()
    row = db.execute(locked).mappings().one_or_none()
    if row is None:
        raise NotFound
    until = posts.last_day(row["since"], row["until"], on)
    kind, asked, about = endings.seat(dict(row))
    asked["until"] = until.isoformat()
    head = eventlog.record(db, kind, by=by.mark, asked=asked, about=about)
    values = {"until": until, "ended_seq": head.seq}
    db.execute(update(_membership).where(_membership.c.id == membership_id).values(values))


def one(db: Session, committee_id: int, *, is_shared: bool = False) -> Row[Any]:
    """A committee, locked until the transaction ends. Raises `NotFound`."""
    wanted = select(_committee).where(_committee.c.id == committee_id)
    locked = wanted.with_for_update(read=is_shared, key_share=is_shared)
    row = db.execute(locked).one_or_none()
    if row is None:
        raise NotFound
    return row
