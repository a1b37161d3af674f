"""Telling somebody something: a row for each person and event, and nobody hears of it twice.

What is told with every act on a case is `engine.notifications`; how it reaches people outside is
`web.notices`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFound
from engine.models import Notification


class Notice(StrEnum):
    """What somebody is told of; each has a sentence and a choice of channels."""

    TASK_OPENED = "task_opened"
    TASK_RETURNED = "task_returned"
    TASK_GIVEN = "task_given"
    TASK_URGED = "task_urged"
    DEADLINE = "deadline"
    COPIED = "copied"
    CASE_RETURNED = "case_returned"
    CASE_ENDED = "case_ended"
    DEPUTY = "deputy"
    EXTENSION = "extension"


ASKING: Final = frozenset(
    {
        Notice.TASK_OPENED,
        Notice.TASK_RETURNED,
        Notice.TASK_GIVEN,
        Notice.TASK_URGED,
        Notice.DEADLINE,
    }
)
"""What asks for work: no news any more once its task is done."""


def tell(
    db: Session,
    user_ids: Iterable[int],
    notice: Notice,
    event: str,
    *,
    instance_id: int | None = None,
    task_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Tell people of an event, each once. `data` fills the sentence (names, titles, a moment)."""
    words, now = orjson.dumps(dict(data or {})).decode(), clock.now()
    rows = [
        {
            "user_id": user_id,
            "kind": notice.value,
            "event": event,
            "instance_id": instance_id,
            "task_id": task_id,
            "data": words,
            "leads": not number,
            "made_at": now,
            "send_at": now,
        }
        for number, user_id in enumerate(dict.fromkeys(user_ids))
    ]
    if rows:
        db.execute(_once(db), rows)


_ONCE: Final = {
    name: dialect.insert(Notification.__table__).on_conflict_do_nothing(
        index_elements=["user_id", "event"]
    )
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def _once(db: Session) -> Any:
    """The insert that leaves alone what was told already."""
    return _ONCE[db.get_bind().dialect.name]


def read(db: Session, user_id: int, notice_id: int) -> None:
    """Note that this person has read one thing they were told. Raises `NotFound`."""
    table = Notification.__table__
    mine = (table.c.id == notice_id) & (table.c.user_id == user_id)
    first = func.coalesce(table.c.read_at, clock.now())
    changed = update(table).where(mine).values(read_at=first).returning(table.c.id)
    if db.execute(changed).first() is None:
        raise NotFound


def read_all(db: Session, user_id: int, newest: int) -> int:
    """Note that this person has read all up to the newest on the page. Returns how many."""
    table = Notification.__table__
    unread = (table.c.user_id == user_id) & table.c.read_at.is_(None) & (table.c.id <= newest)
    changed = update(table).where(unread).values(read_at=clock.now())
    return len(db.execute(changed.returning(table.c.id)).all())
