"""What one worker and two do with work that is due: timers fired, cases begun."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import text

from engine import db as database
from engine import instances, jobs, people
from web.bench.clock import Measured, cpu_of
from web.bench.scratch import Scratch

TIMERS: Final = 10_000
STARTS: Final = 600
PARTS: Final = 20


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`timer` and `start_instance`, each with one worker and with two processes at once."""
    timers, starts = (TIMERS // 20, STARTS // 6) if quick else (TIMERS, STARTS)
    for workers in (1, 2):
        if not only or "timer" in only:
            _due(base, timers)
            yield _together(base, "timer", _fire, workers, timers)
        if not only or "start_instance" in only:
            yield _together(base, "start_instance", _start, workers, starts)


def _due(base: Scratch, count: int) -> None:
    """So many timers that are due, each in a case of its own."""
    with base.sessions() as db:
        for part in range(0, count, 500):
            database.begin_writing(db)
            for _number in range(min(500, count - part)):
                instances.start(db, "bench_timer", by=base.owner)
            db.commit()
        database.begin_writing(db)
        db.execute(text("UPDATE job SET due_at = '2020-01-01 00:00:00' WHERE status = 'waiting'"))
        db.commit()


def _together(base: Scratch, name: str, work: Any, workers: int, count: int) -> Measured:
    """Let processes work at once; wall time from the moment all were ready."""
    context = multiprocessing.get_context("spawn")
    ready, used = context.Barrier(workers + 1), context.Queue()
    share = count // workers
    args = (base.url, base.owner.id, share, ready, used)
    made = [context.Process(target=work, args=args) for _one in range(workers)]
    for one in made:
        one.start()
    ready.wait()
    began = time.perf_counter()
    cpu = sum(used.get() for _one in made)
    wall = time.perf_counter() - began
    for one in made:
        one.join()
    note = f"{workers} worker{'s' * (workers > 1)}, {count / wall:.0f}/s"
    return Measured(name, base.name, wall / count, cpu / count, count, count, note)


def _fire(url: str, _owner: int, _share: int, ready: Any, used: Any) -> None:
    engine = database.connect(url)
    sessions = database.sessions(engine)
    pids = _server(engine)
    ready.wait()
    before = _cpu(pids)
    while jobs.run_due(sessions, f"bench {multiprocessing.current_process().pid}"):
        pass
    used.put(_cpu(pids) - before)
    engine.dispose()


def _start(url: str, owner: int, share: int, ready: Any, used: Any) -> None:
    engine = database.connect(url)
    with database.sessions(engine)() as db:
        by = people.actor(db, owner)
        db.rollback()
        pids = _server(engine)
        ready.wait()
        before = _cpu(pids)
        for _number in range(share):
            instances.start(database.begin_writing(db), "bench", by=by, values={})
            db.commit()
    used.put(_cpu(pids) - before)
    engine.dispose()


def _server(engine: Any) -> list[int]:
    """The server process that works for this one, where there is one on this machine."""
    if engine.dialect.name != "postgresql":
        return []
    with engine.connect() as connection:
        return [connection.execute(text("SELECT pg_backend_pid()")).scalar_one()]


def _cpu(pids: list[int]) -> float:
    return time.process_time() + sum(cpu_of(pid) for pid in pids)
