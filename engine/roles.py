"""Roles of the product: giving and taking them, and which of them nobody holds together (三员分立).

A role is in force from a day to a day. Taking it ends it at once: the next request knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.orm import Session

from engine import clock, doors, eventlog, people, permissions
from engine.entries import Kind
from engine.errors import Forbidden, NotFound, ReasonRequired, Refused, TextTooLong
from engine.models import Role, RoleGrant, User
from engine.people import Actor
from engine.permissions import Action

GROUPS: Final[Mapping[str, frozenset[Role]]] = {
    "system": frozenset({Role.OPERATOR, Role.PEOPLE_ADMIN, Role.PROCESS_ADMIN}),
    "security": frozenset({Role.SECURITY_ADMIN}),
    "audit": frozenset({Role.AUDITOR}),
}
"""Nobody holds roles of two of these: who runs, who gives rights, and who looks on are three."""

ADMINISTRATORS: Final = frozenset[Role]().union(*GROUPS.values())

GUARDED: Final = frozenset({Role.SECURITY_ADMIN, Role.AUDITOR})
"""Who has one of these watches over the house: who runs it opens none of their doors."""

LABELS: Final[Mapping[Role, str]] = {
    Role.STAFF: "教职工",
    Role.LEADER: "校领导",
    Role.EXTERNAL_EXPERT: "校外专家",
    Role.QUALITY_OFFICE: "质量管理处",
    Role.PROCESS_ADMIN: "流程管理员",
    Role.PEOPLE_ADMIN: "人员管理员",
    Role.OPERATOR: "运维人员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDITOR: "审计人员",
}
LONGEST_REASON: Final = 2_000
_given = RoleGrant.__table__


class ConflictingRoles(Refused):
    """The person has a role of another of the three groups in the same time."""

    sentence = (
        "{name}已经是{held}，不能同时是{role}："
        "系统管理、安全管理和审计三类角色必须由不同的人担任。请先收回{held}。"
    )


class NotYourOwnRights(Forbidden):
    """Nobody changes what they themselves may do."""

    sentence = "不能改动自己的权限，请由另一位管理员来做。"


class CannotTestAs(Refused):
    """Whoever gives rights or looks on is not looked through; nor is oneself."""

    sentence = "不能以{name}的身份查看：安全管理员、审计人员和您自己除外。"


class LastSecurityAdmin(Refused):
    """Without this one, nobody could ever give rights again."""

    sentence = "{name}是最后一位长期有效的安全管理员，请先指定另一位，再收回。"


class RoleHeldAlready(Refused):
    """The person has this role in that time already."""

    sentence = "{name}在这段时间里已经是{role}。"


class RoleNotHeld(Refused):
    """There is nothing to take."""

    sentence = "{name}不是{role}，没有可收回的。"


class RoleEndsBeforeItBegins(Refused):
    """The last day lies before the first."""

    sentence = "结束日期（{until}）早于开始日期（{since}），请改正日期。"


class RoleEndedAlready(Refused):
    """A role given until a day that has passed."""

    sentence = "结束日期（{until}）已经过去，请改正日期。"


def give(
    db: Session,
    user_id: int,
    role: Role,
    *,
    by: Actor,
    since: date | None = None,
    until: date | None = None,
) -> int:
    """Give a person a role, from today unless told. Returns the number of the row.

    Whoever may do more signs in anew: sessions, tokens and links of before may be in other hands.
    So may the password: who comes to watch over the house (`GUARDED`) has none from here on.
    """
    permissions.require(by, Action.RIGHTS_EDIT)
    name = _name(db, user_id)
    require_another(by, user_id)
    first = since or clock.today()
    _require_period(first, until)
    _require_fitting(db, user_id, name, role, first, until)
    asked = {"user": user_id, "role": role, "since": first.isoformat()}
    asked["until"] = until.isoformat() if until else ""
    about = (f"user:{user_id}",)
    is_new = role in GUARDED and by.id is not None and user_id not in watchers(db)
    if is_new and people.drop_password(db, user_id):
        asked["dropped"] = "password"
    head = eventlog.record(db, Kind.ROLE_GIVEN, by=by.mark, asked=asked, about=about)
    doors.shut(db, user_id, by=by.mark)
    row = {"until": until, "given_seq": head.seq, "ended_seq": None}
    again = update(_given).where(
        _given.c.user_id == user_id, _given.c.role == role, _given.c.since == first
    )
    number = db.execute(again.values(row).returning(_given.c.id)).scalar_one_or_none()
    if number is not None:  # taken on the day it was given, and given again
        return int(number)
    added = insert(_given).returning(_given.c.id)
    return int(
        db.execute(added, {"user_id": user_id, "role": role, "since": first, **row}).scalar_one()
    )


def take(db: Session, user_id: int, role: Role, *, by: Actor) -> None:
    """Take a role from a person, at once; one that was to begin later does not begin."""
    permissions.require(by, Action.RIGHTS_EDIT)
    name = _name(db, user_id)
    require_another(by, user_id)
    rows = [one for one in _lasting(db, user_id) if one.role == role]
    if not rows:
        raise RoleNotHeld(name=name, role=LABELS[role])
    if role == Role.SECURITY_ADMIN:
        require_not_last(db, user_id)
    asked = {"user": user_id, "role": role}
    about = (f"user:{user_id}",)
    head = eventlog.record(db, Kind.ROLE_TAKEN, by=by.mark, asked=asked, about=about)
    yesterday = clock.today() - timedelta(days=1)
    ended = update(_given).where(_given.c.id.in_([one.id for one in rows]))
    db.execute(ended.values(until=yesterday, ended_seq=head.seq))


def require_another(by: Actor, user_id: int) -> None:
    """Go on only if this is about somebody else. Raises `NotYourOwnRights`."""
    if by.id == user_id:
        raise NotYourOwnRights


def watchers(db: Session) -> dict[int, Role]:
    """Who has one of the `GUARDED` roles today or is to have it, and which."""
    still = or_(_given.c.until.is_(None), _given.c.until >= clock.today())
    held = select(_given.c.user_id, _given.c.role).where(_given.c.role.in_(sorted(GUARDED)), still)
    return {row.user_id: Role(row.role) for row in db.execute(held)}


def require_not_last(db: Session, user_id: int) -> None:
    """Go on only if another security administrator stays for good. Raises `LastSecurityAdmin`."""
    admins = (
        select(_given.c.user_id, _given.c.until)
        .join(User, User.id == _given.c.user_id)
        .where(_given.c.role == Role.SECURITY_ADMIN, User.is_active)
        .where(people.in_force(RoleGrant, clock.today()))
        .order_by(_given.c.id)
        .with_for_update(of=_given)  # two who take each other's role come one after the other
    )
    rows = db.execute(admins).all()
    is_one = any(row.user_id == user_id for row in rows)
    if is_one and not any(row.user_id != user_id and row.until is None for row in rows):
        raise LastSecurityAdmin(name=_name(db, user_id))


def may_be_tested(person: Actor) -> bool:
    """Whether others may try this person's eyes on: not those of the security and audit groups."""
    return not any(group_of(role) in ("security", "audit") for role in person.roles)


def begin_test(db: Session, user_id: int, *, by: Actor, reason: str) -> Actor:
    """Let somebody look at the product as another person sees it, without doing anything there.

    Recorded with the reason. Raises `CannotTestAs`, `ReasonRequired`, `NotFound`.
    """
    permissions.require(by, Action.RIGHTS_TEST)
    person = people.actor(db, user_id)
    if by.id == user_id or not may_be_tested(person):
        raise CannotTestAs(name=person.name)
    reason = reason.strip()
    if not reason:
        raise ReasonRequired
    if len(reason) > LONGEST_REASON:
        raise TextTooLong(most=LONGEST_REASON)
    _record_test(db, user_id, by=by, asked={"what": "begun", "reason": reason})
    return person


def end_test(db: Session, user_id: int, *, by: Actor) -> None:
    """Record that somebody stopped looking as another person."""
    _record_test(db, user_id, by=by, asked={"what": "ended"})


def _record_test(db: Session, user_id: int, *, by: Actor, asked: Mapping[str, str]) -> None:
    about = (f"user:{user_id}",)
    told = {"user": user_id, **asked}
    eventlog.record(db, Kind.RIGHTS_TESTED, by=by.mark, asked=told, about=about)


def group_of(role: str) -> str:
    """Which of the three groups a role is of; "" for one that goes with every other."""
    return next((group for group, members in GROUPS.items() if role in members), "")


def is_administrator(db: Session, user_id: int) -> bool:
    """Whether the person runs the house, gives its rights or looks on, today or later."""
    return any(one.role in ADMINISTRATORS for one in _lasting(db, user_id))


def _name(db: Session, user_id: int) -> str:
    found = select(User.name).where(User.id == user_id, User.is_active)
    name = db.execute(found.with_for_update(key_share=True)).scalar_one_or_none()
    if name is None:
        raise NotFound
    return name


def _require_period(since: date, until: date | None) -> None:
    if until is not None and until < since:
        raise RoleEndsBeforeItBegins(since=since.isoformat(), until=until.isoformat())
    if until is not None and until < clock.today():
        raise RoleEndedAlready(until=until.isoformat())


def _require_fitting(
    db: Session, user_id: int, name: str, role: Role, since: date, until: date | None
) -> None:
    """Refuse what is held already, and what goes with nothing held in the same days."""
    for one in _lasting(db, user_id):
        overlaps = (until is None or one.since <= until) and (
            one.until is None or one.until >= since
        )
        if not overlaps:
            continue
        if one.role == role:
            raise RoleHeldAlready(name=name, role=LABELS[role])
        held, asked = group_of(one.role), group_of(role)
        if held and asked and held != asked:
            raise ConflictingRoles(name=name, held=LABELS[Role(one.role)], role=LABELS[role])


def _lasting(db: Session, user_id: int) -> list[Row[tuple[int, str, date, date | None]]]:
    """The roles that a person has today or is to have."""
    columns = select(_given.c.id, _given.c.role, _given.c.since, _given.c.until)
    today = clock.today()
    still = or_(_given.c.until.is_(None), _given.c.until >= today)
    return list(db.execute(columns.where(_given.c.user_id == user_id, still)))
