"""What ends when somebody leaves: posts, seats, roles and rights of their own, each an entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from engine import clock, people
from engine.entries import Kind
from engine.eventlog import Fact, Head
from engine.models import Grant, Holding, Membership, RoleGrant

DAY: Final = timedelta(days=1)
Told = tuple[Kind, dict[str, Any], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ending:
    """A dated row that ends: its table and id, its last day, and what the log says of it."""

    table: Any
    id: int
    until: date
    fact: Fact


def of(db: Session, user_id: int, on: date) -> list[Ending]:
    """Whatever a person holds after a day. What was to begin later does not begin."""
    found: list[Ending] = []
    for table, whose, told, last in _TABLES:
        found += _found(db, table, whose(user_id), told, last(on))
    return found


def seats_of(db: Session, committee_id: int, on: date) -> list[Ending]:
    """The seats of a committee after a day."""
    table = Membership.__table__
    return _found(db, table, table.c.committee_id == committee_id, seat, on)


def _found(
    db: Session,
    table: Any,
    whose: ColumnElement[bool],
    told: Callable[[dict[str, Any]], Told],
    last: date,
) -> list[Ending]:
    held = whose & (table.c.until.is_(None) | (table.c.until > last))
    rows = db.execute(select(table).where(held).order_by(table.c.id).with_for_update())
    found = []
    for row in rows.mappings():
        until = max(last, row["since"] - DAY)
        if until == row["until"]:
            continue
        kind, asked, about = told(dict(row))
        fact = Fact(kind, {**asked, "until": until.isoformat()}, about=about)
        found.append(Ending(table, row["id"], until, fact))
    return found


def write(db: Session, ended: Sequence[Ending], heads: Sequence[Head]) -> None:
    """Write when the rows end, and the entry that ended each."""
    for table, *_rest in _TABLES:
        rows = [
            {"of": one.id, "last": one.until, "seq": head.seq}
            for one, head in zip(ended, heads, strict=True)
            if one.table is table
        ]
        if rows:
            values: dict[str, Any] = {"until": bindparam("last"), "ended_seq": bindparam("seq")}
            db.execute(update(table).where(table.c.id == bindparam("of")).values(values), rows)


def post(row: dict[str, Any]) -> Told:
    """What the log says of a post that ends."""
    asked = {name: row[name] for name in ("user_id", "post_id", "unit_id")}
    about = (f"user:{row['user_id']}", f"post:{row['post_id']}", f"unit:{row['unit_id']}")
    return Kind.POST_ENDED, {"holding": row["id"], **asked}, about


def seat(row: dict[str, Any]) -> Told:
    """What the log says of a seat that ends."""
    asked = {name: row[name] for name in ("user_id", "committee_id", "seat")}
    about = (f"user:{row['user_id']}", f"committee:{row['committee_id']}")
    return Kind.SEAT_ENDED, {"membership": row["id"], **asked}, about


def _role(row: dict[str, Any]) -> Told:
    asked = {"user": row["user_id"], "role": row["role"]}
    return Kind.ROLE_TAKEN, asked, (f"user:{row['user_id']}",)


def _grant(row: dict[str, Any]) -> Told:
    holder: str = row["holder"]
    return Kind.GRANT_ENDED, {"grant": row["id"]}, (f"user:{holder.removeprefix('u:')}",)


def _that_day(on: date) -> date:
    """Posts and seats are held to the end of the last day."""
    return on


def _at_once(on: date) -> date:
    """Rights end with the account, so that one who is taken back has none."""
    return min(on, clock.today() - DAY)


_TABLES: Final[
    Sequence[tuple[Any, Callable[[int], Any], Callable[[dict[str, Any]], Told], Any]]
] = (
    (Holding.__table__, lambda one: Holding.__table__.c.user_id == one, post, _that_day),
    (Membership.__table__, lambda one: Membership.__table__.c.user_id == one, seat, _that_day),
    (RoleGrant.__table__, lambda one: RoleGrant.__table__.c.user_id == one, _role, _at_once),
    (
        Grant.__table__,
        lambda one: Grant.__table__.c.holder == people.user_key(one),
        _grant,
        _at_once,
    ),
)
