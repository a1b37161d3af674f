"""Who acts for whom while they are away (代理): for a period, and for a set of flows or all.

It counts when somebody acts, not when work is given out: the work stays the principal's. It is
never passed on: a deputy's own deputy does not act for the principal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Select, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from engine import clock, eventlog, notices, people, permissions
from engine.entries import Kind
from engine.errors import Forbidden, NobodyThere, NotFound, NotStaff, Refused, TooLarge
from engine.models import Deputy, ProcessDefinition, Role, User
from engine.people import Actor
from engine.permissions import Action

LONGEST: Final = timedelta(days=2 * 366)
MOST_FLOWS: Final = 100
MOST_AT_ONCE: Final = 50
"""How many principals one person may stand in for, and deputies one person may have, in a time."""
PAGE: Final = 50


class OwnDeputy(Refused):
    """Nobody is deputy for themselves."""

    sentence = "代理人不能是本人。"


class PeriodWrong(Refused):
    """The period ends before it begins, lies in the past or is too long."""

    sentence = "代理期间要从今天或以后开始，结束不早于开始，最长 {most} 天。"


class ForOneself(Forbidden):
    """Nobody gives themselves another person's work: the principal or another one does."""

    sentence = "不能让自己代理别人：请由本人或另一位人员管理员来定。"


class InTurn(Refused):
    """The two would stand in for each other at the same time."""

    sentence = "{who}在这段时间里已经由{other}代理，两个人不能同时互相代理。"


class AlreadyDeputy(Refused):
    """The same person stands in for the same principal then, for the same flows."""

    sentence = "这段时间里已经有同样的代理。"


class FlowUnknown(Refused):
    """A flow that the period is to go for does not exist."""

    sentence = "没有流程“{key}”。"


@dataclass(frozen=True, slots=True)
class Standing:
    """A period in which one person may act for another."""

    id: int
    principal_id: int
    principal: str
    user_id: int
    deputy: str
    definitions: tuple[str, ...] | None
    since: date
    until: date

    def is_over(self, today: date) -> bool:
        """Whether it has ended."""
        return self.until < today

    def is_now(self, today: date) -> bool:
        """Whether it goes today."""
        return self.since <= today <= self.until


def appoint(
    db: Session,
    *,
    by: Actor,
    user_id: int,
    since: date,
    until: date,
    principal_id: int | None = None,
    definitions: Iterable[str] | None = None,
) -> int:
    """Let somebody act for oneself, or, as an administrator of people, for another person.

    Raises `Forbidden`, `OwnDeputy`, `ForOneself`, `PeriodWrong`, `InTurn`, `AlreadyDeputy`,
    `NobodyThere`.
    """
    principal = by.id if principal_id is None else principal_id
    if principal is None:
        raise Forbidden
    _require_may(by, principal)
    if user_id == principal:
        raise OwnDeputy
    if user_id == by.id:
        raise ForOneself
    _require_period(since, until)
    names = _present(db, principal, user_id)
    flows = _flows(db, definitions)
    _require_no_turn(db, principal, user_id, since, until, names)
    row = {
        "principal_id": principal,
        "user_id": user_id,
        "definitions": orjson.dumps(flows).decode() if flows is not None else None,
        "since": since,
        "until": until,
    }
    asked = {
        "principal": principal,
        "user": user_id,
        "definitions": flows,
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    head = eventlog.record(
        db, Kind.DEPUTY_GIVEN, by=by.mark, asked=asked, about=_about(principal, user_id)
    )
    table = Deputy.__table__
    added = insert(table).values({**row, "given_seq": head.seq}).returning(table.c.id)
    number = int(db.execute(added).scalar_one())
    period = {"since": since.isoformat(), "until": until.isoformat()}
    told = [one for one in (user_id, principal) if one != by.id]
    data = {"principal": names[principal], "deputy": names[user_id], **period}
    notices.tell(db, told, notices.Notice.DEPUTY, f"deputy:{number}", data=data)
    return number


def _require_may(by: Actor, principal_id: int) -> None:
    permissions.require(by, Action.DEPUTY_EDIT)
    if by.id != principal_id and Role.PEOPLE_ADMIN not in by.roles:
        raise Forbidden


def _require_period(since: date, until: date) -> None:
    if since < clock.today() or until < since or until - since > LONGEST:
        raise PeriodWrong(most=LONGEST.days)


def _present(db: Session, *user_ids: int) -> dict[int, str]:
    works_here = people.works_here(clock.today()).label("works_here")
    rows = db.execute(
        select(User.id, User.name, works_here).where(User.id.in_(user_ids), User.is_active)
    )
    found = {row.id: row for row in rows}
    for one in user_ids:
        if one not in found:
            raise NobodyThere
        if not found[one].works_here:
            raise NotStaff(name=found[one].name)
    return {one: found[one].name for one in found}


def _flows(db: Session, definitions: Iterable[str] | None) -> list[str] | None:
    if definitions is None:
        return None
    wanted = sorted(set(definitions))
    if not wanted:
        return None
    if len(wanted) > MOST_FLOWS:
        raise TooLarge(most=MOST_FLOWS)
    known = set(
        db.execute(select(ProcessDefinition.key).where(ProcessDefinition.key.in_(wanted))).scalars()
    )
    for key in wanted:
        if key not in known:
            raise FlowUnknown(key=key)
    return wanted


def _require_no_turn(
    db: Session, principal: int, user_id: int, since: date, until: date, names: dict[int, str]
) -> None:
    """Refuse two who would stand in for each other, the same twice, and too many at once."""
    table = Deputy.__table__
    # whoever appoints next waits here, so that two do not appoint each other at the same moment
    db.execute(
        select(User.id).where(User.id.in_((principal, user_id))).order_by(User.id).with_for_update()
    )
    overlaps = (table.c.since <= until) & (table.c.until >= since)
    rows = db.execute(
        select(table)
        .where(
            overlaps,
            or_(
                table.c.principal_id.in_((principal, user_id)),
                table.c.user_id.in_((principal, user_id)),
            ),
        )
        .limit(4 * MOST_AT_ONCE)
    ).all()
    if any(row.principal_id == user_id and row.user_id == principal for row in rows):
        raise InTurn(who=names[user_id], other=names[principal])
    if any(row.principal_id == principal and row.user_id == user_id for row in rows):
        raise AlreadyDeputy
    mine = sum(row.principal_id == principal for row in rows)
    theirs = sum(row.user_id == user_id for row in rows)
    if max(mine, theirs) >= MOST_AT_ONCE:
        raise TooLarge(most=MOST_AT_ONCE)


def end(db: Session, deputy_id: int, *, by: Actor) -> None:
    """End a period now; what was done in it stands."""
    table = Deputy.__table__
    row = db.execute(select(table).where(table.c.id == deputy_id).with_for_update()).one_or_none()
    if row is None or not _may_know(by, row):
        raise NotFound
    if by.id != row.user_id:
        _require_may(by, row.principal_id)
    today = clock.today()
    if row.until < today:
        return
    yesterday = today - timedelta(days=1)
    asked = {"deputy": deputy_id, "principal": row.principal_id, "user": row.user_id}
    head = eventlog.record(
        db,
        Kind.DEPUTY_ENDED,
        by=by.mark,
        asked=asked,
        about=_about(row.principal_id, row.user_id),
    )
    changed = {"until": yesterday, "ended_seq": head.seq}
    db.execute(update(table).where(table.c.id == deputy_id).values(changed))


def _may_know(by: Actor, row: Any) -> bool:
    return by.id in (row.principal_id, row.user_id) or Role.PEOPLE_ADMIN in by.roles


def _about(principal: int, user_id: int) -> tuple[str, ...]:
    return (f"user:{principal}", f"user:{user_id}")


def of(db: Session, user_id: int, *, past: bool = False) -> tuple[Standing, ...]:
    """Periods in which this person has a deputy or is one, the next first."""
    table = Deputy.__table__
    mine = _wanted().where(or_(table.c.principal_id == user_id, table.c.user_id == user_id))
    if not past:
        mine = mine.where(table.c.until >= clock.today())
    rows = db.execute(mine.order_by(table.c.since.desc(), table.c.id.desc()).limit(PAGE))
    return tuple(_standing(row) for row in rows)


def every(
    db: Session, *, by: Actor, after: int | None = None, limit: int = PAGE
) -> tuple[tuple[Standing, ...], int | None]:
    """All periods that are not over, the newest first, and where the next page begins."""
    if Role.PEOPLE_ADMIN not in by.roles:
        raise Forbidden
    table = Deputy.__table__
    found = _wanted().where(table.c.until >= clock.today())
    if after is not None:
        found = found.where(table.c.id < after)
    rows = db.execute(found.order_by(table.c.id.desc()).limit(limit + 1)).all()
    lines = tuple(_standing(row) for row in rows[:limit])
    return lines, lines[-1].id if len(rows) > limit else None


def one(db: Session, deputy_id: int, *, by: Actor) -> Standing:
    """One period. Raises `NotFound`, also for whom it is no business of."""
    row = db.execute(_wanted().where(Deputy.__table__.c.id == deputy_id)).one_or_none()
    if row is None or not _may_know(by, row):
        raise NotFound
    return _standing(row)


def _wanted() -> Select[Any]:
    table = Deputy.__table__
    principal, deputy = aliased(User), aliased(User)
    return (
        select(table, principal.name.label("principal"), deputy.name.label("deputy"))
        .join(principal, principal.id == table.c.principal_id)
        .join(deputy, deputy.id == table.c.user_id)
    )


def _standing(row: Any) -> Standing:
    flows = tuple(orjson.loads(row.definitions)) if row.definitions is not None else None
    return Standing(
        row.id,
        row.principal_id,
        row.principal,
        row.user_id,
        row.deputy,
        flows,
        row.since,
        row.until,
    )
