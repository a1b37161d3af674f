"""The people an act names: they exist, have not left, and are not too many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import CannotAssign, Refused, TooLarge
from engine.holders import Looker
from engine.models import User

MOST: Final = 50


class NobodyNamed(Refused):
    """The act needs at least one person."""

    sentence = "请至少选一个人。"


def present(db: Session, wanted: Iterable[int]) -> dict[int, str]:
    """Names of these people by id, in the order named. Raises `CannotAssign` for one who left."""
    ids = tuple(dict.fromkeys(wanted))
    if not ids:
        raise NobodyNamed
    if len(ids) > MOST:
        raise TooLarge(most=f"{MOST} 人")
    rows = db.execute(select(User.id, User.name, User.is_active).where(User.id.in_(ids))).all()
    found = {row.id: row for row in rows}
    for one in ids:
        if one not in found:
            raise CannotAssign(rule="…")
        if not found[one].is_active:
            raise CannotAssign(rule=found[one].name)
    return {one: found[one].name for one in ids}


def behind(db: Session, keys: Iterable[str]) -> tuple[int, ...]:
    """Who reads the inboxes with these keys today."""
    looker, found = Looker(db), dict[int, None]()
    for key in keys:
        kind, _colon, rest = key.partition(":")
        name, _colon, more = rest.partition(":")
        if kind == "u":
            found |= dict.fromkeys(looker.active([int(name)]))
        elif kind == "p":
            found |= dict.fromkeys(looker.post(name, int(more) if more else None))
        elif kind == "r":
            found |= dict.fromkeys(looker.role(name))
        elif kind == "c":
            found |= dict.fromkeys(looker.committee(name, more))
    return tuple(found)
