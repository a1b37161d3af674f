"""Notices that are over: settled once their work is done, removed once they are old.

A job each night walks over all of them in portions. `notice_days` of the settings says how long
they are kept; what is unread and asks for a task that is still open stays.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine import calendars, clock, effects, handlers, later, settings
from engine.models import Notification, UserTask
from engine.notices import ASKING

TOPIC: Final = "notices.old"
PORTION: Final = 1_000
AT: Final = time(3)
"""When the walk begins, by the school's clock."""
_TABLE, _TASK = Notification.__table__, UserTask.__table__


def begin(db: Session) -> None:
    """Have the walk done next night, unless it is put down or failed already."""
    if not later.is_put(db, TOPIC):
        tomorrow = calendars.local(clock.now()) + timedelta(days=1)
        later.enqueue(db, TOPIC, "0", at=calendars.moment(tomorrow, AT))


@handlers.background(TOPIC)
def work(db: Session, reference: str) -> bool:
    """A portion of the walk; what is left is put down for the next, at the end the next night."""
    oldest = clock.now() - timedelta(days=settings.number(db, "notice_days"))
    rows = db.execute(
        select(_TABLE.c.id, _TABLE.c.kind, _TABLE.c.made_at, _TABLE.c.read_at, _TASK.c.status)
        .outerjoin(_TASK, _TASK.c.id == _TABLE.c.task_id)
        .where(_TABLE.c.id > int(reference))
        .order_by(_TABLE.c.id)
        .limit(PORTION)
        .with_for_update(of=_TABLE, skip_locked=True)
    ).all()
    unread = {row.id for row in rows if row.read_at is None}
    open_ = {row.id for row in rows if row.status in effects.OPEN}
    old = {row.id for row in rows if row.made_at < oldest} - (unread & open_)
    asks = {row.id for row in rows if row.kind in ASKING and row.status is not None}
    db.execute(delete(_TABLE).where(_TABLE.c.id.in_(old)))
    done = (unread & asks) - open_ - old
    db.execute(update(_TABLE).where(_TABLE.c.id.in_(done)).values(read_at=clock.now()))
    if len(rows) == PORTION:
        later.enqueue(db, TOPIC, str(rows[-1].id))
    else:
        begin(db)
    return False
