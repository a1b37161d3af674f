"""Rungs of a deadline: on working days only, once, in order, late where the server was down."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, tasks, verify
from engine.db import begin_writing
from engine.models import Incident, Job, Notification, UserTask
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.deadlines import ladders
from tests.integration.engine.deadlines.ladders import at


def start(db: Session, college: College, due: str, text: str) -> int:
    """A case whose second step opens at this moment."""
    admin = ladders.administrator(db, college)
    leader = college.actor(db, "leader")
    with clock.freeze(at(text)):
        ladders.usual(db, admin)
        case = flow.begin(db, ladders.diagram(due), by=leader)
        flow.do(db, case, "write", by=leader)
    db.commit()
    return case


def due_of(db: Session, case: int) -> str:
    """When the open task is due, as the school reads it."""
    asked = select(UserTask.due_at).where(
        UserTask.instance_id == case, UserTask.status.in_(("ready", "claimed"))
    )
    return f"{db.execute(asked).scalar_one().astimezone(ladders.ZONE):%Y-%m-%d %H:%M}"


def test_three_working_days_over_the_national_week_end_on_the_exchanged_saturday(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    case = start(db, college, "3 working days", "2026-09-30 10:00")
    assert due_of(db, case) == "2026-10-10 18:00"
    db.rollback()
    assert ladders.run(sessions, "2026-10-08 12:00") == 0
    ladders.run(sessions, "2026-10-09 09:00")
    ladders.run(sessions, "2026-10-10 18:00")
    ladders.run(sessions, "2026-10-11 23:00")
    with sessions() as later:
        assert [days for days, _known in ladders.passed(later)] == [-1, 0]
    ladders.run(sessions, "2026-10-12 09:00")
    ladders.run(sessions, "2026-10-14 09:00")
    with sessions() as later:
        rungs = ladders.passed(later)
        assert [days for days, _known in rungs] == [-1, 0, 1, 3]
        assert {known["late_seconds"] for _days, known in rungs} == {0}
        assert rungs[0][1]["reached"] == [college.users["reviewer"]]
        assert rungs[2][1]["reached"] == [college.users["office"]]
        told = later.execute(select(Incident.sentence)).scalars().all()
        assert told == ["“{title}”的“{step}”到{due}还没有办。"]
        assert not later.execute(select(Job).where(Job.status == "waiting")).all()


@pytest.mark.parametrize(
    ("back", "late"), [("2026-11-11 00:00", [6 * 3600]), ("2026-11-13 18:00", None)]
)
def test_after_downtime_each_overdue_rung_is_passed_once_in_order_marked_late(
    db: Session, sessions: sessionmaker[Session], college: College, back: str, late: list[int]
) -> None:
    start(db, college, "2 working days", "2026-11-06 10:00")
    ladders.run(sessions, "2026-11-09 09:00")
    ladders.run(sessions, back)
    ladders.run(sessions, back)
    with sessions() as later:
        rungs = ladders.passed(later)
    if late is not None:
        assert [days for days, _known in rungs] == [-1, 0]
        assert [known["late_seconds"] for _days, known in rungs[1:]] == late
        return
    assert [days for days, _known in rungs] == [-1, 0, 1, 3]
    hours = [known["late_seconds"] // 3600 for _days, known in rungs]
    assert hours == [0, 72, 57, 9]


def test_a_server_that_comes_back_on_a_free_day_waits_for_a_working_day(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    start(db, college, "2 working days", "2026-11-04 10:00")
    ladders.run(sessions, "2026-11-05 09:00")
    ladders.run(sessions, "2026-11-07 12:00")
    with sessions() as later:
        assert [days for days, _known in ladders.passed(later)] == [-1]
    ladders.run(sessions, "2026-11-09 09:00")
    with sessions() as later:
        rungs = ladders.passed(later)
    assert [days for days, _known in rungs] == [-1, 0, 1]
    assert rungs[1][1]["late_seconds"] == (2 * 24 + 15) * 3600


def test_a_finished_or_returned_step_has_no_rungs_left(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    case = start(db, college, "2 working days", "2026-11-04 10:00")
    reviewer = college.actor(db, "reviewer")
    with clock.freeze(at("2026-11-05 08:00")):
        task = flow.open_tasks(db, case)["review"]
        tasks.send_back(db, task, by=reviewer, reason="再改")
    db.commit()
    assert ladders.run(sessions, "2026-11-20 12:00") == 0
    with clock.freeze(at("2026-11-20 12:00")):
        flow.do(db, case, "write", by=college.actor(db, "leader"))
        assert due_of(db, case) == "2026-11-24 18:00"
        flow.do(db, case, "review", by=reviewer)
    db.commit()
    assert ladders.run(sessions, "2026-12-20 12:00") == 0
    with sessions() as later:
        assert ladders.passed(later) == []


def test_a_date_moves_by_the_two_days_for_which_the_case_was_returned(
    db: Session, college: College
) -> None:
    case = start(db, college, "2026-11-27T17:00:00+08:00", "2026-11-16 10:00")
    assert due_of(db, case) == "2026-11-27 17:00"
    with clock.freeze(at("2026-11-17 10:00")):
        task = flow.open_tasks(db, case)["review"]
        tasks.send_back(db, task, by=college.actor(db, "reviewer"), reason="再改")
    with clock.freeze(at("2026-11-19 10:00")):
        flow.do(db, case, "write", by=college.actor(db, "leader"))
    assert due_of(db, case) == "2026-11-30 17:00"


def test_a_clock_set_back_passes_no_rung_twice(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    start(db, college, "2 working days", "2026-11-04 10:00")
    ladders.run(sessions, "2026-11-05 09:30")
    ladders.run(sessions, "2026-11-05 08:30")
    ladders.run(sessions, "2026-11-05 09:30")
    with sessions() as later:
        assert [days for days, _known in ladders.passed(later)] == [-1]


def test_a_rung_for_a_post_nobody_holds_is_an_incident_in_words(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    admin = ladders.administrator(db, college)
    rungs = [{"days": 0, "at": "", "what": "tell", "who": "post:major_leader@unit:trade"}]
    with clock.freeze(at("2026-11-04 10:00")):
        ladders.usual(db, admin, rungs)
        flow.begin(
            db,
            flow.chain("one", flow.step("review", "user:reviewer", due="P1D", escalation="usual")),
            by=college.actor(db, "leader"),
        )
    db.commit()
    ladders.run(sessions, "2026-11-05 10:00")
    with sessions() as later:
        assert "要找的人现在没有" in later.execute(select(Incident.sentence)).scalar_one()
        assert ladders.passed(later)[0][1]["reached"] == []
        assert list(verify.verify(later)) == []


def test_a_rung_may_hand_the_task_to_somebody_else(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    admin = ladders.administrator(db, college)
    rungs = [{"days": 1, "at": "09:00", "what": "reassign", "who": "post:academic_affairs"}]
    with clock.freeze(at("2026-11-04 10:00")):
        ladders.usual(db, admin, rungs)
        case = flow.begin(
            db,
            flow.chain("one", flow.step("review", "user:reviewer", due="P1D", escalation="usual")),
            by=college.actor(db, "leader"),
        )
    db.commit()
    ladders.run(sessions, "2026-11-06 09:00")
    with sessions() as later:
        held = later.execute(select(UserTask.assignee_id).where(UserTask.instance_id == case))
        assert held.scalar_one() == college.users["office"]
        flow.do(later, case, "review", by=college.actor(later, "office"))
        assert list(verify.verify(later)) == []
        told = later.execute(select(Notification.user_id).order_by(Notification.user_id))
        assert set(told.scalars()) >= {college.users["reviewer"], college.users["office"]}


def test_a_rung_gives_a_seat_to_nobody_who_signs_already_or_must_step_aside(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    admin = ladders.administrator(db, college)
    who = "user:reviewer2,user:stranger,user:office"
    rungs = [{"days": 1, "at": "09:00", "what": "reassign", "who": who}]
    more = {"due": "P1D", "escalation": "usual", "signing": "all", "recuse": "user:stranger"}
    step = flow.step("sign", "user:reviewer,user:reviewer2", **more)
    with clock.freeze(at("2026-11-04 10:00")):
        ladders.usual(db, admin, rungs)
        case = flow.begin(db, flow.chain("seats", step), by=college.actor(db, "leader"))
    db.commit()
    ladders.run(sessions, "2026-11-06 09:00")
    with sessions() as later:
        task = UserTask.__table__
        held = later.execute(select(task.c.assignee_id).where(task.c.instance_id == case))
        assert set(held.scalars()) == {college.users["office"], college.users["reviewer2"]}
        assert list(verify.verify(later)) == []


def test_each_signer_has_rungs_of_their_own_until_the_step_is_decided(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    admin, leader = ladders.administrator(db, college), college.actor(db, "leader")
    step = flow.step(
        "sign",
        "user:reviewer,user:reviewer2",
        due="2 working days",
        escalation="usual",
        signing="all",
    )
    with clock.freeze(at("2026-11-04 10:00")):
        ladders.usual(db, admin)
        case = flow.begin(db, flow.chain("signed", flow.step("write"), step), by=leader)
        flow.do(db, case, "write", by=leader)
    db.commit()
    ladders.run(sessions, "2026-11-05 09:00")
    with sessions() as later:
        reached = [known["reached"] for _days, known in ladders.passed(later)]
        assert sorted(reached) == [[college.users["reviewer"]], [college.users["reviewer2"]]]
    with clock.freeze(at("2026-11-05 10:00")), sessions() as later:
        tasks_of = select(UserTask.id, UserTask.assignee_id).where(
            UserTask.instance_id == case, UserTask.element_id == "sign"
        )
        mine = {row.assignee_id: row.id for row in later.execute(tasks_of)}
        first = college.users["reviewer"]
        tasks.complete(later, mine[first], by=college.actor(later, "reviewer"), comment="同意")
        later.commit()
    ladders.run(sessions, "2026-11-06 18:00")
    with sessions() as later:
        last = ladders.passed(later)[2:]
        assert [known["reached"] for _days, known in last] == [[college.users["reviewer2"]]]


def test_an_incident_of_a_deadline_stays_open_when_somebody_is_found_for_the_step(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    admin = ladders.administrator(db, college)
    with clock.freeze(at("2026-11-04 10:00")):
        ladders.usual(db, admin, [{"days": 0, "at": "", "what": "incident"}])
        step = flow.step("review", "post:major_leader@unit:trade", due="P1D", escalation="usual")
        case = flow.begin(db, flow.chain("one", step), by=college.actor(db, "leader"))
    db.commit()
    ladders.run(sessions, "2026-11-05 10:00")
    with sessions() as later, clock.freeze(at("2026-11-05 11:00")):
        begin_writing(later)
        task = later.execute(select(UserTask.id).where(UserTask.instance_id == case)).scalar_one()
        to = college.users["reviewer"]
        tasks.reassign(later, task, by=admin, to=to, reason="请办")
        found = select(Incident.job_id.is_(None), Incident.status).order_by(Incident.id)
        assert [tuple(row) for row in later.execute(found)] == [(True, "resolved"), (False, "open")]
        later.commit()
