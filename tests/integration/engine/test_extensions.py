"""What becomes of an application for more time when its task does not stay as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, due_dates, instances, jobs, suspending, tasks
from engine.calendars import Due
from engine.models import Notification, UserTask
from engine.new_cases import KeyReserved
from engine.people import Actor
from engine.tasks import extension
from tests import college as places
from tests.college import ROOT, College
from tests.integration.engine import flow
from tests.integration.engine.test_verbs import REVIEW


@pytest.fixture
def admin(db: Session, college: College) -> Actor:
    return college.actor(db, "admin")


@pytest.fixture
def reviewer(db: Session, college: College) -> Actor:
    return college.actor(db, "reviewer")


@pytest.fixture
def case(db: Session, college: College) -> int:
    """A case that waits for a reviewer with a deadline."""
    places.publish(db, (ROOT / "processes/extension_request.bpmn").read_bytes())
    drawn = flow.step("review", REVIEW, verbs="approve,extend,add_signer", due="P3D")
    return flow.begin(db, flow.chain("timed", drawn), by=college.actor(db, "leader"))


def due(db: Session, task: int) -> object:
    db.expire_all()
    return db.execute(select(UserTask.due_at).where(UserTask.id == task)).scalar_one()


@pytest.fixture
def ask(db: Session, case: int, reviewer: Actor) -> Callable[[], int]:
    """Ask for two days more; the number of the application."""

    def asked() -> int:
        task = flow.open_tasks(db, case)["review"]
        until = db.execute(select(UserTask.due_at).where(UserTask.id == task)).scalar_one()
        later = until + timedelta(days=2)
        return tasks.ask_extension(db, task, by=reviewer, until=later, reason="材料多")

    return asked


def told(db: Session) -> list[str]:
    """What applicants were told of how it went."""
    rows = select(Notification.data).where(Notification.kind == "extension")
    return [orjson.loads(one)["how"] for one in db.execute(rows).scalars()]


def test_nobody_gives_a_case_the_key_of_an_application(
    db: Session, case: int, reviewer: Actor
) -> None:
    task = flow.open_tasks(db, case)["review"]
    for key in (f"extension:{task}:q", "major:460305/goal/2027#1", "template:major/2#1"):
        with pytest.raises(KeyReserved):
            instances.start(db, "timed", by=reviewer, business_key=key)
    instances.start(db, "timed", by=reviewer, business_key="采购:12")
    assert extension.pending(db, task) is None


def test_nothing_is_approved_while_the_case_stands_still(
    db: Session, case: int, ask: Callable[[], int], admin: Actor
) -> None:
    task = flow.open_tasks(db, case)["review"]
    before = due(db, task)
    small = ask()
    suspending.suspend(db, case, by=admin, reason="等通知")
    with pytest.raises(extension.StandsStill), db.begin_nested():
        flow.do(db, small, "decide", by=admin)
    assert (due(db, task), told(db)) == (before, [])
    suspending.resume(db, case, by=admin)
    flow.do(db, small, "decide", by=admin)
    assert (due(db, task) != before, told(db)) == (True, ["completed"])


@pytest.mark.parametrize("outcome", ["approve", "refuse"])
def test_whoever_asked_is_told_that_the_task_was_done_meanwhile(
    db: Session, case: int, ask: Callable[[], int], reviewer: Actor, admin: Actor, outcome: str
) -> None:
    small = ask()
    tasks.complete(db, flow.open_tasks(db, case)["review"], by=reviewer)
    flow.do(db, small, "decide", by=admin, outcome=outcome)
    assert told(db) == ["lapsed"]


def test_it_waits_with_its_task_until_those_added_before_have_signed(
    db: Session,
    sessions: sessionmaker[Session],
    college: College,
    case: int,
    ask: Callable[[], int],
    reviewer: Actor,
    admin: Actor,
) -> None:
    now, task, small = clock.now(), flow.open_tasks(db, case)["review"], ask()
    before = due(db, task)
    office = college.actor(db, "office")
    people = [office.id or 0]
    tasks.add_signers(db, task, by=reviewer, people=people, where="before", reason="请先看")
    db.commit()
    with clock.freeze(now + timedelta(hours=2)):
        jobs.run_due(sessions, "test")
    with pytest.raises(extension.NotItsTurn), db.begin_nested():
        flow.do(db, small, "decide", by=admin)
    flow.do(db, case, "review", by=office)
    flow.do(db, small, "decide", by=admin)
    assert (due(db, task) != before, told(db)) == (True, ["completed"])


def test_a_deadline_that_is_later_already_stays_and_that_is_said(
    db: Session, case: int, ask: Callable[[], int], admin: Actor
) -> None:
    task, small = flow.open_tasks(db, case)["review"], ask()
    held, moved = instances.lock(db, case), clock.now() + timedelta(days=30)
    here = due_dates.find(db, case, task_id=task)
    assert here is not None
    due_dates.move(db, held, here, Due(moved), why=due_dates.Why.CHANGE, by=admin)
    flow.do(db, small, "decide", by=admin)
    assert (due(db, task), told(db)) == (moved, ["later"])


def test_an_application_ends_by_itself_when_its_task_needs_nobody(
    db: Session,
    sessions: sessionmaker[Session],
    case: int,
    ask: Callable[[], int],
    reviewer: Actor,
) -> None:
    now = clock.now()
    small = ask()
    db.commit()
    with clock.freeze(now + timedelta(minutes=61)):
        jobs.run_due(sessions, "test")
    assert flow.status(db, small) == "running"
    tasks.complete(db, flow.open_tasks(db, case)["review"], by=reviewer)
    db.commit()
    with clock.freeze(now + timedelta(hours=3)):
        jobs.run_due(sessions, "test")
    assert (flow.status(db, small), told(db)) == ("cancelled", ["lapsed"])
