"""The directory: people found by any part of the name, its initials, their number or user name.

A page is one statement however many people there are: the words of a search are ranges of one
index, and the page is cut there before anything is joined to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from engine import clock
from engine.college import words
from engine.errors import Refused
from engine.models import Holding, PersonWord, Post, PostKind, Unit, UnitAbove, User

PAGE: Final = 30
MOST: Final = 200
TERMS: Final = 4
LONGEST: Final = 60
LAST: Final = "\U0010ffff"
"""Sorts behind every character: the end of the range of words that begin alike."""

_user, _word, _holding = User.__table__, PersonWord.__table__, Holding.__table__
_post, _unit, _above = Post.__table__, Unit.__table__, UnitAbove.__table__

_NARROW: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width letters and digits, as an input method writes them."""

_NAMED: Final = re.compile(r"(.+?)[\s（(]+(\S+?)[）)]?")


class NobodyCalledSo(Refused):
    """No person here has this name, number or user name."""

    sentence = "没有找到“{text}”，请写姓名、工号（学号）或账号。"


class SeveralCalledSo(Refused):
    """Several people have this name."""

    sentence = "叫“{text}”的不止一位，请写工号或学号。"


class State(StrEnum):
    """Whom a list shows."""

    ACTIVE = "active"
    LEFT = "left"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody looks for: by words, in a unit and below it, by a post, by state."""

    text: str = ""
    unit_id: int | None = None
    post_id: int | None = None
    state: State = State.ACTIVE


class HeldPost(NamedTuple):
    """A post held in a unit, in words."""

    post: str
    unit: str
    unit_id: int


class PersonRow(NamedTuple):
    """A person as a list shows one."""

    id: int
    name: str
    username: str
    number: str | None
    email: str
    is_external: bool
    employer: str | None
    left_on: date | None
    posts: tuple[HeldPost, ...] = ()


def search(
    db: Session, wanted: Wanted, *, after: int | None = None, limit: int = PAGE
) -> tuple[tuple[PersonRow, ...], int | None]:
    """One page of people, and the person after whom the next begins.

    What begins with the first word comes first, the shortest before the longer; without words,
    people stand by name.
    """
    limit, asked = max(1, min(limit, MOST)), terms(wanted.text)
    statement = _page(
        len(asked),
        wanted.unit_id is not None,
        wanted.post_id is not None,
        wanted.state,
        after is not None,
    )
    given: dict[str, Any] = {"most": limit + 1, "today": clock.today()}
    for number, word in enumerate(asked):
        given |= {f"from_{number}": word, f"to_{number}": word + LAST}
    named = {"unit": wanted.unit_id, "post": wanted.post_id, "after": after}
    given |= {name: value for name, value in named.items() if value is not None}
    rows = _people(db.connection().execute(statement, given).all())
    return tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def terms(text: str) -> tuple[str, ...]:
    """The words of a search, written as the index has them; four at most."""
    written = (words.beginning(one)[0] for one in text.translate(_NARROW).split())
    return tuple(word[:LONGEST] for word in written if word)[:TERMS]


def _people(rows: Iterable[Any]) -> list[PersonRow]:
    """People from rows of one post each, in their order."""
    found: list[PersonRow] = []
    for row in rows:
        posts = () if row[-1] is None else (HeldPost(*row[-3:]),)
        if found and found[-1].id == row[0]:
            found[-1] = found[-1]._replace(posts=found[-1].posts + posts)
        else:
            found.append(PersonRow._make((*row[:-3], posts)))
    return found


@cache
def _page(count: int, in_unit: bool, with_post: bool, state: State, further: bool) -> Select[Any]:  # noqa: FBT001  (the shape of a statement, made once)
    """The statement of this shape; its values are given when it is run."""
    found = _by_word(count, state) if count else _by_name(state)
    found = found.where(_is_state(state), *_narrowed(in_unit, with_post, state))
    if further:
        found = found.where(_behind(count))
    word, number = found.selected_columns["word"], found.selected_columns["id"]
    cut = found.order_by(word, number).limit(bindparam("most")).subquery("found")
    held = and_(_holding.c.user_id == cut.c.id, _in_force())
    shown = (cut.c[name] for name in PersonRow._fields[:-1])
    posts = (_post.c.name, _unit.c.name, _unit.c.id)
    return (
        select(*shown, *(column.label(f"post_{at}") for at, column in enumerate(posts)))
        .join_from(cut, _holding, held, isouter=True)
        .join(_post, _post.c.id == _holding.c.post_id, isouter=True)
        .join(_unit, _unit.c.id == _holding.c.unit_id, isouter=True)
        .order_by(cut.c.word, cut.c.id, _holding.c.id)
    )


def _by_word(count: int, state: State) -> Select[Any]:
    """People with a word that begins so, each by the first such word; other words only narrow."""
    earlier = _word.alias("earlier")
    before = exists().where(
        earlier.c.user_id == _word.c.user_id,
        earlier.c.word >= bindparam("from_0"),
        earlier.c.word < _word.c.word,
    )
    conditions = [_begins(_word, 0), ~before]
    for number in range(1, count):
        other = _word.alias(f"word_{number}")
        conditions.append(
            exists().where(other.c.user_id == _word.c.user_id, _begins(other, number))
        )
    found = select(_word.c.word, _word.c.user_id.label("id"), *_facts(state))
    return found.join(_user, _user.c.id == _word.c.user_id).where(*conditions)


def _by_name(state: State) -> Select[Any]:
    return select(_user.c.name.label("word"), _user.c.id, *_facts(state))


def _facts(state: State) -> list[ColumnElement[Any]]:
    """What a list shows; what it never shows in this state is not read."""
    only = {"employer": State.EXTERNAL, "left_on": State.LEFT}
    return [
        _user.c[name] if only.get(name, state) is state else null().label(name)
        for name in PersonRow._fields[1:-1]
    ]


def _behind(count: int) -> ColumnElement[bool]:
    """Stands behind the last person of the page before, wherever that one stands now."""
    last = bindparam("after", type_=Integer)
    if not count:
        name = select(_user.c.name).where(_user.c.id == last).scalar_subquery()
        return tuple_(_user.c.name, _user.c.id) > tuple_(name, last)
    theirs = _word.alias("theirs")
    first = select(func.min(theirs.c.word)).where(theirs.c.user_id == last, _begins(theirs, 0))
    place = func.coalesce(first.scalar_subquery(), bindparam("from_0"))
    return tuple_(_word.c.word, _word.c.user_id) > tuple_(place, last)


def _begins(word: FromClause, number: int) -> ColumnElement[bool]:
    return and_(word.c.word >= bindparam(f"from_{number}"), word.c.word < bindparam(f"to_{number}"))


def _is_state(state: State) -> ColumnElement[bool]:
    if state is State.LEFT:
        return _user.c.is_active == false()
    active = _user.c.is_active == true()
    return active & (_user.c.is_external == true()) if state is State.EXTERNAL else active


def _narrowed(in_unit: bool, with_post: bool, state: State) -> list[ColumnElement[bool]]:  # noqa: FBT001  (as above)
    """Belongs to the unit or one below, or holds the post; of those who left, did so."""
    if not (in_unit or with_post):
        return []
    held = _holding.alias("held")
    conditions = [] if state is State.LEFT else [_in_force(held)]
    if with_post:
        conditions.append(held.c.post_id == bindparam("post"))
    if in_unit:
        below = select(_above.c.unit_id).where(_above.c.above_id == bindparam("unit"))
        conditions.append(held.c.unit_id.in_(below))
    if in_unit and not with_post:
        from_above = select(_post.c.id).where(_post.c.kind == PostKind.LEADER)
        conditions.append(held.c.post_id.not_in(from_above))
    return [_user.c.id.in_(select(held.c.user_id).where(*conditions))]


def _in_force(held: FromClause = _holding) -> ColumnElement[bool]:
    day: ColumnElement[date] = bindparam("today")
    return and_(held.c.since <= day, or_(held.c.until.is_(None), held.c.until >= day))


def meant(db: Session, text: str) -> int:
    """The one person somebody means: by number, user name, name, or name and number together.

    Raises `NobodyCalledSo`, `SeveralCalledSo`. Those who left are not meant.
    """
    written = text.strip()[:LONGEST]
    both = _NAMED.fullmatch(written)
    name, key = (both[1], both[2]) if both else (None, written)
    by_key = _is_state(State.ACTIVE) & or_(_user.c.number == key, _user.c.username == key)
    if name is not None:
        by_key &= _user.c.name == name
    found = db.execute(select(_user.c.id).where(by_key).limit(2)).scalars().all()
    if not found:
        by_name = _is_state(State.ACTIVE) & (_user.c.name == written)
        found = db.execute(select(_user.c.id).where(by_name).limit(2)).scalars().all()
    if not found:
        raise NobodyCalledSo(text=written)
    if len(found) > 1:
        raise SeveralCalledSo(text=written)
    return int(found[0])


def by_username(db: Session, username: str) -> int | None:
    """The person with this user name who is here; None where there is none."""
    named = select(_user.c.id).where(_user.c.username == username, _user.c.is_active)
    return db.execute(named).scalar_one_or_none()


def names_of(db: Session, keys: Iterable[str]) -> dict[str, str]:
    """Names of people as rules call them: by user name, or by number. A user name wins."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    columns = select(_user.c.username, _user.c.number, _user.c.name)
    rows = db.execute(
        columns.where(or_(_user.c.username.in_(wanted), _user.c.number.in_(wanted)))
    ).all()
    by_number = {row.number: row.name for row in rows if row.number in wanted}
    return by_number | {row.username: row.name for row in rows if row.username in wanted}
