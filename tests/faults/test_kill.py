"""kill -9 of the server while clients work: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import instances, replay, verify
from engine.entries import Kind
from engine.models import ProcessInstance
from tests.college import College
from tests.faults.ledger import Client, Ledger, differences
from tests.faults.server import Server
from tests.integration.engine import flow

STEPS = 10
CASES = 500 if os.environ.get("ZHENGAI_SOAK") else 50
KILLS = 200 if os.environ.get("ZHENGAI_SOAK") else 4
CLIENTS = 4
SEED = 20261122


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(database_url, tmp_path)
    yield made
    made.kill()


@pytest.fixture
def cases(db: Session, college: College) -> list[int]:
    """Cases of ten steps each, all for their initiator."""
    leader = college.actor(db, "leader")
    flow.begin(
        db, flow.chain("killed", *(flow.step(f"s{number}") for number in range(STEPS))), by=leader
    )
    for _number in range(CASES - 1):
        instances.start(db, "killed", by=leader)
    db.commit()
    return list(db.execute(select(ProcessInstance.id).order_by(ProcessInstance.id)).scalars())


def work(client: Client, sessions: sessionmaker[Session], cases: list[int]) -> None:
    """Complete every step of these cases; only the next task's number comes from the database."""
    for case in cases:
        for _step in range(STEPS):
            with sessions() as db:
                (task,) = flow.open_tasks(db, case).values()
            client.complete(task)


def recorded(sessions: sessionmaker[Session], cases: list[int]) -> list[tuple[int, str]]:
    """Task and opinion of every completion in the record."""
    found = []
    with sessions() as db:
        for case in cases:
            frames = replay.replay(db, case).frames
            found += [
                (frame.body.asked["task"], frame.written["comment"])
                for frame in frames
                if frame.kind is Kind.TASK_COMPLETED
            ]
    return found


def test_every_acknowledged_completion_is_there_once_after_many_kills(
    server: Server, sessions: sessionmaker[Session], cases: list[int], tmp_path: Path
) -> None:
    server.start()
    clients = [
        Client(server.port, "leader", "test-password", Ledger(tmp_path / f"book{number}"))
        for number in range(CLIENTS)
    ]
    done = threading.Event()
    kills = 0
    with ThreadPoolExecutor(CLIENTS) as pool:
        jobs = [
            pool.submit(work, client, sessions, cases[number::CLIENTS])
            for number, client in enumerate(clients)
        ]
        chance = random.Random(SEED)
        watcher = threading.Thread(target=lambda: ([job.exception() for job in jobs], done.set()))
        watcher.start()
        while kills < KILLS and not done.wait(chance.uniform(0.05, 1.5)):
            server.kill()
            kills += 1
            server.start()
        watcher.join()
        for job in jobs:
            job.result()
    assert kills > 0
    ledgers = [client.ledger for client in clients]
    assert sum(len(ledger.acknowledged) for ledger in ledgers) == CASES * STEPS
    assert differences(ledgers, recorded(sessions, cases)) == []
    for client in clients:
        for key, (task, _value) in list(client.ledger.intents.items())[::10]:
            assert client.repeat(task) == client.ledger.answers[key]
    server.kill()
    with sessions() as db:
        assert list(verify.verify(db)) == []
        assert set(db.execute(select(ProcessInstance.status)).scalars()) == {"completed"}
    assert "Traceback" not in server.log


def test_a_server_told_to_stop_ends_in_order(server: Server, db: Session, cases: list[int]) -> None:
    server.start()
    client = Client(server.port, "leader", "test-password", Ledger(server.folder / "book"))
    client.complete(next(iter(flow.open_tasks(db, cases[0]).values())))
    assert server.stop() == 0


class TestTheCheckerItself:
    """A checker that finds nothing must be able to find something."""

    @pytest.fixture
    def book(self, tmp_path: Path) -> Ledger:
        return Ledger(
            tmp_path / "book", intents={"a": (1, "one"), "b": (2, "two")}, acknowledged={"a", "b"}
        )

    def test_a_right_record_passes(self, book: Ledger) -> None:
        assert differences([book], [(1, "one"), (2, "two")]) == []

    def test_a_dropped_completion_is_found(self, book: Ledger) -> None:
        assert differences([book], [(1, "one")]) == [
            "b was acknowledged and is recorded 0 times with its value"
        ]

    def test_a_doubled_completion_is_found(self, book: Ledger) -> None:
        assert "task 2 is recorded 2 times" in differences(
            [book], [(1, "one"), (2, "two"), (2, "two")]
        )

    def test_another_value_than_was_sent_is_found(self, book: Ledger) -> None:
        assert differences([book], [(1, "one"), (2, "three")]) != []

    def test_an_unknown_one_may_be_missing_but_not_doubled(self, book: Ledger) -> None:
        book.acknowledged.remove("b")
        assert differences([book], [(1, "one")]) == []
        assert differences([book], [(1, "one"), (2, "two"), (2, "two")]) != []
