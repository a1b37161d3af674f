"""What people are told: rows written with the act, one for each person and event.

`event` names what happened (`opened:42:7:0`), so that nobody hears of it twice however often a job
runs; a second pass is another event. How the rows reach people outside is `web.notices`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from engine import clock, hotpath_told
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

    Called when the rows of the act are written: a notice names its task.
    """
    told = [row for row in _opened(scene) if row["user_id"] != scene.by.id]
    if told:
        hotpath_told.write(
            scene.db,
            scene.instance_id,
            told,
            flow=scene.version.key,
            by=scene.by.id,
            now=scene.now,
            day=clock.today(),
        )
    for row in scene.writes.turned:
        others = [one for one in Looker(scene.db).behind(row["keys"]) if one != scene.by.id]
        tell(
            scene.db,
            others[:MOST],
            Notice.TASK_OPENED,
            f"turn:{row['task_id']}",
            instance_id=scene.instance_id,
            task_id=row["task_id"],
            data={"who": scene.by.name},
        )
    initiator = scene.about.started_by
    if initiator is None or initiator == scene.by.id or scene.called_by is not None:
        return
    if ended and scene.version.process.properties.get(dialect.CASE) not in TELL_THEMSELVES:
        _tell_initiator(scene, initiator, Notice.CASE_ENDED, f"ended:{seq}", how=ended)
    elif not ended and scene.returned and initiator not in {row["user_id"] for row in told}:
        _tell_initiator(scene, initiator, Notice.CASE_RETURNED, f"returned:{seq}")


def _tell_initiator(scene: Scene, initiator: int, notice: Notice, what: str, **data: str) -> None:
    tell(
        scene.db,
        [initiator],
        notice,
        f"{what}:{scene.instance_id}",
        instance_id=scene.instance_id,
        data={"who": scene.by.name, **data},
    )


def _opened(scene: Scene) -> Iterator[dict[str, Any]]:
    """A row for each person and each task that this act opened and left open."""
    settled = {one.token for one in scene.settled}
    data = orjson.dumps({"who": scene.by.name}).decode()
    for row in scene.writes.opened:
        if row["completed_at"] is not None or row["token"] in settled:
            continue
        if row["status"] == TaskStatus.WAITING:
            continue
        notice = Notice.TASK_RETURNED if row["returned"] else Notice.TASK_OPENED
        for number, user_id in enumerate(_people(scene, row)):
            yield {
                "token": row["token"],
                "seat": row.get("seat", 0),
                "user_id": user_id,
                "kind": notice.value,
                "data": data,
                "leads": not number,
            }


def _people(scene: Scene, row: Mapping[str, Any]) -> Sequence[int]:
    if row["assignee_id"] is not None:
        return (row["assignee_id"],)
    found = scene.known.get(f"for {row['token']}", {})
    if row.get("seat") or not found.get("people"):
        return Looker(scene.db).behind(row["keys"])[:MOST]
    return tuple(found["people"][:MOST])
