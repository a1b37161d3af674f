"""What happens to running cases otherwise: time, messages, and what administrators do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from engine import instances, jobs, messages, moving, suspending, versions
from engine.deadlines import changing
from tests.integration.engine.acts import walk as walks
from tests.integration.engine.acts.walk import ALIVE, Verb, Walk

SPANS: Final = (
    timedelta(seconds=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=6),
)


def message(walk: Walk) -> None:
    waiting = walk.subscriptions("message")
    if waiting:
        row = walk.random.choice(waiting)
        key, data = str(row.instance_id), {"a2": walk.random.random() < 0.5}
        messages.correlate(walk.db, row.name, by=walk.actor("admin"), key=key, data=data)


def signal(walk: Walk) -> None:
    messages.signal(walk.db, "stop", by=walk.actor("admin"))


def suspend(walk: Walk) -> None:
    if walk.random.random() < 0.3:
        flow = {"by": walk.actor("admin"), "with_cases": True}
        suspending.suspend_flow(walk.db, walk.drawn.key, reason="暂停", **flow)
        return
    case = walk.random.choice(walk.cases())
    suspending.suspend(walk.db, case.id, by=walk.actor("admin"), reason="等通知")


def resume(walk: Walk) -> None:
    admin = walk.actor("admin")
    if suspending.is_suspended(walk.db, walk.drawn.key):
        suspending.resume_flow(walk.db, walk.drawn.key, by=admin, with_cases=True)
        return
    held = [one for one in walk.cases() if one.status == "suspended"]
    if held:
        suspending.resume(walk.db, walk.random.choice(held).id, by=admin)


def cancel(walk: Walk) -> None:
    case = walk.random.choice(walk.cases())
    instances.cancel(walk.db, case.id, by=walk.actor("admin"), reason="不办了")


def retry(walk: Walk) -> None:
    found = walk.incidents()
    if found:
        jobs.retry(walk.db, walk.random.choice(found).id, by=walk.actor("admin"))


def move(walk: Walk) -> None:
    root = walk.root()
    if root.status not in ALIVE:
        return
    number = versions.of_case(walk.db, root.version_id).number
    run = moving.begin(
        walk.db,
        walk.drawn.key,
        (number, 3 - number),
        by=walk.actor("admin"),
        reason="换版本",
        only=[walk.case],
    )
    walk.runs.append(run)


def undo(walk: Walk) -> None:
    if walk.runs:
        moving.undo(walk.db, walk.runs[-1], by=walk.actor("admin"))


def change_due(walk: Walk) -> None:
    choice = changing.Choice(definition=walk.drawn.key)
    wanted = changing.Wanted(days=walk.random.choice((-3, 2)))
    changing.apply(walk.db, choice, wanted, by=walk.actor("admin"), reason="放假")


def outside_world(walk: Walk) -> None:
    walks.breaks(now=walk.random.random() < 0.5)


VERBS: Final[Mapping[str, tuple[int, Verb]]] = {
    "message": (3, message),
    "signal": (1, signal),
    "suspend": (2, suspend),
    "resume": (4, resume),
    "cancel": (1, cancel),
    "retry": (3, retry),
    "move": (2, move),
    "undo": (2, undo),
    "change due": (1, change_due),
    "outside world": (1, outside_world),
}
"""Each with its share; beside them, time passes."""
