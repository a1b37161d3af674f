"""The first inbox page with many open tasks, for a person who sees few and one who sees many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import db as database
from engine.people import Actor
from engine.queries import inbox
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import Scratch

ROUNDS = 60
SCALES = (20_000, 200_000)
QUICK_SCALES = (2_000, 20_000)
ZONE = ZoneInfo("Asia/Shanghai")
SEES = {50: ("p:few:1",), 5_000: ("p:many:1", "p:many:2", "p:many:3", "p:many")}


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`inbox_page`: one page of rows and the counts on the chips."""
    if only and "inbox_page" not in only:
        return
    scratch.start(base)
    for scale in QUICK_SCALES if quick else SCALES:
        scratch.grow(base, scale)
        _hand_out(base)
        with base.sessions() as db:
            pids = scratch.backend_pids(base, db)
            for sees, keys in SEES.items():
                person = Actor(
                    base.owner.id, "张三", keys=frozenset({"u:1000000", "r:staff", *keys})
                )
                yield clock.measure(
                    "inbox_page",
                    base.name,
                    partial(_page, db, person),
                    range(ROUNDS),
                    pids=pids,
                    scale=scale,
                    note=f"sees {sees}",
                )


def _hand_out(base: Scratch) -> None:
    """Offer 50 tasks to the group of one person and 5,000 to the groups of the other, once."""
    with base.engine.connect() as plain:
        connection = plain.execution_options(**database.WRITING)
        connection.execute(
            text("DELETE FROM task_candidate WHERE key LIKE 'p:few:%' OR key LIKE 'p:many%'")
        )
        total = sum(SEES)
        connection.execute(
            text(
                "INSERT INTO task_candidate (task_id, key, sort_at, returned)"
                " SELECT id, CASE WHEN nr <= 50 THEN 'p:few:1' ELSE 'p:many:' || (1 + nr % 3) END,"
                " CURRENT_TIMESTAMP, false FROM (SELECT id, row_number() OVER (ORDER BY id) AS nr"
                " FROM user_task WHERE status IN ('ready', 'claimed')"
                " ORDER BY id LIMIT :total) AS t"
            ),
            {"total": total},
        )
        connection.commit()


def _page(db: Session, person: Actor, _round: int) -> None:
    day = inbox.school_day(ZONE)
    inbox.todo(db, person, day)
    inbox.counts(db, person, day)
    db.rollback()
