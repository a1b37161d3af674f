"""Wrong tries, counted and slowed: by account, by known browser, by address.

A try is taken before it is judged, so that a hundred at once are a hundred tries. Waiting tries
are not counted: whoever knocks on a locked door does not lock it for longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import LockedOut
from engine.models import SignIn
from web.session import own_writing

FREE_TRIES: Final = 5
FIRST_WAIT: Final = 3
LONGEST_WAIT: Final = 60
FORGET_AFTER: Final = timedelta(hours=1)
PURGE_AT_ONCE: Final = 100
ROUNDS: Final = 5

_table = SignIn.__table__


def take(key: str, *, watched: Sequence[str] = ()) -> int:
    """Take one try under this key. Returns how many it makes in a row. Raises `LockedOut`.

    The keys in `watched` are looked at as well, but not counted.
    """
    with own_writing() as own:
        _require_unlocked(own, watched)
        _purge(own)
        return _count(own, key, FREE_TRIES, is_refused=True)


def missed(key: str, free: int) -> int:
    """Count a try that was wrong. Returns how many that makes."""
    with own_writing() as own:
        return _count(own, key, free)


def forget(own: Session, key: str) -> None:
    """The try was right: those before it count no more."""
    own.execute(delete(_table).where(_table.c.key == key))


def within(key: str, most: int) -> bool:
    """Count something that may be done so often an hour; whether this was not too often."""
    with own_writing() as own:
        return _count(own, key, most + 1) <= most


def _require_unlocked(own: Session, keys: Sequence[str]) -> None:
    now = clock.now()
    locked = own.execute(
        select(_table.c.locked_until)
        .where(_table.c.key.in_(keys), _table.c.locked_until > now)
        .order_by(_table.c.locked_until.desc())
        .limit(1)
    ).scalar_one_or_none()
    if locked is not None:
        raise LockedOut(seconds=_seconds(locked))


def _seconds(until: datetime) -> int:
    return max(1, int((until - clock.now()).total_seconds()))


def _count(own: Session, key: str, free: int, *, is_refused: bool = False) -> int:
    """Count one more; the row is locked before it is looked at, so that no two count as one."""
    now = clock.now()
    mine = _table.c.key == key
    row = _locked(own, key)
    if is_refused and row.locked_until is not None and row.locked_until > now:
        raise LockedOut(seconds=_seconds(row.locked_until))
    failures = 1 if row.changed_at < now - FORGET_AFTER else row.failures + 1
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - free, 10)) if failures >= free else 0
    until = now + timedelta(seconds=wait) if wait else None
    changed = {"failures": failures, "changed_at": now, "locked_until": until}
    own.execute(update(_table).where(mine).values(changed))
    return int(failures)


def _locked(own: Session, key: str) -> Row[Any]:
    """The row of this key, which nobody else counts in now.

    A right try elsewhere may forget the row between making it and locking it: made again then.
    """
    mine, new = _table.c.key == key, {"key": key, "failures": 0, "changed_at": clock.now()}
    for _round in range(ROUNDS):
        with suppress(IntegrityError), own.begin_nested():
            own.execute(insert(_table), new)
        row = own.execute(select(_table).where(mine).with_for_update()).one_or_none()
        if row is not None:
            return row
    raise LockedOut(seconds=FIRST_WAIT)


def _purge(own: Session) -> None:
    """Names that strangers tried and left: dropped, so many at a time."""
    old = select(_table.c.key).where(_table.c.changed_at < clock.now() - FORGET_AFTER)
    own.execute(delete(_table).where(_table.c.key.in_(old.limit(PURGE_AT_ONCE))))
