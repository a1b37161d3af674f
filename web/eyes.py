"""Looking at the product with another person's eyes: nothing can be done, and both are recorded.

The session says whose eyes; it ends with the button on every page, or with the session.
"""

from __future__ import annotations

from typing import Final

from flask import g, request
from sqlalchemy import update

from engine import roles
from engine.errors import Forbidden
from engine.models import WebSession
from web.session import READING, db, me

OPEN: Final = frozenset({"rights.end_test", "auth.close_session"})
PRIVATE: Final = frozenset({"account"})
"""Pages that are only for the person themselves: sessions, tokens, second factor."""


class OnlyLooking(Forbidden):
    """Something was to be done while looking through another person's eyes."""

    sentence = "您正以{name}的身份查看，只能看，不能办理。请先结束查看。"


class OnlyTheirs(Forbidden):
    """A page that nobody but its owner sees."""

    sentence = "这一页只给{name}本人看。请先结束查看。"


def guard() -> None:
    """Refuse whatever is more than looking. Raises `OnlyLooking`, `OnlyTheirs`."""
    if g.get("tester") is None or request.endpoint in OPEN:
        return
    if request.method not in READING:
        raise OnlyLooking(name=g.actor.name)
    if request.blueprint in PRIVATE:
        raise OnlyTheirs(name=g.actor.name)


def begin(user_id: int, reason: str) -> None:
    """See what this person sees, from the next page on."""
    roles.begin_test(db(), user_id, by=me(), reason=reason)
    _set(user_id)


def end() -> int | None:
    """See one's own again. Returns whose eyes they were; None if they were one's own."""
    if g.get("tester") is None:
        return None
    tested = int(me().id or 0)
    roles.end_test(db(), tested, by=g.tester)
    _set(None)
    return tested


def _set(user_id: int | None) -> None:
    table = WebSession.__table__
    mine = update(table).where(table.c.token_hash == g.token_hash)
    db().execute(mine.values(tested_id=user_id))
