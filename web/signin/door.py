"""Entries of the door's chain: who came in, how, from where; what was ended and by whom."""

from __future__ import annotations

from typing import Any, Final

from flask import has_request_context, request
from sqlalchemy.orm import Session

from engine import eventlog
from engine.entries import Kind
from engine.forms import texts
from engine.people import SYSTEM
from web.session import own_writing
from web.signin import tries

MAX_DEVICE: Final = 200
MAX_ADDRESS: Final = 60
LISTED_EACH: Final = 5
LISTED_AN_HOUR: Final = 200


def record(db: Session, kind: Kind, *, by: str, **asked: Any) -> None:
    """One entry; where it came from is kept beside it, so that it can be erased one day.

    A command of an operator comes from nowhere.
    """
    place = {"address": address(), "device": device()} if has_request_context() else {}
    eventlog.record(db, kind, by=by, asked=asked, private=place, chain=eventlog.DOOR)


def refused(user_id: int | None, why: str, count: int) -> None:
    """Record a refusal: the first few in a row, then fewer and fewer, so many an hour in all.

    Names that nobody has are not kept: people type passwords there. Written in a transaction of
    its own: the request's lets go before.
    """
    tens, rest = divmod(count, 10)
    is_told = count <= LISTED_EACH or (not rest and tens.bit_count() == 1)
    if not is_told or not tries.within("log:refused", LISTED_AN_HOUR):
        return
    with own_writing() as own:
        asked = {"user": user_id, "why": why, "tries": count}
        record(own, Kind.SIGN_IN_REFUSED, by=SYSTEM.mark, **asked)


def address() -> str:
    """Where the request came from."""
    return (request.remote_addr or "")[:MAX_ADDRESS]


def device() -> str:
    """What the browser calls itself, fit to be stored."""
    said = request.headers.get("User-Agent", "")[:MAX_DEVICE]
    return "".join(one for one in texts.clean(said) if one.isprintable())
