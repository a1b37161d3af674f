"""Posts, and who holds them in which unit from one day to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog, people, roles
from engine.college import endings, parts, witness
from engine.college.errors import (
    EndedAlready,
    KeyTaken,
    NotInUse,
    PersonGone,
    PostHeldAlready,
    PostInUse,
    PostNamed,
    UnitClosed,
)
from engine.college.witness import Witness
from engine.entries import Kind
from engine.errors import NotFound
from engine.eventlog import Fact
from engine.models import Holding, Post, PostKind, Unit, User
from engine.people import Actor

_post, _holding = Post.__table__, Holding.__table__
_user, _unit = User.__table__, Unit.__table__
_KEY: Final = ("岗位标识", 60)
_NAME: Final = ("岗位名称", 200)
_SHOWN: Final = frozenset({"name", "is_active"})


def create(
    db: Session,
    key: str,
    name: str,
    *,
    by: Actor,
    kind: PostKind = PostKind.OFFICE,
    position: int = 0,
) -> int:
    """Add a post. Returns the id. Raises `KeyTaken`, `PostNamed`."""
    row = {
        "key": parts.text(_KEY[0], key, _KEY[1]),
        "name": parts.text(_NAME[0], name, _NAME[1]),
        "kind": PostKind(kind).value,
        "position": position,
        "is_active": True,
    }
    try:
        with db.begin_nested():
            post_id: int = db.execute(insert(_post).returning(_post.c.id), row).scalar_one()
            _refuse_named(db, str(row["name"]), but=post_id)
    except IntegrityError:
        _refuse_taken(db, row["key"])
        raise
    asked = {"post": post_id, "key": row["key"], "name": row["name"], "kind": row["kind"]}
    eventlog.record(db, Kind.POST_CREATED, by=by.mark, asked=asked, about=(f"post:{post_id}",))
    return post_id


def _refuse_taken(db: Session, key: object) -> None:
    found = db.execute(select(_post.c.name).where(_post.c.key == key)).scalar_one_or_none()
    if found is not None:
        raise KeyTaken(key=key, who=found)


def _refuse_named(db: Session, name: str, *, but: int) -> None:
    """Refuse a name that another post in use has."""
    others = select(_post.c.key).where(_post.c.name == name, _post.c.is_active, _post.c.id != but)
    found = db.execute(others.limit(1)).scalar_one_or_none()
    if found is not None:
        raise PostNamed(name=name, key=found)


@dataclass(frozen=True, slots=True)
class NewHolding:
    """A post to be given: to whom, which, where, from which day to which."""

    user_id: int
    post_id: int
    unit_id: int
    since: date
    until: date | None = None


def give(
    db: Session,
    user_id: int,
    post_id: int,
    unit_id: int,
    *,
    since: date,
    by: Actor,
    until: date | None = None,
) -> int:
    """Let a person hold a post in a unit from `since` to `until` (inclusive). Returns the id.

    Raises `PostHeldAlready`, `PeriodEndsBeforeItBegins`, `PersonGone`, `UnitClosed`, `NotInUse`,
    and `NotYourOwnRights`: posts carry rights.
    """
    return give_all(db, [NewHolding(user_id, post_id, unit_id, since, until)], by=by)[0]


def give_all(db: Session, rows: Sequence[NewHolding], *, by: Actor) -> list[int]:
    """Let people hold posts, in a few statements however many. Returns the ids in order."""
    for row in rows:
        roles.require_another(by, row.user_id)
        parts.period(row.since, row.until)
    if not rows:
        return []
    known = _Known.of(db, rows)
    for row in rows:
        known.refuse(row)
    again = known.refuse_overlaps(rows)
    facts = [Fact(Kind.POST_GIVEN, _asked(row), about=_about(row)) for row in rows]
    heads = eventlog.record_all(db, facts, by=by.mark)
    fresh = [
        {**_columns(row), "given_seq": head.seq}
        for row, head in zip(rows, heads, strict=True)
        if row not in again
    ]
    ids = dict(again)
    if fresh:
        added = insert(_holding).returning(*_holding.c)
        for one in db.execute(added, fresh):
            ids[NewHolding(one.user_id, one.post_id, one.unit_id, one.since, one.until)] = one.id
    for row, head in zip(rows, heads, strict=True):
        if row in again:
            values = {"until": row.until, "given_seq": head.seq, "ended_seq": None}
            db.execute(update(_holding).where(_holding.c.id == again[row]).values(values))
    return [ids[row] for row in rows]


def _columns(row: NewHolding) -> dict[str, Any]:
    return {
        "user_id": row.user_id,
        "post_id": row.post_id,
        "unit_id": row.unit_id,
        "since": row.since,
        "until": row.until,
    }


def _asked(row: NewHolding) -> dict[str, Any]:
    until = row.until.isoformat() if row.until is not None else None
    return {**_columns(row), "since": row.since.isoformat(), "until": until}


def _about(row: NewHolding) -> tuple[str, ...]:
    return (f"user:{row.user_id}", f"post:{row.post_id}", f"unit:{row.unit_id}")


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands there of the people, posts and units that rows name; the people are locked."""

    users: Mapping[int, Any]
    posts: Mapping[int, Any]
    units: Mapping[int, Any]
    held: Mapping[tuple[int, int, int], list[Any]]

    @classmethod
    def of(cls, db: Session, rows: Sequence[NewHolding]) -> _Known:
        users = parts.locked(db, _user, {row.user_id for row in rows})
        units = parts.locked(db, _unit, {row.unit_id for row in rows}, is_shared=True)
        posts = parts.locked(db, _post, {row.post_id for row in rows}, is_shared=True)
        held: dict[tuple[int, int, int], list[Any]] = {}
        for portion in parts.chunks(sorted(users)):
            for row in db.execute(select(_holding).where(_holding.c.user_id.in_(portion))):
                held.setdefault((row.user_id, row.post_id, row.unit_id), []).append(row)
        return cls(users, posts, units, held)

    def refuse(self, row: NewHolding) -> None:
        """Refuse people who left, posts out of use, closed units."""
        user, post, unit = (
            self.users.get(row.user_id),
            self.posts.get(row.post_id),
            self.units.get(row.unit_id),
        )
        if user is None or post is None or unit is None:
            raise NotFound
        if not user.is_active and (user.left_on is None or (row.until or date.max) > user.left_on):
            raise PersonGone(who=user.name, on=user.left_on or clock.today())
        if not post.is_active:
            raise NotInUse(name=post.name)
        if unit.until is not None and (row.until or date.max) > unit.until:
            raise UnitClosed(name=unit.name, on=unit.until)

    def refuse_overlaps(self, rows: Sequence[NewHolding]) -> dict[NewHolding, int]:
        """Refuse what is held already; rows that were taken back before they began live again."""
        again: dict[NewHolding, int] = {}
        taken: dict[tuple[int, int, int], list[tuple[date, date | None]]] = {}
        for row in rows:
            place = (row.user_id, row.post_id, row.unit_id)
            for held in self.held.get(place, ()):
                if held.until is not None and held.until < held.since:
                    if held.since == row.since:
                        again[row] = held.id
                elif _overlap(row, held.since, held.until):
                    raise self._held(row, held.since)
            for since, until in taken.get(place, ()):
                if _overlap(row, since, until):
                    raise self._held(row, since)
            taken.setdefault(place, []).append((row.since, row.until))
        return again

    def _held(self, row: NewHolding, since: date) -> PostHeldAlready:
        return PostHeldAlready(
            who=self.users[row.user_id].name,
            unit=self.units[row.unit_id].name,
            post=self.posts[row.post_id].name,
            since=since,
        )


def _overlap(row: NewHolding, since: date, until: date | None) -> bool:
    return since <= (row.until or date.max) and row.since <= (until or date.max)


def change(
    db: Session,
    post_id: int,
    *,
    by: Actor,
    name: str | None = None,
    kind: PostKind | None = None,
    position: int | None = None,
    is_active: bool | None = None,
) -> bool:
    """Change what is given. Returns whether anything differed. Raises `PostInUse`, `PostNamed`.

    The key stays for good: flows and grants name it.
    """
    before = db.execute(select(_post).where(_post.c.id == post_id).with_for_update()).one_or_none()
    if before is None:
        raise NotFound
    asked_for = {
        "name": None if name is None else parts.text(_NAME[0], name, _NAME[1]),
        "kind": None if kind is None else PostKind(kind).value,
        "position": position,
        "is_active": is_active,
    }
    after = {
        word: value
        for word, value in asked_for.items()
        if value is not None and value != getattr(before, word)
    }
    if not after:
        return False
    if after.get("is_active") is False:
        held = select(func.count()).select_from(_holding).where(_holding.c.post_id == post_id)
        count = db.execute(held.where(people.in_force(Holding, clock.today()))).scalar_one()
        if count:
            raise PostInUse(name=before.name, count=count)
    if after.get("is_active", before.is_active) and not after.keys().isdisjoint(_SHOWN):
        _refuse_named(db, after.get("name", before.name), but=post_id)
    db.execute(update(_post).where(_post.c.id == post_id).values(after))
    changed = {word: [getattr(before, word), value] for word, value in after.items()}
    asked = {"post": post_id, "changed": changed}
    eventlog.record(db, Kind.POST_CHANGED, by=by.mark, asked=asked, about=(f"post:{post_id}",))
    return True


def end(db: Session, holding_id: int, *, by: Actor, on: date) -> None:
    """Let a person hold a post until `on` and no longer; one yet to begin does not begin.

    Raises `NotFound`, `EndedAlready`, `PeriodEndsBeforeItBegins`.
    """
    whose = select(_holding.c.user_id).where(_holding.c.id == holding_id)
    db.execute(select(_user.c.id).where(_user.c.id.in_(whose)).with_for_update())
    held = select(_holding).where(_holding.c.id == holding_id).with_for_update()
    row = db.execute(held).mappings().one_or_none()
    if row is None:
        raise NotFound
    until = last_day(row["since"], row["until"], on)
    kind, asked, about = endings.post(dict(row))
    asked["until"] = until.isoformat()
    head = eventlog.record(db, kind, by=by.mark, asked=asked, about=about)
    values = {"until": until, "ended_seq": head.seq}
    db.execute(update(_holding).where(_holding.c.id == holding_id).values(values))


def last_day(since: date, until: date | None, on: date) -> date:
    """The last day of a period that is ended on a day; the day before it, if it has yet to begin.

    Raises `EndedAlready`, `PeriodEndsBeforeItBegins`.
    """
    parts.known_day(on)
    if until is not None and (until <= on or until < since):
        raise EndedAlready(until=until)
    if on < since and since > clock.today():
        return since - timedelta(days=1)
    parts.period(since, on)
    return on


@dataclass(frozen=True, slots=True)
class Held:
    """A post that somebody holds or held, and who made it so; `given` is None for the oldest."""

    id: int
    user_id: int
    name: str
    post_id: int
    post_key: str
    post: str
    unit_id: int
    unit: str
    since: date
    until: date | None
    given: Witness | None
    ended: Witness | None


def held_on(db: Session, post_key: str, unit_id: int, day: date) -> list[Held]:
    """Who held a post in a unit on a day, and who made it so; the longest-serving first."""
    here = (_post.c.key == post_key) & (_holding.c.unit_id == unit_id)
    return held(db, here & people.in_force(Holding, day))


def held(db: Session, *conditions: ColumnElement[bool], limit: int = 1_000) -> list[Held]:
    """Posts that are or were held, by conditions on holding, post, unit, person."""
    columns = select(
        _holding,
        _user.c.name,
        _post.c.key.label("post_key"),
        _post.c.name.label("post"),
        _unit.c.name.label("unit"),
    )
    rows = db.execute(
        columns.join(_user, _user.c.id == _holding.c.user_id)
        .join(_post, _post.c.id == _holding.c.post_id)
        .join(_unit, _unit.c.id == _holding.c.unit_id)
        .where(*conditions)
        .order_by(_holding.c.since, _holding.c.id)
        .limit(limit)
    ).all()
    told = witness.of(db, [seq for row in rows for seq in (row.given_seq, row.ended_seq)])
    return [
        Held(
            row.id,
            row.user_id,
            row.name,
            row.post_id,
            row.post_key,
            row.post,
            row.unit_id,
            row.unit,
            row.since,
            row.until,
            told.get(row.given_seq or 0),
            told.get(row.ended_seq or 0),
        )
        for row in rows
    ]
