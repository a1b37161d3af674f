"""Jobs: leased with a fence, done once, retried, and in the end an incident that people resolve."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, handlers, instances, jobs
from engine import db as database
from engine.errors import Forbidden, IncidentNotOpen
from engine.models import Incident, Job, LogEntry
from tests.college import College
from tests.integration.engine import flow

TIMER = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
SERVICE = '<bpmn:serviceTask id="work" name="自动办理" camunda:topic="test.work"/>'


@pytest.fixture
def attempts() -> Iterator[list[bool]]:
    """The handler `test.work`: takes the next answer from this list, False for a failure."""
    answers: list[bool] = []

    def work(_db: Session, _call: handlers.ServiceCall) -> dict[str, object]:
        if answers and not answers.pop(0):
            message = "the other system is away"
            raise ConnectionError(message)
        return {}

    handlers.HANDLERS["test.work"] = work
    yield answers
    del handlers.HANDLERS["test.work"]


def run_later(sessions: sessionmaker[Session], **later: float) -> int:
    with clock.freeze(clock.now() + timedelta(**later)):
        return jobs.run_due(sessions, "test")


def test_a_timer_fires_when_it_is_due_and_not_before(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    case = flow.begin(
        db, flow.chain("timed", TIMER, flow.step("after")), by=college.actor(db, "leader")
    )
    db.commit()
    assert run_later(sessions, minutes=59) == 0
    assert run_later(sessions, hours=7) == 1
    with sessions() as later:
        assert list(flow.open_tasks(later, case)) == ["after"]
        body = later.execute(
            select(LogEntry.body).where(LogEntry.kind == "timer_fired")
        ).scalar_one()
        assert '"late_seconds":2' in body


def test_every_due_timer_fires_once_whatever_the_number_of_workers(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    leader = college.actor(db, "leader")
    flow.begin(db, flow.chain("timed", TIMER), by=leader)
    for _number in range(39):
        instances.start(db, "timed", by=leader)
    db.commit()

    def worker(number: int) -> int:
        taken = 0
        while count := jobs.run_due(sessions, f"worker {number}", limit=3):
            taken += count
        return taken

    with clock.freeze(clock.now() + timedelta(hours=2)), ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 40
    with sessions() as later:
        assert (
            later.execute(select(func.count()).where(LogEntry.kind == "timer_fired")).scalar_one()
            == 40
        )


def test_a_worker_that_slept_through_its_lease_writes_nothing(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    case = flow.begin(
        db, flow.chain("timed", TIMER, flow.step("after")), by=college.actor(db, "leader")
    )
    db.commit()
    with clock.freeze(clock.now() + timedelta(hours=2)), sessions() as one:
        (slept,) = jobs.acquire(database.begin_writing(one), "sleeper")
        one.commit()
    assert run_later(sessions, hours=3) == 1
    with database.writing(sessions) as one:
        jobs._run(one, slept, clock.now() + jobs.LEASE)
    with sessions() as later:
        assert (
            later.execute(select(func.count()).where(LogEntry.kind == "timer_fired")).scalar_one()
            == 1
        )
        assert list(flow.open_tasks(later, case)) == ["after"]


def test_a_service_that_fails_is_tried_again(
    db: Session, sessions: sessionmaker[Session], college: College, attempts: list[bool]
) -> None:
    attempts += [False, True]
    case = flow.begin(db, flow.chain("served", SERVICE), by=college.actor(db, "leader"))
    db.commit()
    run_later(sessions, seconds=1)
    assert run_later(sessions, seconds=2) == 0
    assert run_later(sessions, seconds=60) == 1
    with sessions() as later:
        assert flow.status(later, case) == "completed"


def test_out_of_attempts_it_is_an_incident_that_an_administrator_resolves(
    db: Session, sessions: sessionmaker[Session], college: College, attempts: list[bool]
) -> None:
    attempts += [False] * jobs.ATTEMPTS
    case = flow.begin(db, flow.chain("served", SERVICE), by=college.actor(db, "leader"))
    db.commit()
    for hour in range(1, jobs.ATTEMPTS + 1):
        assert run_later(sessions, hours=hour) == 1
    with sessions() as later:
        database.begin_writing(later)
        incident = later.execute(select(Incident)).scalar_one()
        assert (incident.instance_id, incident.element_id, incident.status) == (
            case,
            "work",
            "open",
        )
        assert "the other system is away" in incident.data
        with pytest.raises(Forbidden):
            jobs.retry(later, incident.id, by=college.actor(later, "leader"))
        jobs.retry(later, incident.id, by=college.actor(later, "admin"))
        with pytest.raises(IncidentNotOpen):
            jobs.retry(later, incident.id, by=college.actor(later, "admin"))
        later.commit()
    assert run_later(sessions, hours=9) == 1
    with sessions() as later:
        assert flow.status(later, case) == "completed"


def test_the_act_stands_when_what_follows_cannot_go_on(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    leader = college.actor(db, "leader")
    xml = flow.process(
        "stuck",
        flow.step("one") + '<bpmn:exclusiveGateway id="which"/>' + flow.step("two"),
        flow.line("start", "one")
        + flow.line("one", "which")
        + flow.line("which", "two", "amount &gt; 3")
        + flow.line("two", "end"),
    )
    case = flow.begin(db, xml, by=leader)
    flow.do(db, case, "one", by=leader)
    db.commit()
    with sessions() as later:
        database.begin_writing(later)
        assert flow.open_tasks(later, case) == {}
        incident = later.execute(select(Incident)).scalar_one()
        assert "amount" in incident.data
        jobs.retry(later, incident.id, by=college.actor(later, "admin"))
        statuses = later.execute(select(Incident.status).order_by(Incident.id)).scalars().all()
        assert statuses == ["resolved", "open"]


def test_a_case_cancelled_takes_its_jobs_along(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    case = flow.begin(db, flow.chain("timed", TIMER), by=college.actor(db, "leader"))
    instances.cancel(db, case, by=college.actor(db, "admin"), reason="重复发起")
    db.commit()
    assert run_later(sessions, hours=2) == 0
    with sessions() as later:
        assert later.execute(select(Job.status)).scalars().all() == ["cancelled"]
