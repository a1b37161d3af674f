"""Deputies: whom they act for and when, that both people are recorded, and who may appoint whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, deputies, people, replay, roles, tasks
from engine.entries import read_body
from engine.errors import CannotAssign, Forbidden, NotFound, Refused
from engine.models import Incident, IncidentStatus, LogEntry, Role, User, UserTask
from engine.people import SYSTEM, Actor
from engine.queries import cases, inbox, rail
from tests.college import College
from tests.integration.engine import flow

REVIEW = "post:college_reviewer@unit:machine"


@pytest.fixture
def case(db: Session, college: College) -> int:
    leader = college.actor(db, "leader")
    xml = flow.chain(
        "away",
        flow.step("submit"),
        flow.step("review", REVIEW, verbs="approve,return,reassign,lend"),
        flow.step("last", "user:office"),
    )
    number = flow.begin(db, xml, by=leader)
    flow.do(db, number, "submit", by=leader)
    return number


def stand_in(
    db: Session, college: College, principal: str, deputy: str, days: int = 7, **more: object
) -> int:
    today = clock.today()
    return deputies.appoint(
        db,
        by=college.actor(db, principal),
        user_id=college.users[deputy],
        since=today,
        until=today + timedelta(days=days),
        **more,  # type: ignore[arg-type]  # what a test adds
    )


def waiting(db: Session, actor: Actor) -> list[tuple[str, str]]:
    day = inbox.school_day(clock.zone())
    rows = inbox.todo(db, actor, day).rows
    assert inbox.counts(db, actor, day).todo == len(rows)
    assert rail.numbers(db, actor) == (len(rows), rail.unread(db, actor.id))
    return [(row.step, row.deputy_of) for row in rows]


def listed(db: Session, actor: Actor) -> list[int]:
    """The cases in this person's list."""
    return [row.id for row in cases.listed(db, actor)[0]]


def test_a_deputy_sees_and_does_the_work_and_both_are_recorded(
    db: Session, college: College, case: int
) -> None:
    stranger = college.actor(db, "stranger")
    assert waiting(db, stranger) == []
    stand_in(db, college, "reviewer", "stranger")
    deputy = college.actor(db, "stranger")
    assert waiting(db, deputy) == [("review", "周明岚")]
    cases.see(db, deputy, case)
    assert case in listed(db, deputy)
    review = flow.open_tasks(db, case)["review"]
    tasks.complete(db, review, by=deputy, comment="同意")
    row = db.execute(select(UserTask).where(UserTask.id == review)).scalar_one()
    assert (row.completed_by, row.done_for) == (deputy.id, college.users["reviewer"])
    body = db.execute(select(LogEntry.body).order_by(LogEntry.id.desc()).limit(1)).scalar_one()
    assert read_body(body).asked["for"] == college.users["reviewer"]
    assert replay.replay(db, case).difference is None


def test_a_deputy_of_the_administrator_does_what_nobody_had_and_nothing_is_left_open(
    db: Session, college: College
) -> None:
    steps = flow.chain("aside", flow.step("review", "user:office", verbs="approve,step_aside"))
    number = flow.begin(db, steps, by=college.actor(db, "leader"))
    review = flow.open_tasks(db, number)["review"]
    tasks.step_aside(db, review, by=college.actor(db, "office"), reason="利害关系")
    stand_in(db, college, "admin", "stranger")
    tasks.complete(db, review, by=college.actor(db, "stranger"), comment="同意")
    assert flow.status(db, number) == "completed"
    assert db.execute(select(Incident.status)).scalars().all() == [IncidentStatus.RESOLVED]


def test_it_goes_for_the_flows_and_days_that_were_said(
    db: Session, college: College, case: int
) -> None:
    stand_in(db, college, "reviewer", "stranger", definitions=["approval_major"])
    deputy = college.actor(db, "stranger")
    assert waiting(db, deputy) == []
    assert listed(db, deputy) == []
    with pytest.raises(NotFound):
        tasks.complete(db, flow.open_tasks(db, case)["review"], by=deputy)
    stand_in(db, college, "reviewer2", "stranger", definitions=["away"], days=1)
    assert waiting(db, college.actor(db, "stranger")) == [("review", "郑怀瑾")]
    assert listed(db, college.actor(db, "stranger")) == [case]
    with clock.freeze(clock.now() + timedelta(days=3)):
        assert waiting(db, college.actor(db, "stranger")) == []
        assert listed(db, college.actor(db, "stranger")) == []


def test_a_deputy_of_a_deputy_is_nobody(db: Session, college: College, case: int) -> None:
    stand_in(db, college, "reviewer", "stranger")
    stand_in(db, college, "stranger", "office")
    office = college.actor(db, "office")
    with pytest.raises(NotFound):
        tasks.complete(db, flow.open_tasks(db, case)["review"], by=office)


def test_a_deputy_does_not_lend_the_work_nor_appoint_for_the_principal(
    db: Session, college: College, case: int, today: date
) -> None:
    stand_in(db, college, "reviewer", "stranger")
    deputy = college.actor(db, "stranger")
    review = flow.open_tasks(db, case)["review"]
    with pytest.raises(Forbidden):
        tasks.lend(db, review, by=deputy, to=college.users["office"], reason="请看")
    with pytest.raises(Forbidden):
        deputies.appoint(
            db,
            by=deputy,
            principal_id=college.users["reviewer"],
            user_id=college.users["office"],
            since=today,
            until=today,
        )


def test_one_who_left_is_no_principal(db: Session, college: College) -> None:
    stand_in(db, college, "reviewer", "stranger")
    db.execute(update(User).where(User.username == "reviewer").values(is_active=False))
    assert college.actor(db, "stranger").deputy_for == ()


REFUSED: list[tuple[tuple[str, str], tuple[int, int], type[Refused]]] = [
    (("reviewer", "reviewer"), (0, 3), deputies.OwnDeputy),
    (("stranger", "reviewer"), (0, 3), deputies.InTurn),
    (("reviewer", "stranger"), (1, 2), deputies.AlreadyDeputy),
    (("reviewer", "office"), (-1, 3), deputies.PeriodWrong),
    (("reviewer", "office"), (5, 3), deputies.PeriodWrong),
    (("reviewer", "office"), (0, 800), deputies.PeriodWrong),
    (("reviewer", "auditor"), (0, 3), CannotAssign),
]


@pytest.mark.parametrize(("who", "days", "refusal"), REFUSED)
def test_what_makes_no_sense_is_refused(
    db: Session,
    college: College,
    today: date,
    who: tuple[str, str],
    days: tuple[int, int],
    refusal: type[Refused],
) -> None:
    stand_in(db, college, "reviewer", "stranger")
    db.execute(update(User).where(User.username == "auditor").values(is_active=False))
    with pytest.raises(refusal):
        deputies.appoint(
            db,
            by=college.actor(db, who[0]),
            user_id=college.users[who[1]],
            since=today + timedelta(days=days[0]),
            until=today + timedelta(days=days[1]),
        )


def test_an_administrator_of_people_appoints_and_ends_for_others(
    db: Session, college: College, today: date
) -> None:
    roles.give(db, college.users["admin"], Role.PEOPLE_ADMIN, by=SYSTEM)
    admin = college.actor(db, "admin")
    number = deputies.appoint(
        db,
        by=admin,
        principal_id=college.users["reviewer"],
        user_id=college.users["stranger"],
        since=today,
        until=today + timedelta(days=3),
        definitions=["approval_major"],
    )
    (line,) = deputies.of(db, college.users["stranger"])
    assert (line.principal, line.deputy, line.definitions) == (
        "周明岚",
        "陈立新",
        ("approval_major",),
    )
    assert deputies.every(db, by=admin)[0] == (line,)
    with pytest.raises(NotFound):
        deputies.end(db, number, by=college.actor(db, "office"))
    with pytest.raises(deputies.ForOneself):
        deputies.appoint(
            db,
            by=admin,
            user_id=college.users["admin"],
            principal_id=college.users["reviewer"],
            since=line.since,
            until=line.until,
        )
    deputies.end(db, number, by=admin)
    assert deputies.of(db, college.users["stranger"]) == ()
    assert college.actor(db, "stranger").deputy_for == ()


def test_who_has_no_principals_costs_no_further_statement(db: Session, college: College) -> None:
    assert people.actor(db, college.users["reviewer"]).deputy_for == ()


def test_an_administrator_acts_in_the_place_of_another_with_a_reason(
    db: Session, college: College, case: int
) -> None:
    admin = college.actor(db, "admin")
    review = flow.open_tasks(db, case)["review"]
    with pytest.raises(Forbidden):
        tasks.on_behalf(
            db, review, by=college.actor(db, "leader"), of=college.users["reviewer"], reason="急"
        )
    with pytest.raises(Refused):
        tasks.on_behalf(db, review, by=admin, of=college.users["reviewer"], reason=" ")
    with pytest.raises(Refused, match="不在"):
        tasks.on_behalf(db, review, by=admin, of=college.users["office"], reason="急")
    tasks.on_behalf(db, review, by=admin, of=college.users["reviewer"], reason="本人住院，电话同意")
    row = db.execute(select(UserTask).where(UserTask.id == review)).scalar_one()
    assert (row.completed_by, row.done_for) == (admin.id, college.users["reviewer"])
    assert replay.replay(db, case).difference is None
