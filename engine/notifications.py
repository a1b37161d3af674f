"""What people are told: rows written with the act, one for each person and event.

`event` names what happened (`opened:42:7:0`), so that nobody hears of it twice however often a job
runs; a second pass is another event. How the rows reach people outside is `web.notices`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from engine import clock
from engine.bpmn import dialect
from engine.holders import Looker
from engine.models import TaskStatus
from engine.notices import Notice, tell
from engine.scene import Scene

__all__ = ["Notice", "follow", "tell"]

TELL_THEMSELVES: Final = frozenset({"engine.extension"})
"""Kinds of cases that tell of their end in words of their own."""
MOST: Final = 200
"""How many people are told of one open task; those beyond find it in their inbox."""


def follow(scene: Scene, seq: int, ended: str) -> None:
    """Tell of what an act opened, returned or ended; `seq` is the number of its entry.

    The rows go out with those of the act.
    """
    told = [row for row in _opened(scene) if row["user_id"] != scene.by.id]
    scene.writes.told += told
    scene.writes.telling = {
        "by": scene.by.id,
        "flow": scene.version.key,
        "day": clock.today(),
        "now": scene.now,
    }
    for row in scene.writes.turned:
        others = [one for one in Looker(scene.db).behind(row["keys"]) if one != scene.by.id]
        event = f"turn:{row['task_id']}"
        scene.writes.told += [
            _row(scene, one, Notice.TASK_OPENED, event, leads=not number, task_id=row["task_id"])
            for number, one in enumerate(others[:MOST])
        ]
    initiator = scene.about.started_by
    if initiator is None or initiator == scene.by.id or scene.called_by is not None:
        return
    if ended and scene.version.process.properties.get(dialect.CASE) not in TELL_THEMSELVES:
        _tell_initiator(scene, initiator, Notice.CASE_ENDED, f"ended:{seq}", how=ended)
    elif not ended and scene.returned and initiator not in {row["user_id"] for row in told}:
        _tell_initiator(scene, initiator, Notice.CASE_RETURNED, f"returned:{seq}")


def _tell_initiator(scene: Scene, initiator: int, notice: Notice, what: str, **data: str) -> None:
    event = f"{what}:{scene.instance_id}"
    scene.writes.told.append(_row(scene, initiator, notice, event, leads=True, data=data))


def _row(  # noqa: PLR0913  (the columns of a notice, by keyword)
    scene: Scene,
    user_id: int,
    notice: Notice,
    event: str,
    *,
    leads: bool,
    task_id: int | None = None,
    token: str | None = None,
    seat: int = 0,
    data: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "kind": notice.value,
        "event": event,
        "task_id": task_id,
        "token": token,
        "seat": seat,
        "data": orjson.dumps({"who": scene.by.name, **(data or {})}).decode(),
        "leads": leads,
    }


def _opened(scene: Scene) -> Iterator[dict[str, Any]]:
    """A row for each person and each task that this act opened and left open."""
    settled = {one.token for one in scene.settled}
    for row in scene.writes.opened:
        if row["completed_at"] is not None or row["token"] in settled:
            continue
        if row["status"] == TaskStatus.WAITING:
            continue
        notice = Notice.TASK_RETURNED if row["returned"] else Notice.TASK_OPENED
        token, seat = row["token"], row.get("seat", 0)
        event = f"opened:{scene.instance_id}:{token}:{seat}"
        for number, user_id in enumerate(_people(scene, row)):
            yield _row(scene, user_id, notice, event, leads=not number, token=token, seat=seat)


def _people(scene: Scene, row: Mapping[str, Any]) -> Sequence[int]:
    if row["assignee_id"] is not None:
        return (row["assignee_id"],)
    found = scene.known.get(f"for {row['token']}", {})
    if row.get("seat") or not found.get("people"):
        return Looker(scene.db).behind(row["keys"])[:MOST]
    return tuple(found["people"][:MOST])
