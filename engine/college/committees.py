"""Committees and groups: making and changing them, giving seats in them and ending them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog, roles
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
    parts.known_day(since)
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
    changed = eventlog.differences(before, after)
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
    parts.period(row.since or on, on)
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


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A seat to be given; `unit_id` is who nominated them, no `until` is for the term."""

    committee_id: int
    user_id: int
    since: date
    seat: str = Seat.MEMBER
    until: date | None = None
    unit_id: int | None = None


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

    `unit_id` is who nominated them. Raises `SeatHeldAlready`, `TermInThePast`, `PersonGone`, and
    `NotYourOwnRights`: seats carry rights.
    """
    row = NewSeat(committee_id, user_id, since, seat, until, unit_id)
    return seat_all(db, [row], by=by)[0]


def seat_all(db: Session, rows: Sequence[NewSeat], *, by: Actor) -> list[int]:
    """Let people sit in committees, in a few statements however many. Returns the ids in order."""
    for row in rows:
        roles.require_another(by, row.user_id)
        if row.seat not in set(Seat):
            raise UnknownSeat(seat=row.seat)
        parts.period(row.since, row.until)
    if not rows:
        return []
    users = parts.locked(db, _user, {row.user_id for row in rows})
    committees = parts.locked(db, _committee, {row.committee_id for row in rows}, is_shared=True)
    written = [_seat(row, users, committees) for row in rows]
    again = _refuse_seated(db, written, users, committees)
    facts = [Fact(Kind.SEAT_GIVEN, _asked(row), about=_about(row)) for row in written]
    heads = eventlog.record_all(db, facts, by=by.mark)
    places = [(row["committee_id"], row["user_id"], row["since"]) for row in written]
    for values, place, head in zip(written, places, heads, strict=True):
        values |= {"given_seq": head.seq, "ended_seq": None}
        if place in again:
            changed = update(_membership).where(_membership.c.id == again[place])
            db.execute(changed.values(values))
    fresh = [row for row, place in zip(written, places, strict=True) if place not in again]
    if fresh:
        for made in db.execute(insert(_membership).returning(*_membership.c), fresh):
            again[made.committee_id, made.user_id, made.since] = made.id
    return [again[place] for place in places]


def _seat(row: NewSeat, users: Mapping[int, Any], committees: Mapping[int, Any]) -> dict[str, Any]:
    """The row of a seat with its last day. Refuses those who left and what is closed or past."""
    user, committee = users.get(row.user_id), committees.get(row.committee_id)
    if user is None or committee is None:
        raise NotFound
    last = row.until or term_end(row.since, committee.term_years)
    if last is not None and last < clock.today():
        raise TermInThePast(since=row.since, until=last)
    if committee.until is not None and (last is None or last > committee.until):
        raise NotInUse(name=committee.name)
    if not user.is_active:
        raise PersonGone(who=user.name, on=user.left_on or clock.today())
    return {
        "committee_id": row.committee_id,
        "user_id": row.user_id,
        "seat": Seat(row.seat).value,
        "unit_id": row.unit_id,
        "since": row.since,
        "until": last,
    }


def _asked(row: Mapping[str, Any]) -> dict[str, Any]:
    until = row["until"].isoformat() if row["until"] is not None else None
    return {**row, "since": row["since"].isoformat(), "until": until}


def _about(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (*_things(row["committee_id"], row["unit_id"]), f"user:{row['user_id']}")


def term_end(since: date, years: int | None) -> date | None:
    """The last day of a term of so many years; None for one without an end."""
    if years is None:
        return None
    try:
        return since.replace(year=since.year + years) - timedelta(days=1)
    except ValueError:  # a term that begins on 29 February
        return date(since.year + years, 2, 28)


def _refuse_seated(
    db: Session,
    written: Sequence[Mapping[str, Any]],
    users: Mapping[int, Any],
    committees: Mapping[int, Any],
) -> dict[tuple[int, int, date], int]:
    """Refuse seats in overlapping times; rows taken back before they began live again."""
    taken: dict[tuple[int, int], list[tuple[date, date | None]]] = {}
    again: dict[tuple[int, int, date], int] = {}
    for portion in parts.chunks(sorted(users)):
        held = select(_membership).where(_membership.c.user_id.in_(portion))
        for row in db.execute(held.order_by(_membership.c.since)):
            place = (row.committee_id, row.user_id)
            if row.until is not None and row.until < row.since:
                again[*place, row.since] = row.id
            else:
                taken.setdefault(place, []).append((row.since, row.until))
    for new in written:
        place = (new["committee_id"], new["user_id"])
        for since, until in taken.setdefault(place, []):
            if since <= (new["until"] or date.max) and new["since"] <= (until or date.max):
                who, committee = users[new["user_id"]].name, committees[new["committee_id"]].name
                raise SeatHeldAlready(who=who, committee=committee, since=since)
        taken[place].append((new["since"], new["until"]))
    wanted = {(new["committee_id"], new["user_id"], new["since"]) for new in written}
    return {place: number for place, number in again.items() if place in wanted}


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
