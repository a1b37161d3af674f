"""Places that wait for no person: for a job, a time, a message. One function each, and a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import insert, update

from engine import incidents
from engine.bpmn import dialect, timers
from engine.bpmn.effects import Closed, Opened, Waits
from engine.bpmn.process import Element
from engine.models import Job, JobKind, JobStatus
from engine.scene import Scene

_SCHEDULE: Final = insert(Job.__table__)


def _job(scene: Scene, effect: Opened, element: Element) -> None:
    topic = element.attributes.get(dialect.TOPIC, "")
    _schedule(scene, effect, JobKind.SERVICE, scene.now, topic)


def _timer(scene: Scene, effect: Opened, element: Element) -> None:
    due = timers.read(element.event_form, element.event_text).due(scene.now)
    scene.known[f"due {effect.token}"] = due.isoformat()
    _schedule(scene, effect, JobKind.TIMER, due, "")


def _nothing(_scene: Scene, _effect: Opened, _element: Element) -> None:
    """A message is looked for in the state of the case; what is inside opens by itself."""


def _schedule(scene: Scene, effect: Opened, kind: JobKind, due: datetime, topic: str) -> None:
    scene.db.execute(
        _SCHEDULE,
        {
            "kind": kind.value,
            "instance_id": scene.instance_id,
            "token": effect.token,
            "element_id": effect.element,
            "topic": topic,
            "status": JobStatus.WAITING.value,
            "due_at": due,
            "attempts": 0,
            "fence": 0,
            "created_at": scene.now,
        },
    )


def close(scene: Scene, effect: Closed, _element: Element) -> None:
    """Take back the job behind a place that is gone, with its incidents."""
    table = Job.__table__
    open_ = (JobStatus.WAITING, JobStatus.FAILED)
    mine = (table.c.instance_id == scene.instance_id) & (table.c.token == effect.token)
    closed = update(table).where(mine, table.c.status.in_(open_)).returning(table.c.id)
    values = {"status": JobStatus.CANCELLED, "done_at": scene.now}
    for job_id in scene.db.execute(closed.values(values)).scalars():
        incidents.close_for(scene.db, by_id=scene.by.id, job_id=job_id)


OPEN: Final[dict[Waits, Callable[[Scene, Opened, Element], None]]] = {
    Waits.JOB: _job,
    Waits.TIMER: _timer,
    Waits.MESSAGE: _nothing,
    Waits.INSIDE: _nothing,
}
