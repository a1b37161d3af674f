"""People, units, posts and committees as programs send and read them, and how they are named.

Programs name a unit by its code, a post by its key, a person by user name or number of the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.college import committees, kinds, persons
from engine.college.posts import Held
from engine.college.witness import Witness
from engine.models import Post, PostKind, Seat, Unit, User
from engine.queries.directory import State
from engine.sentence import Sentence
from web.api.fields import (
    Choice,
    Day,
    Digits,
    Flag,
    Json,
    ListOf,
    Moment,
    Number,
    Object,
    Shape,
    Switch,
    Text,
    Who,
)
from web.api.paging import Listed, Paged
from web.api.routing import Malformed
from web.api.schemas import KEY, LONG, WORD, Person
from web.session import db

_MOST = {name: most for name, (_what, most) in persons.LIMITS.items()}
CODE = 60
NAME = 200


# What is asked


class PersonChange(Shape):
    """What is said of a person; what is left out stays as it is."""

    username = Text(_MOST["username"], least=1)
    name = Text(_MOST["name"], least=1)
    number = Text(_MOST["number"], "Staff or student number; nobody shares one.", nullable=True)
    email = Text(_MOST["email"])
    phone = Text(_MOST["phone"], "Answers show it covered.")
    id_number = Text(_MOST["id_number"], "Answers show it covered.")
    is_external = Flag("From outside the college.")
    employer = Text(_MOST["employer"])


class PersonAsked(PersonChange):
    """A person to be added; without a password, which nobody but the person sets."""

    username = Text(_MOST["username"], required=True, least=1)
    name = Text(_MOST["name"], required=True, least=1)


class DayAsked(Shape):
    """The last day."""

    on = Day("Included.", required=True)


class UnitChange(Shape):
    """What is said of a unit; what is left out stays as it is."""

    code = Text(CODE, "No two units have the same.", least=1)
    name = Text(NAME, least=1)
    kind = Choice(list(kinds.UNIT_KINDS))
    parent = Text(CODE, "Code of the unit above; null for none.", nullable=True, least=1)
    campus = Text(CODE, "Code of a campus; null for that of the parent.", nullable=True, least=1)
    position = Number("Smaller comes first.", most=10_000)


class UnitAsked(UnitChange):
    """A unit to be added."""

    code = Text(CODE, "No two units have the same.", required=True, least=1)
    name = Text(NAME, required=True, least=1)
    kind = Choice(list(kinds.UNIT_KINDS), required=True)
    since = Day("The first day.")


class PostAsked(Shape):
    """A post to be added; its key stays for good."""

    key = Text(CODE, required=True, least=1)
    name = Text(NAME, required=True, least=1)
    kind = Choice([one.value for one in PostKind], "office without it.")
    position = Number("Smaller comes first.", most=10_000)


class HoldingAsked(Shape):
    """A post to be given."""

    person = Who(KEY, "User name, or number of the account.", required=True)
    post = Text(CODE, "Key of the post.", required=True, least=1)
    unit = Text(CODE, "Code of the unit.", required=True, least=1)
    since = Day("The first day.", required=True)
    until = Day("The last day; without it there is none.", nullable=True)


class SeatAsked(Shape):
    """A seat in a committee to be given."""

    person = Who(KEY, "User name, or number of the account.", required=True)
    seat = Choice([one.value for one in Seat], "member without it.")
    unit = Text(CODE, "Code of the unit that nominates.", nullable=True, least=1)
    since = Day("The first day.", required=True)
    until = Day("The last day; without it, that of the term.", nullable=True)


# How lists are narrowed


class PeopleWanted(Paged):
    """Which people."""

    q = Text(KEY, "Any part of the name, its initials, the number or the user name.")
    unit = Text(CODE, "Code of a unit: those in it and below.")
    post = Text(CODE, "Key of a post that they hold.")
    state = Choice(list(State), "active without it.")


class UnitsWanted(Paged):
    """Which units."""

    closed = Switch("Also those that are closed.")


class HoldingsWanted(Paged):
    """Which posts held."""

    person = Digits("Number of a person.", least=1)
    unit = Text(CODE, "Code of a unit.")
    post = Text(CODE, "Key of a post.")
    on = Day("In force on this day.")


# What is told


class Named(Shape):
    """A thing, briefly."""

    id = Number(required=True)
    name = Text(WORD, required=True)


class PostThere(Shape):
    """A post held, in words."""

    post = Text(WORD, required=True)
    unit = Object(Named, required=True)


class PersonRow(Shape):
    """A person in the directory."""

    id = Number(required=True)
    username = Text(KEY, required=True)
    name = Text(KEY, required=True)
    number = Text(KEY, required=True, nullable=True)
    email = Text(WORD, required=True)
    is_external = Flag(required=True)
    posts = ListOf(Object(PostThere), required=True)


class People(Listed):
    """A page of the directory."""

    items = ListOf(Object(PersonRow), required=True)


class HouseEntry(Shape):
    """The entry of the house chain that made something so."""

    seq = Number(required=True)
    at = Moment(required=True)
    by = Object(Person, "Null for the system itself.", required=True, nullable=True)


class Holding(Shape):
    """A post held in a unit from one day to another, and who made it so."""

    id = Number(required=True)
    person = Object(Person, required=True)
    post = Object(Named, required=True)
    post_key = Text(KEY, required=True)
    unit = Object(Named, required=True)
    since = Day(required=True)
    until = Day(required=True, nullable=True)
    given = Object(HouseEntry, required=True, nullable=True)
    ended = Object(HouseEntry, required=True, nullable=True)


class Holdings(Listed):
    """A page of posts held."""

    items = ListOf(Object(Holding), required=True)


class PersonInFull(Shape):
    """A person with every post held, now and before; phone and id number are covered."""

    id = Number(required=True)
    username = Text(KEY, required=True)
    name = Text(KEY, required=True)
    number = Text(KEY, required=True, nullable=True)
    email = Text(WORD, required=True)
    phone = Text(KEY, required=True)
    id_number = Text(KEY, required=True)
    is_external = Flag(required=True)
    employer = Text(WORD, required=True)
    is_active = Flag(required=True)
    left_on = Day(required=True, nullable=True)
    holdings = ListOf(Object(Holding), required=True)


class UnitRow(Shape):
    """A unit in the tree."""

    id = Number(required=True)
    code = Text(KEY, required=True)
    name = Text(WORD, required=True)
    kind = Text(KEY, required=True)
    parent = Number("Number of the unit above.", required=True, nullable=True)
    campus = Number("Number of its own campus.", required=True, nullable=True)
    since = Day(required=True, nullable=True)
    until = Day(required=True, nullable=True)


class Units(Listed):
    """A page of units, by number."""

    items = ListOf(Object(UnitRow), required=True)


class PostRow(Shape):
    """A post, and how many people hold it today."""

    id = Number(required=True)
    key = Text(KEY, required=True)
    name = Text(WORD, required=True)
    kind = Text(KEY, required=True)
    is_active = Flag(required=True)
    holders = Number(required=True)


class Posts(Listed):
    """A page of posts, by number."""

    items = ListOf(Object(PostRow), required=True)


class CommitteeRow(Shape):
    """A committee, and what its rule still asks for."""

    id = Number(required=True)
    key = Text(KEY, required=True)
    name = Text(WORD, required=True)
    kind = Text(KEY, required=True)
    unit = Object(Named, required=True, nullable=True)
    parent = Object(Named, required=True, nullable=True)
    term_years = Number(required=True, nullable=True, most=committees.LONGEST_TERM)
    members = Number("How many sit there today.", required=True)
    lacks = ListOf(Text(LONG), "A sentence each.", required=True)


class Committees(Listed):
    """A page of committees, by number."""

    items = ListOf(Object(CommitteeRow), required=True)


class SeatTold(Shape):
    """Who sits in a committee, as what, from when to when."""

    id = Number(required=True)
    person = Object(Person, required=True)
    is_external = Flag(required=True)
    seat = Text(KEY, required=True)
    unit = Object(Named, "Who nominated them.", required=True, nullable=True)
    since = Day(required=True)
    until = Day(required=True, nullable=True)
    given = Object(HouseEntry, required=True, nullable=True)


class CommitteeInFull(CommitteeRow):
    """A committee with its duties and those who sit there today."""

    duties = ListOf(Text(LONG), required=True)
    seats = ListOf(Object(SeatTold), required=True)


def holding(held: Held) -> Json:
    """A post held, as answers tell it."""
    return {
        "id": held.id,
        "person": {"id": held.user_id, "name": held.name},
        "post": {"id": held.post_id, "name": held.post},
        "post_key": held.post_key,
        "unit": {"id": held.unit_id, "name": held.unit},
        "since": held.since,
        "until": held.until,
        "given": entry(held.given),
        "ended": entry(held.ended),
    }


def entry(told: Witness | None) -> Json | None:
    """Who made something so, as answers tell it."""
    if told is None:
        return None
    by = {"id": told.user_id, "name": told.name} if told.user_id is not None else None
    return {"seq": told.seq, "at": told.at, "by": by}


def named(number: int | None, name: str) -> Json | None:
    """A thing, briefly; None where there is none."""
    return None if number is None else {"id": number, "name": name}


def number_of(asked: Mapping[str, Any], part: str, kind: type[Unit | Post | User]) -> int | None:
    """The id of what a request names, None where it names nothing. Raises `Malformed`."""
    named = asked.get(part)
    if named is None:
        return None
    key = {Unit: Unit.code, Post: Post.key, User: User.username}[kind]
    column = kind.id if isinstance(named, int) else key
    found = db().execute(select(kind.id).where(column == named)).scalar_one_or_none()
    if found is None:
        wrong = Sentence("没有找到“{named}”。", named=named)
        raise Malformed({part: wrong}, {})
    return found
