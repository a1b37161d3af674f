"""What a person who leaves has in hand, and handing it over: a list to confirm, worked off.

Each sort of thing is listed and handed over by functions in one table, which others may add to.
What nobody is chosen for stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, instances, later, people, permissions
from engine.errors import CannotAssign, NotFound, ReasonRequired, Refused, TooLarge
from engine.forms import texts
from engine.handing_over import sorts
from engine.handing_over.things import MOST, SORTS, NotTheirsAnyMore, Sort, Thing, Work, register
from engine.holders import Looker
from engine.models import HandOver, HandOverItem, HandOverStatus, Holding, User
from engine.people import Actor
from engine.permissions import Action

TOPIC: Final = "people.hand_over"
AT_ONCE: Final = 20
"""More than these are worked off in the background, so many in one transaction."""
MAX_NAME: Final = 500
HEAD: Final = "head"

_item, _run = HandOverItem.__table__, HandOver.__table__


class NothingChosen(Refused):
    """A list was confirmed in which nothing goes to anybody."""

    sentence = "还没有为任何一项选定接手的人。"


def listed(db: Session, user_id: int, *, by: Actor) -> tuple[Thing, ...]:
    """All that is a person's, each with who should get it. Raises `Forbidden`, `NotFound`."""
    permissions.require(by, Action.WORK_HAND_OVER)
    _name(db, user_id)
    found = [thing for sort in SORTS.values() for thing in sort.listed(db, user_id)]
    return _proposed(db, user_id, found)


def _name(db: Session, user_id: int) -> str:
    name = db.execute(select(User.name).where(User.id == user_id)).scalar_one_or_none()
    if name is None:
        raise NotFound
    return name


def _proposed(db: Session, user_id: int, things: Sequence[Thing]) -> tuple[Thing, ...]:
    """Another holder of the post where there is one, else whoever heads the unit, or the next."""
    looker = Looker(db)
    wanted = {_where(key) for thing in things for key in thing.keys if key.startswith("p:")}
    looker.posts(sorted(wanted, key=str))
    home = _home(db, user_id)
    units = {thing.unit_id for thing in things} | {home}
    looker.chains([unit for unit in units if unit is not None])
    above = {unit: _head(looker, unit, user_id) for unit in units if unit is not None}
    found = []
    for thing in things:
        if thing.ended or thing.proposed is not None:
            found.append(thing)
            continue
        others = [
            one
            for key in thing.keys
            if key.startswith("p:")
            for one in looker.post(*_where(key))
            if one != user_id
        ]
        unit = thing.unit_id if thing.unit_id is not None else home
        head = above.get(unit) if unit is not None else None
        found.append(replace(thing, proposed=others[0] if others else head))
    return tuple(found)


def _where(key: str) -> tuple[str, int | None]:
    _p, post, *unit = key.split(":")
    return post, int(unit[0]) if unit else None


def _home(db: Session, user_id: int) -> int | None:
    """The unit a person belongs to, or belonged to last."""
    held = select(Holding.unit_id).where(Holding.user_id == user_id)
    latest = held.order_by(Holding.until.is_(None).desc(), Holding.since.desc(), Holding.id)
    return db.execute(latest.limit(1)).scalar_one_or_none()


def _head(looker: Looker, unit_id: int, user_id: int) -> int | None:
    levels = looker.nearest(HEAD, unit_id, AT_ONCE)
    return next((one for _unit, held in levels for one in held if one != user_id), None)


def confirm(
    db: Session, user_id: int, chosen: Mapping[str, int | None], *, by: Actor, reason: str
) -> int:
    """Hand things over as chosen: who gets each, by `Thing.id`; what ends is named with None.

    A few are done at once, many in the background. Returns the number of the list. Raises
    `Forbidden`, `ReasonRequired`, `NothingChosen`, `TooLarge`, and `CannotAssign` for somebody who
    is not there or is the one who leaves.
    """
    permissions.require(by, Action.WORK_HAND_OVER)
    reason = texts.kept(reason, instances.MAX_COMMENT)
    if not reason:
        raise ReasonRequired
    if len(chosen) > MOST * len(SORTS):
        raise TooLarge(most=MOST * len(SORTS))
    there = {thing.id: thing for thing in listed(db, user_id, by=by)}
    wanted = {key: to for key, to in chosen.items() if to is not None or _ends(there.get(key))}
    if not wanted:
        raise NothingChosen
    _require_here(db, user_id, {to for to in wanted.values() if to is not None})
    row = {
        "user_id": user_id,
        "reason": reason,
        "confirmed_by": by.id,
        "confirmed_at": clock.now(),
    }
    run: int = db.execute(insert(_run).returning(_run.c.id), row).scalar_one()
    db.execute(insert(_item), [_row(run, key, to, there.get(key)) for key, to in wanted.items()])
    if len(wanted) <= AT_ONCE:
        _portion(db, run, by)
    else:
        later.enqueue(db, TOPIC, str(run))
    return run


def _ends(thing: Thing | None) -> bool:
    return thing is not None and thing.ended


def _require_here(db: Session, user_id: int, wanted: set[int]) -> None:
    here = set(Looker(db).active(wanted))
    gone = sorted(wanted - here)
    if gone:
        raise CannotAssign(rule=people.names(db, gone).get(gone[0], "…"))
    if user_id in wanted:
        raise CannotAssign(rule=_name(db, user_id))


def _row(run: int, key: str, to: int | None, thing: Thing | None) -> dict[str, Any]:
    sort, _colon, reference = key.partition(":")
    is_known = thing is not None and sort in SORTS
    return {
        "hand_over_id": run,
        "sort": sort[:20],
        "reference": reference[:60],
        "name": (thing.name if thing is not None else key)[:MAX_NAME],
        "to_id": to,
        "status": (HandOverStatus.WAITING if is_known else HandOverStatus.REFUSED).value,
        "sentence": "" if is_known else NotTheirsAnyMore.sentence,
        "data": "{}",
    }


def work(db: Session, reference: str) -> bool:
    """Hand over a portion of a list in the background. Says whether more is left."""
    run = int(reference)
    who = db.execute(select(_run.c.confirmed_by).where(_run.c.id == run)).scalar_one_or_none()
    if who is None:
        return False
    try:
        by = people.actor(db, who)
    except NotFound:
        _give_up(db, run)
        return False
    _portion(db, run, by)
    left = select(func.count()).where(_item.c.hand_over_id == run, _waits())
    return bool(db.execute(left).scalar_one())


def _waits() -> Any:
    return _item.c.status == HandOverStatus.WAITING


def _give_up(db: Session, run: int) -> None:
    """Whoever confirmed the list has left too: nothing is done in their name."""
    sentence = "确认这份清单的人已经离校，请由在职的管理员重新办理。"
    values = {"status": HandOverStatus.REFUSED.value, "sentence": sentence}
    db.execute(update(_item).where(_item.c.hand_over_id == run, _waits()).values(values))


def _portion(db: Session, run: int, by: Actor) -> None:
    about = db.execute(select(_run).where(_run.c.id == run)).one()
    rows = db.execute(
        select(_item)
        .where(_item.c.hand_over_id == run, _waits())
        .order_by(_item.c.id)
        .limit(AT_ONCE)
    ).all()
    for row in rows:
        one = Work(row.reference, about.user_id, row.to_id, by, about.reason, run)
        values: dict[str, Any] = {"status": HandOverStatus.DONE.value}
        try:
            with db.begin_nested():
                SORTS[row.sort].give(db, one)
        except Refused as refused:
            told = {name: str(value) for name, value in refused.values.items()}
            values = {
                "status": HandOverStatus.REFUSED.value,
                "sentence": refused.sentence,
                "data": orjson.dumps(told).decode(),
            }
        db.execute(update(_item).where(_item.c.id == row.id).values(values))


def results(db: Session, user_id: int, *, after: int = 0, limit: int = MOST) -> Sequence[Any]:
    """What became of everything handed over for a person, in order, from one number on."""
    rows = (
        select(_item, User.name.label("to"), _run.c.confirmed_at)
        .join(_run, _run.c.id == _item.c.hand_over_id)
        .join(User, User.id == _item.c.to_id, isouter=True)
        .where(_run.c.user_id == user_id, _item.c.id > after)
    )
    return db.execute(rows.order_by(_item.c.id).limit(limit)).all()


def chosen_all(things: Iterable[Thing]) -> dict[str, int | None]:
    """Everything as proposed."""
    return {one.id: one.proposed for one in things}


__all__ = [
    "AT_ONCE",
    "SORTS",
    "TOPIC",
    "NotTheirsAnyMore",
    "NothingChosen",
    "Sort",
    "Thing",
    "Work",
    "chosen_all",
    "confirm",
    "listed",
    "register",
    "results",
    "sorts",
    "work",
]
