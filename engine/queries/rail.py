"""The two numbers that stand on every page: how much waits for its reader, how much is unread."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.people import Actor
from engine.queries import inbox, told


def numbers(db: Session, actor: Actor, but: Collection[str] = ()) -> tuple[int, int]:
    """Both, in one statement; kinds of notices in `but` are not counted."""
    asked = {"keys": sorted(actor.keys), "user": actor.id, "but": sorted(but)}
    wanted = _both(inbox.waiting_for(actor)) if actor.deputy_for else _USUAL
    waits, unread = db.execute(wanted, asked).one()
    return waits, unread


def _both(waiting: Select[Any]) -> Select[Any]:
    return select(waiting.scalar_subquery(), told.UNREAD.scalar_subquery())


_USUAL: Final = _both(inbox.WAITING)
