"""Acts through the engine, each in its own committed transaction."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import db as database
from engine import tasks
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import WRITTEN, Scratch

ROUNDS = 300
SCALES = (1_000, 100_000)
QUICK_SCALES = (200, 2_000)
ROUND_CASES = 20
LAST_ROUND = 200
QUICK_LAST_ROUND = 20


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`complete` at two sizes, and round after round."""
    rounds = ROUNDS // 5 if quick else ROUNDS
    with base.sessions() as db:
        pids = scratch.backend_pids(base, db)
        db.rollback()
        if not only or "complete" in only:
            yield from _complete(db, base, pids, rounds, QUICK_SCALES if quick else SCALES)
        if not only or "complete_round" in only:
            yield from _rounds(db, base, pids, QUICK_LAST_ROUND if quick else LAST_ROUND)


def _complete(
    db: Session, base: Scratch, pids: list[int], rounds: int, scales: tuple[int, ...]
) -> Iterator[Measured]:
    scratch.start(base)
    for scale in scales:
        scratch.grow(base, scale)
        numbers = scratch.open_tasks(base, rounds + 20)
        for number in numbers[rounds:]:
            _hand_in(db, base, number)
        yield clock.measure(
            "complete",
            base.name,
            lambda number: _hand_in(db, base, number),
            numbers[:rounds],
            pids=pids,
            scale=scale,
        )


def _hand_in(db: Session, base: Scratch, task_id: int) -> None:
    database.begin_writing(db)
    tasks.complete(db, task_id, by=base.owner, values=WRITTEN, comment="同意，请按计划实施。")
    db.commit()


def _rounds(db: Session, base: Scratch, pids: list[int], last: int) -> Iterator[Measured]:
    """Cases sent back again and again: what completing costs in the second and the last round."""
    numbers = [scratch.start(base) for _number in range(ROUND_CASES)]
    for number in range(1, last + 1):
        waiting = [_open(db, case) for case in numbers]
        db.rollback()
        if number in (2, last):
            yield clock.measure(
                "complete_round",
                base.name,
                lambda task: _hand_in(db, base, task),
                waiting,
                pids=pids,
                scale=number,
            )
        else:
            for task in waiting:
                _hand_in(db, base, task)
        for case in numbers:
            task = _open(database.begin_writing(db), case)
            tasks.send_back(db, task, by=base.reviewer, reason="请按意见修改。")
            db.commit()


def _open(db: Session, case: int) -> int:
    """The number of the one open task of a case."""
    found = text(
        "SELECT id FROM user_task WHERE instance_id = :case AND status IN ('ready', 'claimed')"
    )
    task: int = db.execute(found, {"case": case}).scalar_one()
    return task
