"""What robots of groups are told: one message for a batch of events, a job for each robot.

A robot that does not take its messages has one incident, which counts its failures and is settled
when it takes one again. Until then it is tried after longer and longer pauses, and what has waited
for `KEPT` is news no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, handlers, incidents, later, webhooks
from engine.db import begin_writing
from engine.errors import NotFound
from engine.models import Job, JobKind, Notification, Webhook
from engine.queries import told as queries
from engine.queries.told import Told
from engine.webhooks import Robot
from web.config import Settings
from web.notices import choices, robots, wording
from web.notices.choices import School
from web.notices.robots import RobotRefused

TOPIC: Final = "notices.group"
IN_ONE: Final = 10
KEPT: Final = timedelta(days=1)
PAUSES: Final = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60))
AWAY: Final = (
    "群机器人“{name}”连续 {count} 次没有收下消息：{error}。平台隔一阵会再试，"
    "收下以后这一条自动消除；等了一天还没送到的消息不再补发。"
)
_TABLE: Final = Notification.__table__


def tell(
    db: Session, leading: Sequence[Told], rules: School, next_working: Callable[[date], date]
) -> None:
    """Put down what robots say, once for each event; in quiet hours for when they are over."""
    if not leading:
        return
    now = clock.now()
    at = choices.out_of_quiet(now.astimezone(clock.zone()), rules.quiet, rules.days, next_working)
    for robot in webhooks.every(db, active=True):
        ids = [told.id for told in leading if told.kind in robot.kinds]
        for reference in _references(robot.id, ids):
            later.enqueue(db, TOPIC, reference, at=max(at, now))
    here = [told.id for told in leading]
    db.execute(_TABLE.update().where(_TABLE.c.id.in_(here)).values(leads=False))


def _references(number: int, ids: Sequence[int]) -> list[str]:
    """The events of one message each, in as many letters as a job's reference may have."""
    found: list[str] = []
    longest = Job.__table__.c.reference.type.length  # type: ignore[attr-defined]  # a String
    for one in ids:
        fits = found and found[-1].count(",") < IN_ONE - 1
        if fits and len(found[-1]) + len(str(one)) < longest:
            found[-1] += f",{one}"
        else:
            found.append(f"{number}:{one}")
    return found


def register(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Have the jobs use these settings and this database."""

    @handlers.outside(TOPIC)
    def write(db: Session, reference: str) -> Callable[[], None] | None:
        number, _colon, ids = reference.partition(":")
        try:
            robot = webhooks.get(db, int(number))
        except NotFound:
            return None
        if not robot.is_active:
            return None
        again = waits_until(db, robot.id)
        if again is not None and again > clock.now():
            later.enqueue(db, TOPIC, reference, at=again)
            return None
        wanted = queries.wide().where(
            _TABLE.c.id.in_([int(one) for one in ids.split(",")]),
            _TABLE.c.made_at > clock.now() - KEPT,
        )
        told = queries.rows(db, wanted)
        text = "\n".join(wording.line(one, settings.public_url, str, group=True) for one in told)
        return (lambda: say(text, reference, robot, is_away=again is not None)) if told else None

    def say(text: str, reference: str, robot: Robot, *, is_away: bool) -> None:
        refusal = None
        try:
            robots.send(robot, text, settings.ca_file)
        except RobotRefused as refused:
            refusal = refused
        if refusal is None and not is_away:
            return
        with sessions() as db:
            begin_writing(db)
            if refusal is None:
                is_back(db, robot.id, by_id=None)
            else:
                _is_away(db, robot, reference, str(refusal.values["why"]))
            db.commit()


def _is_away(db: Session, robot: Robot, reference: str, error: str) -> None:
    table = Webhook.__table__  # locked, so that two workers count one after the other
    db.execute(select(table.c.id).where(table.c.id == robot.id).with_for_update())
    failures = int((incidents.standing(db, _mark(robot.id)) or {}).get("count", 0)) + 1
    again = clock.now() + PAUSES[min(failures, len(PAUSES)) - 1]
    job_id = later.put(db, JobKind.BACKGROUND, topic=TOPIC, reference=reference, due=again)
    values = {"name": robot.name, "count": failures, "error": error, "again": again.isoformat()}
    incidents.raise_again(db, _mark(robot.id), sentence=AWAY, values=values, job_id=job_id)


def waits_until(db: Session, webhook_id: int) -> datetime | None:
    """When a robot that does not take its messages is tried again; None for one that does."""
    away = incidents.standing(db, _mark(webhook_id))
    return datetime.fromisoformat(away["again"]) if away is not None else None


def is_back(db: Session, webhook_id: int, *, by_id: int | None) -> None:
    """The robot took a message, or is asked for none any more."""
    incidents.settle(db, _mark(webhook_id), by_id=by_id)


def _mark(webhook_id: int) -> str:
    return f"robot:{webhook_id}"
