"""Two workers on one PostgreSQL with many due timers, one killed: each fires once, none is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from engine import instances, replay
from engine.db import begin_writing
from engine.models import Incident, Job, LogEntry, ProcessInstance
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.test_jobs import TIMER

TIMERS = 10_000 if os.environ.get("ZHENGAI_SOAK") else 300
PATIENCE = 600.0


@pytest.fixture
def worker(database_url: str, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start `zhengai worker` in a process of its own."""
    made: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "ZHENGAI_DATABASE_URL": database_url,
            "ZHENGAI_DATA_DIR": str(tmp_path),
            "ZHENGAI_TICK_SECONDS": "0.05",
        }
        with (tmp_path / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "web.cli", "worker"]
            made.append(
                subprocess.Popen(
                    command, env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )
        return made[-1]

    yield begin
    for one in made:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
        one.wait()


def waiting(sessions: sessionmaker[Session]) -> int:
    with sessions() as db:
        return db.execute(select(func.count()).where(Job.status == "waiting")).scalar_one()


def grown(db: Session, college: College) -> None:
    """So many cases that each wait for a timer that is due."""
    leader = college.actor(db, "leader")
    flow.begin(db, flow.chain("timed", TIMER), by=leader)
    for _number in range(TIMERS - 1):
        instances.start(db, "timed", by=leader)
    db.execute(update(Job).values(due_at=text("created_at")))
    db.commit()


def test_each_fires_once_and_none_is_lost_when_one_worker_is_killed(
    db: Session,
    sessions: sessionmaker[Session],
    college: College,
    worker: Callable[[], subprocess.Popen[bytes]],
    tmp_path: Path,
) -> None:
    grown(db, college)
    doomed, other = worker(), worker()
    until = time.monotonic() + PATIENCE
    while waiting(sessions) > TIMERS / 2:
        assert time.monotonic() < until, (tmp_path / "worker.log").read_text()[-3000:]
        time.sleep(0.01)
    os.killpg(doomed.pid, signal.SIGKILL)
    doomed.wait()
    with sessions() as later:  # what half a minute of waiting does after a worker has died
        begin_writing(later).execute(
            update(Job)
            .where(Job.locked_by.like(f"%:{doomed.pid}:%"), Job.status == "waiting")
            .values(locked_until=None)
        )
        later.commit()
    while waiting(sessions):
        assert other.poll() is None
        assert time.monotonic() < until, (tmp_path / "worker.log").read_text()[-3000:]
        time.sleep(0.05)
    with sessions() as later:
        fired = select(LogEntry.chain, func.count()).where(LogEntry.kind == "timer_fired")
        counts = later.execute(fired.group_by(LogEntry.chain)).all()
        assert len(counts) == TIMERS
        assert {count for _chain, count in counts} == {1}
        assert set(later.execute(select(ProcessInstance.status)).scalars()) == {"completed"}
        assert later.execute(select(Incident.id)).all() == []
        cases = later.execute(select(ProcessInstance.id).limit(20)).scalars().all()
        assert [replay.replay(later, one).difference for one in cases] == [None] * len(cases)
    assert "Traceback" not in (tmp_path / "worker.log").read_text()
