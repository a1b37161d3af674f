"""Who stands behind a rule today: holders of posts, seats and roles, people by name and number.

A `Looker` asks the database for each thing once; `prepare` asks for many at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from engine import clock, hotpath, people
from engine.handlers import PEOPLE, RESOLVERS
from engine.models import (
    Committee,
    Holding,
    Membership,
    Post,
    Role,
    RoleGrant,
    Seat,
    Unit,
    UnitAbove,
    User,
)

AT_ONCE: Final = 500
MOST_PEOPLE: Final = 2_000
"""Nobody reads more names than this behind one post, seat or role."""

_user, _unit = User.__table__, Unit.__table__
Where = tuple[str, int | None]
"""A post and the unit in which it is held; None for any unit."""


class Looker:
    """Finds people as of today and remembers what it found; one lives as long as one act."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.day = clock.today()
        self._held: dict[Where, tuple[int, ...]] = {}
        self._seats: dict[str, tuple[tuple[int, str], ...]] = {}
        self._roles: dict[str, tuple[int, ...]] = {}
        self._named: dict[str, int | None] = {}
        self._active: dict[int, bool] = {}
        self._codes: dict[str, int | None] = {}
        self._above: dict[int, tuple[int, ...]] = {}
        self._resolved: dict[tuple[str, str], int | None] = {}
        self._people: dict[tuple[str, str], tuple[int, ...]] = {}

    def post(self, key: str, unit_id: int | None) -> tuple[int, ...]:
        """Who holds a post, in one unit or anywhere."""
        where = (key, unit_id)
        if where not in self._held:
            asked = {"post": key, "day": self.day}
            name = "holders" if unit_id is None else "holders_in_unit"
            asked |= {} if unit_id is None else {"unit": unit_id}
            self._held[where] = _once(row[0] for row in hotpath.read(self.db, name, asked))
        return self._held[where]

    def posts(self, wanted: Iterable[Where]) -> None:
        """Ask for many posts in one statement."""
        missing = [where for where in dict.fromkeys(wanted) if where not in self._held]
        if not missing:
            return
        here = [(key, unit) for key, unit in missing if unit is not None]
        any_unit = [key for key, unit in missing if unit is None]
        conditions = [tuple_(Post.key, Holding.unit_id).in_(here)] if here else []
        conditions += [Post.key.in_(any_unit)] if any_unit else []
        rows = self.db.execute(
            select(Post.key, Holding.unit_id, Holding.user_id)
            .join(Post, Post.id == Holding.post_id)
            .join(User, User.id == Holding.user_id)
            .where(or_(*conditions), User.is_active, people.in_force(Holding, self.day))
            .order_by(Holding.user_id)
        ).all()
        for key, unit in missing:
            self._held[key, unit] = _once(
                row.user_id for row in rows if row.key == key and unit in (None, row.unit_id)
            )

    def committee(self, key: str, seat: str = "") -> tuple[int, ...]:
        """Who sits in a committee, in one kind of seat or any: chairs first."""
        self.committees([key])
        return _once(user_id for user_id, kind in self._seats[key] if seat in ("", kind))

    def chairs(self, key: str) -> tuple[int, ...]:
        """Who chairs a committee."""
        return self.committee(key, Seat.CHAIR)

    def committees(self, wanted: Iterable[str]) -> None:
        """Ask for many committees in one statement."""
        missing = [key for key in dict.fromkeys(wanted) if key not in self._seats]
        if not missing:
            return
        order = {seat.value: number for number, seat in enumerate(Seat)}
        rows = self.db.execute(
            select(Committee.key, Membership.user_id, Membership.seat)
            .join(Committee, Committee.id == Membership.committee_id)
            .join(User, User.id == Membership.user_id)
            .where(Committee.key.in_(missing), User.is_active)
            .where(people.in_force(Membership, self.day))
            .where(or_(Committee.until.is_(None), Committee.until >= self.day))
        ).all()
        rows = sorted(rows, key=lambda row: (order.get(row.seat, len(order)), row.user_id))
        for key in missing:
            self._seats[key] = tuple((row.user_id, row.seat) for row in rows if row.key == key)

    def role(self, role: str) -> tuple[int, ...]:
        """Who has a role of the product."""
        self.roles([role])
        return self._roles[role]

    def roles(self, wanted: Iterable[str]) -> None:
        """Ask for many roles in one statement."""
        missing = [role for role in dict.fromkeys(wanted) if role not in self._roles]
        if not missing:
            return
        granted = (
            select(RoleGrant.role, RoleGrant.user_id)
            .join(User, User.id == RoleGrant.user_id)
            .where(RoleGrant.role.in_(missing), User.is_active)
            .where(people.in_force(RoleGrant, self.day))
            .order_by(RoleGrant.user_id)
        )
        rows = [(role, user_id) for role, user_id in self.db.execute(granted)]
        if Role.EXTERNAL_EXPERT in missing:
            outside = select(_user.c.id).where(_user.c.is_external, _user.c.is_active)
            found = self.db.execute(outside.order_by(_user.c.id).limit(MOST_PEOPLE)).scalars()
            rows += [(Role.EXTERNAL_EXPERT.value, user_id) for user_id in found]
        for role in missing:
            self._roles[role] = _once(user_id for given, user_id in rows if given == role)

    def behind(self, keys: Iterable[str]) -> tuple[int, ...]:
        """Who reads the inboxes with these keys."""
        found: dict[int, None] = {}
        for key in keys:
            kind, _colon, rest = key.partition(":")
            name, _colon, more = rest.partition(":")
            if kind == "u":
                found |= dict.fromkeys(self.active([int(name)]))
            elif kind == "p":
                found |= dict.fromkeys(self.post(name, int(more) if more else None))
            elif kind == "r":
                found |= dict.fromkeys(self.role(name))
            elif kind == "c":
                found |= dict.fromkeys(self.committee(name, more))
        return tuple(found)

    def user(self, name: str) -> int | None:
        """The person with this user name, or with this number; None for one who left."""
        self.users([name])
        return self._named[name]

    def users(self, wanted: Iterable[str]) -> None:
        """Ask for many people by user name or number. A user name wins over a number."""
        missing = [name for name in dict.fromkeys(wanted) if name not in self._named]
        for portion in _portions(missing):
            rows = self.db.execute(
                select(_user.c.id, _user.c.username, _user.c.number)
                .where(_user.c.is_active)
                .where(or_(_user.c.username.in_(portion), _user.c.number.in_(portion)))
            ).all()
            by_number = {row.number: row.id for row in rows if row.number}
            by_name = {row.username: row.id for row in rows}
            for name in portion:
                self._named[name] = by_name.get(name, by_number.get(name))

    def active(self, user_ids: Iterable[int]) -> tuple[int, ...]:
        """Those of these people who have not left, in their order."""
        asked = list(dict.fromkeys(user_ids))
        missing = [one for one in asked if one not in self._active]
        if len(missing) == 1:
            rows = hotpath.read(self.db, "active", {"user": missing[0]})
            self._active[missing[0]] = bool(rows)
        elif missing:
            for portion in _portions(missing):
                here = select(_user.c.id).where(_user.c.id.in_(portion), _user.c.is_active)
                found = set(self.db.execute(here).scalars())
                self._active |= {one: one in found for one in portion}
        return tuple(one for one in asked if self._active[one])

    def unit(self, code: str) -> int | None:
        """The unit with a code."""
        self.units([code])
        return self._codes[code]

    def units(self, wanted: Iterable[str]) -> None:
        """Ask for many units by their codes."""
        missing = [code for code in dict.fromkeys(wanted) if code not in self._codes]
        if not missing:
            return
        rows = self.db.execute(select(_unit.c.code, _unit.c.id).where(_unit.c.code.in_(missing)))
        found = {row.code: row.id for row in rows}
        self._codes |= {code: found.get(code) for code in missing}

    def place(self, word: str, referred: str) -> int | None:
        """The unit that a word such as `subject.college` means for a subject or a person."""
        asked = (word, referred)
        if asked not in self._resolved:
            resolver = RESOLVERS.get(word)
            self._resolved[asked] = resolver(self.db, referred) if resolver is not None else None
        return self._resolved[asked]

    def of_subject(self, word: str, subject: str) -> tuple[int, ...]:
        """The people that a word such as `subject.owner` means for a subject."""
        asked = (word, subject)
        if asked not in self._people:
            finder = PEOPLE.get(word)
            found = finder(self.db, subject) if finder is not None else ()
            self._people[asked] = self.active(found)
        return self._people[asked]

    def above(self, unit_id: int) -> tuple[int, ...]:
        """A unit and those above it, the nearest first."""
        self.chains([unit_id])
        return self._above[unit_id]

    def chains(self, wanted: Iterable[int]) -> None:
        """Ask for the units above many units in one statement."""
        missing = [unit for unit in dict.fromkeys(wanted) if unit not in self._above]
        if not missing:
            return
        pairs: Any = UnitAbove.__table__
        rows = self.db.execute(
            select(pairs.c.unit_id, pairs.c.above_id)
            .where(pairs.c.unit_id.in_(missing))
            .order_by(pairs.c.unit_id, pairs.c.steps)
        ).all()
        for unit in missing:
            self._above[unit] = tuple(row.above_id for row in rows if row.unit_id == unit)

    def nearest(self, post: str, unit_id: int, levels: int) -> list[tuple[int, tuple[int, ...]]]:
        """The first units from here upwards in which somebody holds a post, with who does."""
        chain = self.above(unit_id)
        self.posts((post, unit) for unit in chain)
        held = ((unit, self.post(post, unit)) for unit in chain)
        return [(unit, persons) for unit, persons in held if persons][:levels]


def _once(user_ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(user_ids))[:MOST_PEOPLE]


def _portions(wanted: list[Any]) -> Iterator[list[Any]]:
    return (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
