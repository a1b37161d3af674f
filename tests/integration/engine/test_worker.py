"""The worker when things go wrong: poisoned jobs, clocks set back, nobody left, a ticker's life."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, eventlog, handlers, instances, jobs, replay
from engine import db as database
from engine.errors import NotFound
from engine.jobs import ATTEMPTS, LONGEST_LEASE
from engine.models import Incident, Job, LogChain
from engine.scheduler import Ticker
from tests.college import College
from tests.integration.engine import flow

SERVICE = '<bpmn:serviceTask id="work" name="work" camunda:topic="test.work"/>'
NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def served(
    db: Session, college: College, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], object]], int]:
    """Begins a case whose one service task does this."""

    def begin(work: Callable[[], object]) -> int:
        monkeypatch.setitem(handlers.HANDLERS, "test.work", lambda _db, _call: work())
        with clock.freeze(NOW):
            case = flow.begin(db, flow.chain("served", SERVICE), by=college.actor(db, "leader"))
        db.commit()
        return case

    return begin


def run_out(sessions: sessionmaker[Session]) -> None:
    for hour in range(1, ATTEMPTS + 1):
        with clock.freeze(NOW + timedelta(hours=hour)):
            assert jobs.run_due(sessions, "test") == 1


def the_job(sessions: sessionmaker[Session]) -> Job:
    with sessions() as db:
        return db.execute(select(Job)).scalar_one()


POISON: dict[str, Callable[[], object]] = {
    "an error with a lone surrogate": lambda: raised(OSError("away \ud800")),
    "an error with an empty character": lambda: raised(OSError("away \x00 gone")),
    "an error as long as a book": lambda: raised(OSError("away " * 10_000)),
    "an answer that is no mapping": lambda: 7,
    "no answer": lambda: None,
    "an answer that is no JSON": lambda: {"at": object()},
    "an answer with a lone surrogate": lambda: {"word": "\ud800"},
    "a number too large to keep": lambda: {"amount": 2**70},
}


def raised(problem: Exception) -> object:
    raise problem


@pytest.mark.parametrize("poison", POISON)
def test_whatever_a_handler_does_ends_in_an_incident_that_people_can_read(
    sessions: sessionmaker[Session], served: Callable[..., int], poison: str
) -> None:
    case = served(POISON[poison])
    run_out(sessions)
    with sessions() as db:
        incident = db.execute(select(Incident)).scalar_one()
        assert (incident.instance_id, incident.status) == (case, "open")
        assert "\x00" not in incident.data
    assert the_job(sessions).status == "failed"
    with clock.freeze(NOW + timedelta(days=9)):
        assert jobs.run_due(sessions, "test") == 0


def test_what_a_handler_answers_is_used_as_it_is_recorded(
    db: Session, sessions: sessionmaker[Session], served: Callable[..., int]
) -> None:
    case = served(lambda: {"at": NOW, "pair": (1, 2), "none": float("nan")})
    with clock.freeze(NOW + timedelta(hours=1)):
        jobs.run_due(sessions, "test")
    database.begin_writing(db)
    found = replay.replay(db, case)
    assert found.difference is None
    assert found.frames[-1].written["data"] == {
        "at": NOW.isoformat(),
        "pair": [1, 2],
        "none": None,
    }


def test_a_job_that_fails_leaves_nothing_to_the_next_of_its_lease(
    db: Session, sessions: sessionmaker[Session], college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    deeds: list[Callable[[Session], object]] = [
        lambda _own: raised(OSError("away")),
        lambda own: cast("Any", own.connection().connection.driver_connection).close(),
        lambda own: own.execute(delete(LogChain).where(LogChain.name == "half done")),
    ]
    met: list[tuple[bool, int]] = []

    def work(own: Session, _call: handlers.ServiceCall) -> dict[str, object]:
        there = select(func.count()).where(LogChain.name == "half done")
        met.append((bool(own.identity_map), own.execute(there).scalar_one()))
        own.add(LogChain(name="half done", seq=0, hash=""))
        own.flush()
        deeds[len(met) - 1](own)
        return {}

    monkeypatch.setitem(handlers.HANDLERS, "test.work", work)
    leader = college.actor(db, "leader")
    with clock.freeze(NOW):
        cases = [flow.begin(db, flow.chain("served", SERVICE), by=leader)]
        cases += [instances.start(db, "served", by=leader) for _number in range(2)]
    db.commit()
    with clock.freeze(NOW + timedelta(hours=1)):
        assert jobs.run_due(sessions, "test") == len(cases)
    assert met == [(False, 0)] * len(cases)
    with sessions() as later:
        assert [flow.status(later, case) for case in cases] == ["running", "running", "completed"]


def test_a_topic_that_nobody_does_any_more_is_an_incident(
    sessions: sessionmaker[Session], served: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    served(dict)
    monkeypatch.delitem(handlers.HANDLERS, "test.work")
    run_out(sessions)
    with sessions() as db:
        assert db.execute(select(Incident.status)).scalar_one() == "open"


def test_a_lease_from_before_the_clock_was_set_back_does_not_block(
    sessions: sessionmaker[Session], served: Callable[..., int]
) -> None:
    served(dict)
    for early, taken in ((LONGEST_LEASE - timedelta(seconds=1), 0), (2 * LONGEST_LEASE, 1)):
        with sessions() as db:
            held = {"locked_until": NOW + early, "locked_by": "gone"}
            database.begin_writing(db).execute(update(Job).values(held))
            db.commit()
        with clock.freeze(NOW):
            assert jobs.run_due(sessions, "test") == taken


def test_a_lease_that_ran_out_is_taken_over(
    sessions: sessionmaker[Session], served: Callable[..., int]
) -> None:
    case = served(dict)
    with clock.freeze(NOW), sessions() as db:
        assert len(jobs.acquire(database.begin_writing(db), "died")) == 1
        assert jobs.acquire(db, "other") == []
        db.commit()
    with clock.freeze(NOW + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.run_due(sessions, "other") == 1
    with sessions() as db:
        assert flow.status(db, case) == "completed"
    assert the_job(sessions).fence == 2


def test_retrying_what_is_not_there(db: Session, college: College) -> None:
    with pytest.raises(NotFound):
        jobs.retry(db, 999_999, by=college.actor(db, "admin"))


def test_retrying_and_cancelling_at_once_is_decided_and_never_both_wait(
    db: Session, sessions: sessionmaker[Session], college: College, served: Callable[..., int]
) -> None:
    served(lambda: raised(OSError("away")))
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    db.rollback()
    database.begin_writing(db)
    with clock.freeze(NOW):
        for _number in range(9):
            instances.start(db, "served", by=leader)
    db.commit()
    for hour in range(1, ATTEMPTS + 1):
        with clock.freeze(NOW + timedelta(hours=hour)):
            assert jobs.run_due(sessions, "test") == 10
    with sessions() as later:
        found = later.execute(select(Incident.id, Incident.instance_id)).all()

    def either(work: tuple[bool, int, int]) -> str:
        is_retry, incident, case = work
        with sessions() as own:
            database.begin_writing(own)
            try:
                if is_retry:
                    jobs.retry(own, incident, by=admin)
                else:
                    instances.cancel(own, case, by=admin, reason="不办了")
            except Exception as problem:  # noqa: BLE001  (what it is, is the question)
                own.rollback()
                return type(problem).__name__
            own.commit()
            return ""

    both = [(is_retry, *row) for row in found for is_retry in (True, False)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(either, both)) <= {"", "IncidentNotOpen"}
    with sessions() as later:
        assert set(later.execute(select(Incident.status)).scalars()) == {"resolved"}
        assert {flow.status(later, row.instance_id) for row in found} == {"cancelled"}


def test_waiting_jobs_are_told_by_number(
    db: Session, served: Callable[..., int], sessions: sessionmaker[Session]
) -> None:
    case = served(dict)
    with clock.freeze(NOW - timedelta(hours=1)):
        assert jobs.waiting(db, due_only=True, limit=10) == []
    (told,) = jobs.waiting(db, due_only=False, limit=10)
    assert (told["instance_id"], told["element_id"], told["title"]) == (case, "work", "served")
    assert jobs.waiting(db, due_only=True, limit=10, after=the_job(sessions).id) == []


def test_a_job_of_no_case_fails_in_order(db: Session, sessions: sessionmaker[Session]) -> None:
    row = {"kind": "timer", "topic": "", "status": "waiting", "due_at": NOW, "created_at": NOW}
    db.execute(insert(Job), {**row, "attempts": 0, "fence": 0})
    db.commit()
    run_out(sessions)
    assert (the_job(sessions).status, the_job(sessions).attempts) == ("failed", ATTEMPTS)


def test_the_ticker_does_what_is_due_and_hands_the_seal_to_its_keeper(
    sessions: sessionmaker[Session], served: Callable[..., int]
) -> None:
    case = served(dict)
    kept: list[str] = []
    ticker = Ticker(sessions, seconds=3_600, seal_minutes=60, anchor=kept.append)
    ticker.start()
    ticker.stop()
    with clock.freeze(NOW + timedelta(hours=1)):
        ticker.tick()
    ticker.seal()
    ticker.seal()
    with sessions() as db:
        assert flow.status(db, case) == "completed"
        head = eventlog.newest_seal(db)
    assert kept == [head.hash if head else ""]


def test_the_ticker_outlives_a_database_that_is_away(
    sessions: sessionmaker[Session],
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    nowhere = tmp_path_factory.mktemp("nowhere") / "missing" / "none.sqlite"
    away = database.connect(f"sqlite:///{nowhere}")
    ticker = Ticker(database.sessions(away), seconds=3_600, seal_minutes=60, anchor=print)
    ticker.tick()
    ticker.seal()
    away.dispose()
    said = [one.getMessage().partition("\n")[0] for one in caplog.records]
    assert [one.rpartition(";")[2] for one in said] == [" trying again"] * 2
    assert sessions.kw["bind"] is engine
