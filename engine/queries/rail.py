"""The two numbers that stand on every page: how much waits for its reader, how much is unread."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy.orm import Session

from engine import hotpath, statements
from engine.effects import OPEN
from engine.notices import ASKING
from engine.people import Actor
from engine.queries import inbox

MOST_COUNTED: Final = 100
MOST_LOOKED_AT: Final = 500
"""Unread rows of a person that counting looks at, the newest; a job settles the others daily."""


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


_WAITING: Final = "SELECT count(DISTINCT task_id) FROM task_candidate WHERE key {keys}"
_UNREAD: Final = (
    "SELECT count(*) FROM (SELECT n.kind FROM"  # noqa: S608  (the kinds and states are constants)
    " (SELECT kind, task_id FROM notification"
    " WHERE user_id = :user AND read_at IS NULL AND NOT (kind {but}) ORDER BY id DESC"
    f" LIMIT {MOST_LOOKED_AT}) n LEFT JOIN user_task t ON t.id = n.task_id"
    f" WHERE n.kind NOT IN ({_listed(ASKING)}) OR t.id IS NULL OR t.status IN ({_listed(OPEN)})"
    f" LIMIT {MOST_COUNTED}) few"
)
"""What asks for work counts as read once the work is done, as in the list of what was told."""
_COUNTED: Final = statements.among(_UNREAD, "but")
_BOTH: Final = statements.among(f"SELECT ({_WAITING}), ({_UNREAD})", "keys", "but")


def numbers(db: Session, actor: Actor, but: Collection[str] = ()) -> tuple[int, int]:
    """Both, in one statement for whoever stands in for nobody; kinds in `but` are not counted."""
    if actor.deputy_for:
        waits: int = db.execute(inbox.waiting_for(actor)).scalar_one()
        return waits, unread(db, actor.id or 0, but)
    asked = {"keys": sorted(actor.keys), **_asked(actor.id or 0, but)}
    ((waits, news),) = hotpath.rows(db, _BOTH, asked)
    return waits, news


def unread(db: Session, user_id: int, but: Collection[str] = ()) -> int:
    """How much is unread, counted no further than `MOST_COUNTED`."""
    return int(hotpath.rows(db, _COUNTED, _asked(user_id, but))[0][0])


def _asked(user_id: int, but: Collection[str]) -> dict[str, Any]:
    return {"user": user_id, "but": sorted(map(str, but))}
