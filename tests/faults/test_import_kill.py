"""kill -9 of the worker in the middle of an import: the end is that of an import in peace."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from engine import jobs, roles, verify
from engine.college import posts
from engine.db import begin_writing
from engine.models import Holding, Job, LogEntry, PersonWord, PostKind, Role, Unit, User
from engine.people import SYSTEM, Actor
from quality import foundation
from quality.imports import applying, runs
from quality.imports.models import ImportRow, ImportStatus
from tests import workbooks
from tests.college import College
from tests.workbooks import workbook

PEOPLE = 10_000 if os.environ.get("ZHENGAI_SOAK") else 600
KILLS = 40 if os.environ.get("ZHENGAI_SOAK") else 2
PATIENCE = 120.0
SEED = 20261122
UNITS = workbooks.units(40)


class Worker:
    """`zhengai worker` in a process of its own, to be killed."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._log = folder / "worker.log"
        self._environment = {
            **os.environ,
            "ZHENGAI_DATABASE_URL": database_url,
            "ZHENGAI_DATA_DIR": str(folder),
            "ZHENGAI_TICK_SECONDS": "0.05",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "web.cli", "worker"],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """kill -9, at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@pytest.fixture
def worker(database_url: str, tmp_path: Path):
    made = Worker(database_url, tmp_path)
    yield made
    made.kill()


@pytest.fixture
def admin(db: Session, college: College) -> Actor:
    roles.give(db, college.users["office"], Role.PEOPLE_ADMIN, by=SYSTEM)
    posts.create(db, "teacher", "教师", by=SYSTEM, kind=PostKind.MEMBER)
    foundation.lay(db, by=SYSTEM)  # as the worker's first start would, amid what is counted
    db.commit()
    made = college.actor(db, "office")
    db.rollback()
    return made


def content(letter: str) -> bytes:
    """Units and people whose codes and numbers begin with a letter, some of them wrong."""
    units = [UNITS[0], *([letter + str(line[0]), *line[1:]] for line in UNITS[1:])]
    for line in units[1:]:
        line[3] = line[3] if line[3] == "school" else letter + str(line[3])
    codes = [line[0] for line in units[1:]]
    people = workbooks.people(PEOPLE, codes)
    for line in people[1:]:
        line[0] = letter + str(line[0])
    for number in range(100, PEOPLE, 500):
        people[number][2] = "nowhere"
    return workbook({"单位": units, "人员": people})


def reached(sessions: sessionmaker[Session], admin: Actor, number: int) -> runs.Run:
    with sessions() as db:
        return runs.one(db, admin, number)


def leases_run_out(sessions: sessionmaker[Session]) -> None:
    """What half a minute of waiting does after a worker has died."""
    with sessions() as db:
        begin_writing(db).execute(update(Job.__table__).values(locked_until=None))
        db.commit()


def carry_on(
    worker: Worker, sessions: sessionmaker[Session], admin: Actor, number: int, kills: int
) -> int:
    """Let the worker work and kill it at random moments until the import stands still.

    One that is not to be killed works here.
    """
    if not kills:
        while jobs.run_due(sessions, "in peace"):
            pass
        return 0
    chance, killed = random.Random(SEED + number), 0
    moving = (ImportStatus.COMPARING, ImportStatus.APPLYING)
    worker.start()
    until = time.monotonic() + PATIENCE
    while reached(sessions, admin, number).status in moving:
        assert time.monotonic() < until, worker.log[-3000:]
        if killed < kills:
            before = reached(sessions, admin, number).done
            while reached(sessions, admin, number).done == before:
                if reached(sessions, admin, number).status not in moving:
                    break
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.2))
            worker.kill()
            killed += 1
            leases_run_out(sessions)
            worker.start()
        else:
            time.sleep(0.1)
    worker.kill()
    leases_run_out(sessions)
    return killed


def written(sessions: sessionmaker[Session], letter: str, number: int) -> dict[str, object]:
    """What an import left behind, without numbers of rows and times."""
    with sessions() as db:
        people = select(User.number, User.username, User.name).where(
            User.number.like(f"{letter}T%")
        )
        words = select(PersonWord.word).join(User, User.id == PersonWord.user_id)
        held = (
            select(User.number, Unit.code, Holding.since)
            .join(User, User.id == Holding.user_id)
            .join(Unit, Unit.id == Holding.unit_id)
        )
        rows = select(ImportRow.number, ImportRow.action, ImportRow.is_done)
        mine = User.number.like(f"{letter}T%")
        plain = str.maketrans({letter: ""})
        return {
            "people": sorted(str(tuple(row)).translate(plain) for row in db.execute(people)),
            "words": Counter(
                re.sub(rf"^{letter.lower()}(?=t\d)", "", word)
                for word in db.execute(words.where(mine)).scalars()
            ),
            "held": sorted(
                str(tuple(row)).translate(plain) for row in db.execute(held.where(mine))
            ),
            "rows": sorted(
                tuple(row) for row in db.execute(rows.where(ImportRow.import_id == number))
            ),
        }


def recorded(sessions: sessionmaker[Session]) -> Counter[str]:
    """How many entries of each kind there are."""
    with sessions() as db:
        return Counter(db.execute(select(LogEntry.kind)).scalars())


def test_an_import_that_is_killed_again_and_again_ends_like_one_in_peace(
    worker: Worker, db: Session, sessions: sessionmaker[Session], admin: Actor
) -> None:
    killed, kinds = 0, []
    numbers = {}
    for letter, kills in (("Q", 0), ("V", KILLS)):
        before = recorded(sessions)
        numbers[letter] = runs.begin(begin_writing(db), "名单.xlsx", content(letter), by=admin)
        db.commit()
        killed += carry_on(worker, sessions, admin, numbers[letter], min(kills, 2))
        runs.apply(begin_writing(db), numbers[letter], by=admin)
        db.commit()
        killed += carry_on(worker, sessions, admin, numbers[letter], kills)
        kinds.append(recorded(sessions) - before)
    assert killed > KILLS / 2
    peaceful, troubled = (written(sessions, letter, numbers[letter]) for letter in "QV")
    assert peaceful == troubled
    assert len(peaceful["people"]) == PEOPLE - len(range(100, PEOPLE, 500))
    runs_of = [reached(sessions, admin, number) for number in numbers.values()]
    assert runs_of[0].counts == runs_of[1].counts
    assert all(run.done == run.total for run in runs_of)
    assert kinds[0] == kinds[1]
    assert list(verify.verify(db)) == []
    assert "Traceback" not in worker.log


def test_a_chunk_that_is_not_committed_is_not_there(
    db: Session, sessions: sessionmaker[Session], admin: Actor
) -> None:
    number = runs.begin(begin_writing(db), "名单.xlsx", content("Q"), by=admin)
    db.commit()
    while jobs.run_due(sessions, "test"):
        pass
    runs.apply(begin_writing(db), number, by=admin)
    db.commit()
    with sessions() as other:
        assert applying.work(begin_writing(other), str(number))
        other.rollback()
    assert reached(sessions, admin, number).done == 0
    assert db.execute(select(User.id).where(User.number.like("QT%"))).all() == []
