"""Many at once: one wins, the others read why they did not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, handlers, hotpath, jobs, later, tasks
from engine import db as database
from engine.errors import AlreadyClaimed, Refused, TaskNotOpen
from engine.models import Job, JobStatus, LogEntry
from engine.people import Actor
from tests.college import College
from tests.integration.engine import flow

THREADS = 16


@pytest.fixture
def review(db: Session, college: College) -> int:
    """An open task offered to the two reviewers of a college, committed."""
    leader = college.actor(db, "leader")
    xml = flow.chain(
        "race", flow.step("submit"), flow.step("review", "post:college_reviewer@unit:machine")
    )
    case = flow.begin(db, xml, by=leader)
    flow.do(db, case, "submit", by=leader)
    db.commit()
    return flow.open_tasks(db, case)["review"]


def at_once(sessions: sessionmaker[Session], work: object) -> list[Refused | None]:
    """Run `work(db, number)` in sixteen threads that start together; what each was refused with."""
    start = Barrier(THREADS)

    def one(number: int) -> Refused | None:
        with sessions() as db:
            start.wait()
            try:
                work(database.begin_writing(db), number)  # type: ignore[operator]  # a function of two
            except Refused as refused:
                db.rollback()
                return refused
            db.commit()
            return None

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def reviewers(db: Session, college: College) -> list[Actor]:
    return [college.actor(db, name) for name in ("reviewer", "reviewer2")]


def test_one_of_sixteen_completes_the_task_and_the_others_see_who_did(
    sessions: sessionmaker[Session], review: int, college: College
) -> None:
    with sessions() as db:
        people = reviewers(db, college)
    refused = at_once(
        sessions, lambda db, number: tasks.complete(db, review, by=people[number % 2])
    )
    assert refused.count(None) == 1
    others = [one for one in refused if one is not None]
    assert {type(one) for one in others} == {TaskNotOpen}
    assert {str(one.values["who"]) for one in others} <= {"周明岚", "郑怀瑾"}
    with sessions() as db:
        done = select(func.count()).where(LogEntry.kind == "task_completed")
        assert db.execute(done).scalar_one() == 2


def test_one_of_sixteen_claims_the_task(
    sessions: sessionmaker[Session], review: int, college: College
) -> None:
    with sessions() as db:
        people = reviewers(db, college)
    refused = at_once(sessions, lambda db, number: tasks.claim(db, review, by=people[number % 2]))
    winners = [number for number, one in enumerate(refused) if one is None]
    assert {number % 2 for number in winners} == {winners[0] % 2}
    assert {type(one) for one in refused if one is not None} == {AlreadyClaimed}


def test_completing_and_returning_at_once_leaves_one_of_the_two(
    sessions: sessionmaker[Session], review: int, college: College
) -> None:
    with sessions() as db:
        people = reviewers(db, college)

    def either(db: Session, number: int) -> None:
        if number % 2:
            tasks.complete(db, review, by=people[0])
        else:
            tasks.send_back(db, review, by=people[1], reason="请补充")

    refused = at_once(sessions, either)
    assert refused.count(None) == 1
    assert {type(one) for one in refused if one is not None} == {TaskNotOpen}


def test_jobs_that_lock_two_cases_crosswise_are_both_done(
    db: Session, sessions: sessionmaker[Session], college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL gives one up, which is no attempt of it; SQLite lets one write at a time."""
    leader = college.actor(db, "leader")
    first, second = (flow.begin(db, flow.chain(key, flow.step("a")), by=leader) for key in "pq")
    both, tries = Barrier(2), list[str]()

    def cross(db: Session, reference: str) -> bool:
        one, other = (int(number) for number in reference.split(":"))
        tries.append(reference)
        hotpath.lock_case(db, one)
        if len(tries) <= len("pq") and db.get_bind().dialect.name == "postgresql":
            both.wait()
        hotpath.lock_case(db, other)
        return False

    monkeypatch.setitem(handlers.BACKGROUND, "test.cross", cross)
    for reference in (f"{first}:{second}", f"{second}:{first}"):
        later.enqueue(db, "test.cross", reference)
    db.commit()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: jobs.run_due(sessions, name, limit=1), ("one", "two")))
    with clock.freeze(clock.now() + jobs.LONGEST_PASSING):
        jobs.run_due(sessions, "one")
    with sessions() as own:
        rows = own.execute(select(Job.status, Job.attempts).where(Job.topic == "test.cross")).all()
        assert [tuple(row) for row in rows] == [(JobStatus.DONE, 0)] * 2
        assert len(tries) == (3 if own.get_bind().dialect.name == "postgresql" else 2)
