"""Many seats at once: one decision, whatever the order; no two acts wait for each other."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from engine import db as database
from engine import eventlog, suspending, tasks
from engine.errors import Refused
from engine.models import LogEntry, SigningRound, UserTask
from engine.tasks import batch
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.signing.voting import FIVE, Voting


def at_once(sessions: sessionmaker[Session], works: list[object]) -> list[Refused | None]:
    """Run each of `works(db)` in a thread of its own, all starting together."""
    start = Barrier(len(works))

    def one(work: object) -> Refused | None:
        with sessions() as db:
            start.wait()
            try:
                work(database.begin_writing(db))  # type: ignore[operator]  # a function of one
            except Refused as refused:
                db.rollback()
                return refused
            db.commit()
            return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def decisions(db: Session, case: int) -> int:
    rows = db.execute(
        select(LogEntry.body).where(
            LogEntry.chain == eventlog.case_chain(case), LogEntry.kind == "task_voted"
        )
    ).scalars()
    return sum('"command"' in body for body in rows)


@pytest.mark.parametrize("rule", ["ratio 1/2; early", "all", "ratio 2/3; hidden"])
def test_five_votes_at_once_make_one_decision(
    db: Session, sessions: sessionmaker[Session], college: College, rule: str
) -> None:
    voting = Voting(db, college, rule).begin()
    seats = [(voting.task(name), voting.actor(name)) for name in FIVE]
    db.commit()
    refused = at_once(
        sessions,
        [lambda db, one=one, by=by: tasks.complete(db, one, by=by) for one, by in seats],
    )
    db.rollback()
    assert decisions(db, voting.case) == 1
    assert voting.at() == ["passed"]
    cast = sum(one is None for one in refused)
    done = select(func.count()).where(
        UserTask.element_id == "review", UserTask.status == "completed"
    )
    assert db.execute(done).scalar_one() == cast
    assert db.execute(select(SigningRound.outcome)).scalar_one() == "approve"
    voting.check()


def test_taking_back_and_deciding_what_it_led_to_leave_one_of_the_two(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    leader, reviewer = college.actor(db, "leader"), college.actor(db, "reviewer")
    xml = flow.chain(
        "back", flow.step("submit"), flow.step("review", "user:reviewer"), flow.step("last")
    )
    for _time in range(3):
        case = flow.begin(db, xml, by=leader)
        submit = flow.open_tasks(db, case)["submit"]
        tasks.complete(db, submit, by=leader)
        review = flow.open_tasks(db, case)["review"]
        db.commit()
        refused = at_once(
            sessions,
            [
                lambda db, one=submit: tasks.take_back(db, one, by=leader),
                lambda db, one=review: tasks.complete(db, one, by=reviewer),
                lambda db, one=review: tasks.seen(db, one, by=reviewer),
            ],
        )
        db.rollback()
        assert [one is None for one in refused[:2]].count(True) == 1, refused
        assert len(flow.open_tasks(db, case)) == 1


def test_suspending_withdrawing_and_deciding_at_once_leave_a_case_that_replays(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    voting = Voting(db, college, "all", FIVE[:2]).begin()
    seat, reviewer = voting.task("reviewer"), voting.actor("reviewer")
    leader, admin = voting.actor("leader"), voting.actor("admin")
    db.commit()
    at_once(
        sessions,
        [
            lambda db: suspending.suspend(db, voting.case, by=admin, reason="停"),
            lambda db: tasks.complete(db, seat, by=reviewer),
            lambda db: tasks.withdraw(db, voting.case, by=leader),
            lambda db: tasks.urge_case(db, voting.case, by=leader),
        ],
    )
    db.rollback()
    voting.check()


def crossed(db: Session, college: College) -> dict[str, list[int]]:
    """Two cases in which two people have tasks whose numbers run the other way round."""
    leader = college.actor(db, "leader")
    one, other = college.actor(db, "reviewer"), college.actor(db, "reviewer2")
    steps = flow.step("review", "user:reviewer", verbs="approve,reassign,add_signer")
    xml = flow.chain("heap", flow.step("submit"), steps, flow.step("last"))
    tasks_of = {}
    for name in ("first", "second"):
        case = flow.begin(db, xml, by=leader)
        flow.do(db, case, "submit", by=leader)
        tasks_of[name] = (case, flow.open_tasks(db, case)["review"])
    tasks.reassign(db, tasks_of["second"][1], by=one, to=other.id or 0, reason="请办")
    pairs = (("first", one, other), ("second", other, one))
    for name, holder, added in pairs:
        task = tasks_of[name][1]
        tasks.add_signers(db, task, by=holder, people=[added.id or 0], reason="请同签")
    found = {}
    for person in (one, other):
        rows = select(UserTask.id).where(
            UserTask.assignee_id == person.id, UserTask.status.in_(("ready", "claimed"))
        )
        found[person.name] = list(db.execute(rows.order_by(UserTask.id)).scalars())
    db.commit()
    return found


def test_two_heaps_in_the_same_cases_do_not_wait_for_each_other(
    db: Session,
    sessions: sessionmaker[Session],
    college: College,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heaps = crossed(db, college)
    one, other = college.actor(db, "reviewer"), college.actor(db, "reviewer2")
    db.rollback()
    usual = batch.complete

    def slowly(*given: Any, **more: Any) -> Any:
        done = usual(*given, **more)
        time.sleep(0.3)
        return done

    monkeypatch.setattr(batch, "complete", slowly)
    said: list[Any] = []
    works = [
        lambda db, who=who: said.extend(tasks.complete_many(db, heaps[who.name], by=who))
        for who in (one, other)
    ]
    assert at_once(sessions, works) == [None, None]
    assert [result.refusal for result in said] == [None] * 4
