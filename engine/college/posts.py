"""Posts, and who holds them in which unit from one day to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock, eventlog
from engine.college import parts
from engine.college.errors import KeyTaken, NotInUse, PersonGone, PostHeldAlready, UnitClosed
from engine.entries import Kind
from engine.errors import NotFound
from engine.eventlog import Fact
from engine.models import Holding, Post, PostKind, Unit, User
from engine.people import Actor

_post, _holding = Post.__table__, Holding.__table__
_user, _unit = User.__table__, Unit.__table__
_KEY: Final = ("岗位标识", 60)
_NAME: Final = ("岗位名称", 200)


def create(
    db: Session,
    key: str,
    name: str,
    *,
    by: Actor,
    kind: PostKind = PostKind.OFFICE,
    position: int = 0,
) -> int:
    """Add a post. Returns the id. Raises `KeyTaken`."""
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

    Raises `PostHeldAlready`, `PeriodEndsBeforeItBegins`, `PersonGone`, `UnitClosed`, `NotInUse`.
    """
    return give_all(db, [NewHolding(user_id, post_id, unit_id, since, until)], by=by)[0]


def give_all(db: Session, rows: Sequence[NewHolding], *, by: Actor) -> list[int]:
    """Let people hold posts, in a few statements however many. Returns the ids in order."""
    for row in rows:
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
    ids: list[int] = []
    if fresh:
        added = insert(_holding).returning(_holding.c.id, sort_by_parameter_order=True)
        ids = list(db.execute(added, fresh).scalars())
    fresh_ids = iter(ids)
    given = []
    for row, head in zip(rows, heads, strict=True):
        if row in again:
            values = {"until": row.until, "given_seq": head.seq, "ended_seq": None}
            db.execute(update(_holding).where(_holding.c.id == again[row]).values(values))
        given.append(again[row] if row in again else next(fresh_ids))
    return given


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
        users = _rows(db, _user, {row.user_id for row in rows}, _user.c.is_active, _user.c.left_on)
        units = _rows(db, _unit, {row.unit_id for row in rows}, _unit.c.until)
        posts = _rows(db, _post, {row.post_id for row in rows}, _post.c.is_active)
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


def _rows(db: Session, table: Any, ids: set[int], *columns: Any) -> dict[int, Any]:
    """Rows by id, locked against being closed or leaving until the transaction ends."""
    found: dict[int, Any] = {}
    for portion in parts.chunks(sorted(ids)):
        rows = select(table.c.id, table.c.name, *columns).where(table.c.id.in_(portion))
        locked = rows.order_by(table.c.id).with_for_update(
            read=table is not _user, key_share=table is not _user
        )
        found |= {row.id: row for row in db.execute(locked)}
    return found


def _overlap(row: NewHolding, since: date, until: date | None) -> bool:
    return since <= (row.until or date.max) and row.since <= (until or date.max)
