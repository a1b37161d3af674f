"""A step with a deadline and a policy, and a school whose clock is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, jobs, policies
from engine.models import LogEntry
from engine.people import Actor
from tests.college import College
from tests.integration.engine import flow

ZONE = ZoneInfo("Asia/Shanghai")
RUNGS = (
    {"days": -1, "at": "09:00", "what": "remind"},
    {"days": 0, "at": "", "what": "remind"},
    {"days": 1, "at": "09:00", "what": "tell", "who": "post:academic_affairs"},
    {"days": 3, "at": "09:00", "what": "incident"},
)


def at(text: str) -> datetime:
    """A moment at the school: `2026-09-30 10:00`."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def administrator(db: Session, college: College) -> Actor:
    """Somebody who may edit calendars and policies."""
    return college.actor(db, "admin")


def usual(db: Session, by: Actor, rungs: Any = RUNGS) -> None:
    """The policy `usual`."""
    policies.save(db, "usual", by=by, name="一般期限", rungs=rungs)


def diagram(due: str, key: str = "timed", **more: str) -> bytes:
    """A step by the initiator, then one with this deadline and the policy `usual`."""
    return flow.chain(
        key,
        flow.step("write"),
        flow.step("review", "user:reviewer", due=due, escalation="usual", **more),
    )


def run(sessions: sessionmaker[Session], text: str) -> int:
    """All that is due at this moment, round after round, as the ticker does."""
    done = 0
    with clock.freeze(at(text)):
        while more := jobs.run_due(sessions, "test"):
            done += more
    return done


def passed(db: Session) -> list[tuple[int, dict[str, Any]]]:
    """The rungs passed so far, in order: working days, and what was known."""
    rows = db.execute(
        select(LogEntry.body).where(LogEntry.kind == "deadline_passed").order_by(LogEntry.id)
    )
    bodies = [orjson.loads(row.body) for row in rows]
    return [(body["asked"]["days"], body["known"]) for body in bodies]
