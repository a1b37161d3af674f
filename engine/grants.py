"""Grants: an action allowed, within a reach, to whoever has a key (`u:5`, `r:leader`, `p:head`).

Who asks what they may reach gets scopes: the grants in force under their keys, with the units they
start from. One statement finds them, however many people and units there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.orm import Session

from engine import clock, eventlog, people, permissions
from engine.entries import Kind
from engine.errors import NotFound, ReasonRequired, Refused, TextTooLong
from engine.eventlog import Fact
from engine.models import Committee, Grant, Post, Reach, Role, Unit, User
from engine.people import Actor
from engine.permissions import Action
from engine.roles import LONGEST_REASON, NotYourOwnRights

EVERYBODY: Final = "everybody"
"""The holder that is everybody with an account."""
GRANTABLE: Final = (Action.SUBJECT_VIEW, Action.SUBJECT_START, Action.TEMPLATE_EDIT)
INCLUDED_IN: Final[Mapping[Action, tuple[Action, ...]]] = {
    Action.SUBJECT_VIEW: (Action.SUBJECT_VIEW, Action.SUBJECT_START),
    Action.SUBJECT_START: (Action.SUBJECT_START,),
    Action.TEMPLATE_EDIT: (Action.TEMPLATE_EDIT,),
}
"""Which granted actions allow an action: whoever may start work for a subject may read it."""
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
_KEY: Final = re.compile(
    r"(?P<kind>[upcr]):(?P<what>[a-z0-9_]{1,60})(?::(?P<where>[a-z0-9_]{1,20}))?", re.ASCII
)
_grant = Grant.__table__


@dataclass(frozen=True, slots=True)
class Scope:
    """How far one grant reaches for one person. `units` are where `unit` and `below` start."""

    grant_id: int
    holder: str
    action: Action
    reach: Reach
    units: frozenset[int]
    subject_kind: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant to be given: to whom, what, how far; narrowed to a kind or a year where given."""

    holder: str
    action: Action
    reach: Reach
    unit_id: int | None = None
    subject_kind: str | None = None
    year: int | None = None
    since: date | None = None
    until: date | None = None
    reason: str = ""


class NotGrantable(Refused):
    """This action is not given by grants: its predicates in the policy decide alone."""

    sentence = "“{action}”不能用授权规则给出，它由角色决定。"


class NoSuchHolder(Refused):
    """Nobody can have this key."""

    sentence = "没有这样的授权对象（{holder}），请从列表里选择人员、角色、岗位或委员会。"


class ReachNeedsNoUnit(Refused):
    """A fixed unit beside a reach that starts from no unit."""

    sentence = "范围是“自己负责的”或“全部”时，不要再指定单位。"


class ReachNeedsUnit(Refused):
    """Everybody is in no particular unit."""

    sentence = "授权给所有人时，范围要么是“自己负责的”，要么指定一个单位。"


class TemplateIsForAll(Refused):
    """A template has no unit: one a kind, for the whole school."""

    sentence = "模板全校共用一份，范围请选“全部”；要限定类型，请选主体类型。"


class YearOutOfRange(Refused):
    """No year of ours."""

    sentence = "年份应在 {first} 到 {last} 之间。"


class GrantEndsBeforeItBegins(Refused):
    """The last day lies before the first, or in the past."""

    sentence = "结束日期（{until}）早于开始日期（{since}）或者已经过去，请改正日期。"


class GrantedAlready(Refused):
    """The same grant is in force in these days."""

    sentence = "同样的授权已经有了，不必再给。"


class GrantEnded(Refused):
    """The grant is not in force any more."""

    sentence = "这条授权已经结束。"


def scopes(db: Session, person: Actor, action: Action) -> tuple[Scope, ...]:
    """The grants that allow this person the action today. One statement."""
    wanted = select(_grant).where(
        _grant.c.holder.in_(sorted(person.keys | {EVERYBODY})),
        _grant.c.action.in_(INCLUDED_IN[action]),
        people.in_force(Grant, clock.today()),
    )
    rows = db.execute(wanted.order_by(_grant.c.id)) if person.id else ()
    return tuple(scope_of(person, row) for row in rows)


def scope_of(person: Actor, row: Any) -> Scope:
    """What a grant is for this person: whose units it starts from."""
    units = frozenset({row.unit_id}) if row.unit_id is not None else _units(person, row.holder)
    return Scope(
        row.id, row.holder, Action(row.action), Reach(row.reach), units, row.subject_kind, row.year
    )


def _units(person: Actor, holder: str) -> frozenset[int]:
    """Where the person holds the post that the grant is for; for other holders, any post."""
    if not holder.startswith("p:"):
        return person.units
    if holder.count(":") > 1:
        return frozenset({int(holder.rpartition(":")[2])})
    prefix = f"{holder}:"
    return frozenset(int(key[len(prefix) :]) for key in person.keys if key.startswith(prefix))


def give(db: Session, asked: NewGrant, *, by: Actor) -> int:
    """Give a grant, from today unless told. Returns its number."""
    permissions.require(by, Action.RIGHTS_EDIT)
    _require_another(by, asked.holder)
    _require_sound(db, asked)
    if by.id is not None and not asked.reason.strip():
        raise ReasonRequired
    if len(asked.reason) > LONGEST_REASON:
        raise TextTooLong(most=LONGEST_REASON)
    return give_all(db, [asked], by=by)[0]


def give_all(db: Session, asked: Iterable[NewGrant], *, by: Actor) -> list[int]:
    """Give many grants that are known to be sound, in a few statements."""
    rows = [_row(one) for one in asked]
    facts = [Fact(Kind.GRANT_GIVEN, _told(row), about=_about(row)) for row in rows]
    heads = eventlog.record_all(db, facts, by=by.mark)
    given = [{**row, "given_seq": head.seq} for row, head in zip(rows, heads, strict=True)]
    added = insert(_grant).returning(_grant.c.id, sort_by_parameter_order=True)
    return list(db.execute(added, given).scalars())


def end(db: Session, grant_id: int, *, by: Actor) -> None:
    """End a grant, at once. Raises `NotFound`, `GrantEnded`."""
    permissions.require(by, Action.RIGHTS_EDIT)
    row = db.execute(select(_grant).where(_grant.c.id == grant_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    _require_another(by, row.holder)
    if row.until is not None and row.until < clock.today():
        raise GrantEnded
    about = _about({"holder": row.holder, "unit_id": row.unit_id})
    head = eventlog.record(db, Kind.GRANT_ENDED, by=by.mark, asked={"grant": grant_id}, about=about)
    changed = update(_grant).where(_grant.c.id == grant_id)
    yesterday = clock.today() - timedelta(days=1)
    db.execute(changed.values(until=yesterday, ended_seq=head.seq))


def listed(
    db: Session,
    *,
    holders: Iterable[str] | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Row[Any]]:
    """Grants in force or to come, by number; of these holders alone, where told."""
    still = or_(_grant.c.until.is_(None), _grant.c.until >= clock.today())
    wanted = select(_grant).where(still, _grant.c.id > (after or 0))
    if holders is not None:
        wanted = wanted.where(_grant.c.holder.in_(sorted(holders)))
    return list(db.execute(wanted.order_by(_grant.c.id).limit(limit)))


def is_known_holder(db: Session, holder: str) -> bool:
    """Whether somebody can have this key: a person, a role, a post, a committee there is."""
    found = _KEY.fullmatch(holder)
    if found is None:
        return holder == EVERYBODY
    what, where = found["what"], found["where"]
    if found["kind"] == "r":
        return where is None and what in set(Role)
    wanted = {
        "u": lambda: select(User.id).where(User.id == _number(what), User.is_active),
        "p": lambda: select(Post.id).where(Post.key == what),
        "c": lambda: select(Committee.id).where(Committee.key == what),
    }[found["kind"]]()
    return not (found["kind"] == "u" and where) and db.execute(wanted).first() is not None


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 19 else 0  # noqa: PLR2004  (what a key column holds)


def _require_another(by: Actor, holder: str) -> None:
    """Go on only if this is about others. Raises `NotYourOwnRights`."""
    if by.id is not None and holder in by.keys | {EVERYBODY}:
        raise NotYourOwnRights


def _require_sound(db: Session, asked: NewGrant) -> None:
    if asked.action not in GRANTABLE:
        raise NotGrantable(action=asked.action)
    if asked.action == Action.TEMPLATE_EDIT and asked.reach != Reach.ALL:
        raise TemplateIsForAll
    if not is_known_holder(db, asked.holder):
        raise NoSuchHolder(holder=asked.holder[:100])
    starts = asked.reach in (Reach.UNIT, Reach.BELOW)
    if asked.unit_id is not None:
        if not starts:
            raise ReachNeedsNoUnit
        if db.execute(select(Unit.id).where(Unit.id == asked.unit_id)).first() is None:
            raise NotFound
    elif starts and asked.holder == EVERYBODY:
        raise ReachNeedsUnit
    if asked.year is not None and not FIRST_YEAR <= asked.year <= LAST_YEAR:
        raise YearOutOfRange(first=FIRST_YEAR, last=LAST_YEAR)
    since = asked.since or clock.today()
    if asked.until is not None and asked.until < max(since, clock.today()):
        raise GrantEndsBeforeItBegins(since=since.isoformat(), until=asked.until.isoformat())
    _require_new(db, asked, since)


def _require_new(db: Session, asked: NewGrant, since: date) -> None:
    same = [
        _grant.c[name].is_not_distinct_from(getattr(asked, name))
        for name in ("holder", "action", "reach", "unit_id", "subject_kind", "year")
    ]
    lasts = or_(_grant.c.until.is_(None), _grant.c.until >= since)
    begins = _grant.c.since <= asked.until if asked.until is not None else _grant.c.id > 0
    if db.execute(select(_grant.c.id).where(*same, lasts, begins).limit(1)).first() is not None:
        raise GrantedAlready


def _row(asked: NewGrant) -> dict[str, Any]:
    return {
        "holder": asked.holder,
        "action": asked.action.value,
        "reach": asked.reach.value,
        "unit_id": asked.unit_id,
        "subject_kind": asked.subject_kind,
        "year": asked.year,
        "since": asked.since or clock.today(),
        "until": asked.until,
        "reason": asked.reason.strip(),
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A grant as the log keeps it; days as text, nothing for what narrows nothing."""
    days = {name: row[name].isoformat() for name in ("since", "until") if row[name] is not None}
    return {name: value for name, value in row.items() if value not in (None, "")} | days


def _about(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The person that holds a grant, and the unit it is fixed to."""
    holder, unit = row["holder"], row["unit_id"]
    named = (f"user:{holder.removeprefix('u:')}",) if holder.startswith("u:") else ()
    return named + ((f"unit:{unit}",) if unit is not None else ())
