"""Entries of the door's chain: who came in, how, from where; what was ended and by whom."""

from __future__ import annotations

from typing import Any, Final

from flask import request
from sqlalchemy.orm import Session

from engine import eventlog
from engine.entries import Kind
from engine.forms import texts

MAX_DEVICE: Final = 200
MAX_ADDRESS: Final = 60


def record(db: Session, kind: Kind, *, by: str, **asked: Any) -> None:
    """One entry; where it came from is kept beside it, so that it can be erased one day."""
    place = {"address": address(), "device": device()}
    eventlog.record(db, kind, by=by, asked=asked, private=place, chain=eventlog.DOOR)


def address() -> str:
    """Where the request came from."""
    return (request.remote_addr or "")[:MAX_ADDRESS]


def device() -> str:
    """What the browser calls itself, fit to be stored."""
    said = request.headers.get("User-Agent", "")[:MAX_DEVICE]
    return "".join(one for one in texts.clean(said) if one.isprintable())
