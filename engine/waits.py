"""Places that wait for no person: for a job, a time, a message. One function each, and a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, update

from engine import calendars, children, eventlog, incidents, later, policies
from engine.bpmn import dialect, timers
from engine.bpmn.effects import Closed, Opened, Thrown, Waits
from engine.bpmn.process import Element, Kind
from engine.models import Job, JobKind, JobStatus, Subscription
from engine.scene import Scene

MAX_KEY: Final = 200
THROWN: Final = "engine.thrown"

_SCHEDULE: Final = insert(Job.__table__)
_SUBSCRIBE: Final = insert(Subscription.__table__)
_SUBSCRIBED: Final = frozenset({"message", "signal"})


def _job(scene: Scene, effect: Opened, element: Element) -> None:
    topic = element.attributes.get(dialect.TOPIC, "")
    _schedule(scene, effect, JobKind.SERVICE, scene.now, topic)


def _timer(scene: Scene, effect: Opened, element: Element) -> None:
    if dialect.timer(element.event_form, element.event_text) is not None:
        _school_timer(scene, effect, element)
        return
    due = timers.read(element.event_form, element.event_text).due(scene.now)
    scene.known[f"due {effect.token}"] = due.isoformat()
    _schedule(scene, effect, JobKind.TIMER, due, "")


def _school_timer(scene: Scene, effect: Opened, element: Element) -> None:
    """A timer by the school's calendar; what cannot be told yet is a deadline to be computed."""
    due = calendars.due(scene.db, element.event_text, scene.now, asked(scene))
    scene.known[f"due {effect.token}"] = due.at.isoformat() if due.at else None
    scene.known[f"calendar {effect.token}"] = due.words()
    if due.at is not None:
        _schedule(scene, effect, JobKind.TIMER, due.at, "")
        return
    place = policies.Place(scene.instance_id, effect.token, element.id)
    policies.put(scene.db, place, policies.TIMER, "", scene.now)


def asked(scene: Scene) -> calendars.Asked:
    """The case of a scene as due rules ask about it."""
    about = scene.about
    return calendars.Asked(scene.instance_id, about.subject, about.started_by, scene.variables)


def _subscribe(scene: Scene, effect: Opened, element: Element) -> None:
    named = element.properties.get(dialect.CORRELATION, "")
    told = {**scene.variables(), **effect.local} if named else {}
    row = {
        "kind": effect.waits_for.value,
        "name": element.event_text,
        "key": str(told.get(named) or "")[:MAX_KEY],
        "instance_id": scene.instance_id,
        "token": effect.token,
        "element_id": element.id,
    }
    scene.db.execute(_SUBSCRIBE, row)


def throw(scene: Scene, effect: Thrown) -> None:
    """Leave a thrown message or signal to a worker, who looks for whoever waits for it."""
    element = scene.version.process.elements[effect.element]
    named = element.properties.get(dialect.CORRELATION, "")
    told = {
        "kind": effect.kind,
        "name": effect.name,
        "key": str(scene.variables().get(named) or "")[:MAX_KEY] if named else "",
        "from": [scene.instance_id, element.id],
        "must_reach": element.properties.get(dialect.MUST_REACH) == dialect.YES,
    }
    kept, _hashed = eventlog.keep(scene.db, scene.instance_id, told)
    later.put(
        scene.db,
        JobKind.BACKGROUND,
        instance_id=scene.instance_id,
        element_id=element.id,
        topic=THROWN,
        reference=str(kept),
    )


def _nothing(_scene: Scene, _effect: Opened, _element: Element) -> None:
    """What is inside opens by itself."""


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


def close(scene: Scene, effect: Closed, element: Element) -> None:
    """Take back what stands behind a place that is gone, unless it is what acted."""
    if element.event in _SUBSCRIBED and element.kind is not Kind.SEND:
        _unsubscribe(scene, effect)
    elif effect.token != scene.token:
        take_back(scene, effect)
        if element.kind is Kind.CALL:
            children.close(scene, effect)


def _unsubscribe(scene: Scene, effect: Closed) -> None:
    table = Subscription.__table__
    mine = (table.c.instance_id == scene.instance_id) & (table.c.token == effect.token)
    scene.db.execute(delete(table).where(mine))


def take_back(scene: Scene, effect: Closed) -> None:
    """Take back the jobs of a place that is gone, with their incidents."""
    table = Job.__table__
    open_ = (JobStatus.WAITING, JobStatus.FAILED, JobStatus.PAUSED)
    mine = (table.c.instance_id == scene.instance_id) & (table.c.token == effect.token)
    closed = update(table).where(mine, table.c.status.in_(open_)).returning(table.c.id)
    values = {"status": JobStatus.CANCELLED, "done_at": scene.now}
    for job_id in scene.db.execute(closed.values(values)).scalars():
        incidents.close_for(scene.db, by_id=scene.by.id, job_id=job_id)


OPEN: Final[dict[Waits, Callable[[Scene, Opened, Element], None]]] = {
    Waits.JOB: _job,
    Waits.TIMER: _timer,
    Waits.MESSAGE: _subscribe,
    Waits.SIGNAL: _subscribe,
    Waits.CALL: children.open_,
    Waits.INSIDE: _nothing,
}
