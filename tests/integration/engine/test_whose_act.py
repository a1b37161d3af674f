"""What somebody did in another's place stays the other's: no verb turns it into their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from engine import clock, deputies, handing_over, people, replay, roles, tasks
from engine.college import persons
from engine.errors import NotFound, NotStaff, UnknownOutcome
from engine.models import ProcessInstance, Role, SigningRound, UserTask
from engine.people import SYSTEM
from engine.queries import cases, inbox, task_page, task_verbs
from engine.tasks import taking_back
from engine.tasks.held import OwnCase
from engine.tasks.seats import MustStepAside
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.signing.voting import FIVE, Voting

REVIEW = "user:reviewer"


def stand_in(db: Session, college: College, principal: str, deputy: str) -> int:
    today = clock.today()
    return deputies.appoint(
        db,
        by=college.actor(db, principal),
        user_id=college.users[deputy],
        since=today,
        until=today + timedelta(days=7),
    )


def begun(db: Session, college: College, **properties: str) -> int:
    leader = college.actor(db, "leader")
    xml = flow.chain(
        "whose",
        flow.step("submit"),
        flow.step("review", REVIEW, **properties),
        flow.step("last", "user:office"),
    )
    number = flow.begin(db, xml, by=leader)
    flow.do(db, number, "submit", by=leader)
    return number


def holder(db: Session, case: int, element: str) -> tuple[int | None, str]:
    db.expire_all()
    task = flow.open_tasks(db, case)[element]
    row = db.execute(select(UserTask).where(UserTask.id == task)).scalar_one()
    return row.assignee_id, row.candidates


def test_what_a_deputy_takes_back_is_the_principals_again(db: Session, college: College) -> None:
    case = begun(db, college)
    stand_in(db, college, "reviewer", "stranger")
    review = flow.open_tasks(db, case)["review"]
    tasks.complete(db, review, by=college.actor(db, "stranger"))
    tasks.take_back(db, review, by=college.actor(db, "stranger"))
    reviewer = college.users["reviewer"]
    assert holder(db, case, "review") == (reviewer, f'["u:{reviewer}"]')
    assert replay.replay(db, case).difference is None


def test_the_principal_takes_back_what_the_deputy_did_but_a_former_deputy_does_not(
    db: Session, college: College
) -> None:
    case = begun(db, college)
    period = stand_in(db, college, "reviewer", "stranger")
    review = flow.open_tasks(db, case)["review"]
    tasks.complete(db, review, by=college.actor(db, "stranger"))
    deputies.end(db, period, by=college.actor(db, "reviewer"))
    with pytest.raises(tasks.taking_back.DoneFor):
        tasks.take_back(db, review, by=college.actor(db, "stranger"))
    assert flow.open_tasks(db, case).keys() == {"last"}


def test_a_case_is_opened_again_for_the_principal(db: Session, college: College) -> None:
    case = begun(db, college)
    stand_in(db, college, "reviewer", "stranger")
    flow.do(db, case, "review", by=college.actor(db, "stranger"))
    flow.do(db, case, "last", by=college.actor(db, "office"))
    tasks.reopen(db, case, by=college.actor(db, "admin"), reason="复核", to="review")
    assert holder(db, case, "review")[0] == college.users["reviewer"]


def test_a_deputy_passes_on_only_where_the_step_offers_it(db: Session, college: College) -> None:
    case = begun(db, college, verbs="approve,return")
    stand_in(db, college, "reviewer", "stranger")
    review = flow.open_tasks(db, case)["review"]
    office = college.users["office"]
    for name in ("reviewer", "stranger"):
        with pytest.raises(UnknownOutcome):
            tasks.reassign(db, review, by=college.actor(db, name), to=office, reason="忙")
    tasks.reassign(db, review, by=college.actor(db, "admin"), to=office, reason="忙")


def test_who_must_step_aside_does_not_decide_as_a_deputy(db: Session, college: College) -> None:
    case = begun(db, college, recuse="user:office")
    stand_in(db, college, "reviewer", "office")
    review = flow.open_tasks(db, case)["review"]
    office = college.actor(db, "office")
    with pytest.raises(MustStepAside):
        tasks.complete(db, review, by=office)
    with pytest.raises(MustStepAside):
        tasks.send_back(db, review, by=office, reason="改")
    tasks.complete(db, review, by=college.actor(db, "reviewer"))


def test_who_began_a_case_decides_nothing_in_it_for_another(db: Session, college: College) -> None:
    case = begun(db, college)
    stand_in(db, college, "reviewer", "leader")
    review, leader = flow.open_tasks(db, case)["review"], college.actor(db, "leader")
    assert not {"approve", "return"} & set(
        task_verbs.allowed(leader, task_page.one(db, leader, review))
    )
    for deed in (
        lambda: tasks.complete(db, review, by=leader),
        lambda: tasks.send_back(db, review, by=leader, reason="改"),
        lambda: tasks.reassign(db, review, by=leader, to=leader.id or 0, reason="我来"),
    ):
        with pytest.raises(OwnCase, match="周明岚"):
            deed()
    day = inbox.school_day(clock.zone())
    assert review not in [row.task_id for row in inbox.todo(db, leader, day).rows]
    tasks.reassign(db, review, by=leader, to=college.users["office"], reason="请代看")


def test_an_administrator_acts_for_nobody_in_their_own_case(db: Session, college: College) -> None:
    admin, reviewer = college.actor(db, "admin"), college.users["reviewer"]
    steps = (flow.step("submit"), flow.step("review", REVIEW), flow.step("last"))
    case = flow.begin(db, flow.chain("whose", *steps), by=admin)
    flow.do(db, case, "submit", by=admin)
    review = flow.open_tasks(db, case)["review"]
    with pytest.raises(OwnCase):
        tasks.on_behalf(db, review, by=admin, of=reviewer, reason="出差")
    with pytest.raises(OwnCase):
        tasks.reassign(db, review, by=admin, to=admin.id or 0, reason="我来")
    assert task_verbs.ON_BEHALF not in task_verbs.allowed(admin, task_page.one(db, admin, review))
    tasks.reassign(db, review, by=admin, to=college.users["office"], reason="请代看")


def test_who_stepped_aside_from_a_plain_step_comes_back_by_no_way(
    db: Session, college: College
) -> None:
    roles.give(db, college.users["reviewer"], Role.PROCESS_ADMIN, by=SYSTEM)
    case = begun(db, college, verbs="approve,step_aside")
    review, admin = flow.open_tasks(db, case)["review"], college.actor(db, "admin")
    tasks.step_aside(db, review, by=college.actor(db, "reviewer"), reason="本人的课程")
    stand_in(db, college, "reviewer", "stranger")
    for name in ("reviewer", "stranger"):
        with pytest.raises(MustStepAside, match="周明岚"):
            tasks.complete(db, review, by=college.actor(db, name))
    reviewer = college.users["reviewer"]
    with pytest.raises(MustStepAside):
        tasks.on_behalf(db, review, by=admin, of=reviewer, reason="出差")
    with pytest.raises(MustStepAside):
        tasks.reassign(db, review, by=admin, to=reviewer, reason="还是你办")
    tasks.complete(db, review, by=admin)
    assert replay.replay(db, case).difference is None


def test_who_stepped_aside_does_not_vote_as_a_deputy(db: Session, college: College) -> None:
    voting = Voting(db, college, "ratio 1/2", FIVE[:3]).begin()
    stand_in(db, college, "reviewer", "office")
    tasks.step_aside(db, voting.task("office"), by=voting.actor("office"), reason="本人的课程")
    with pytest.raises(MustStepAside):
        tasks.complete(db, voting.task("reviewer"), by=voting.actor("office"))


def test_two_seats_are_two_votes_by_one_hand_each_under_its_own_name(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "all", FIVE[:3]).begin()
    stand_in(db, college, "reviewer", "office")
    own, others = voting.task("office"), voting.task("reviewer")
    tasks.complete(db, own, by=voting.actor("office"))
    tasks.complete(db, others, by=voting.actor("office"))
    said = {row.id: (row.completed_by, row.done_for) for row in voting.rows()}
    office = college.users["office"]
    assert said[own] == (office, None)
    assert said[others] == (office, college.users["reviewer"])
    assert voting.at() == ["review"]
    voting.check()


CHANGED = {
    "whether a round is secret": update(SigningRound).values(hidden=False),
    "in whose place": update(UserTask).where(UserTask.outcome == "approve").values(done_for=5),
    "a weight": update(UserTask).where(UserTask.status == "claimed").values(weight=900),
    "a part": update(UserTask).where(UserTask.status == "claimed").values(part="added"),
    "the state of the case": update(ProcessInstance).values(status="cancelled"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_is_changed_behind_the_records_back_is_found(
    db: Session, college: College, what: str
) -> None:
    voting = Voting(db, college, "ratio 1/2; hidden", FIVE[:3]).begin()
    voting.vote("reviewer")
    voting.check()
    db.execute(CHANGED[what].execution_options(synchronize_session=False))
    assert replay.replay(db, voting.case).difference is not None


def test_what_a_deputy_handed_in_is_withdrawn_by_whoever_began_it(
    db: Session, college: College
) -> None:
    leader = college.actor(db, "leader")
    steps = (flow.step("submit"), flow.step("review", REVIEW), flow.step("last"))
    case = flow.begin(db, flow.chain("whose", *steps), by=leader)
    stand_in(db, college, "leader", "stranger")
    flow.do(db, case, "submit", by=college.actor(db, "stranger"))
    tasks.withdraw(db, case, by=leader)
    assert holder(db, case, "submit")[0] == leader.id


def test_whoever_took_a_case_over_sees_it_and_its_tasks(db: Session, college: College) -> None:
    case, office = begun(db, college), college.users["office"]
    handing_over.confirm(
        db,
        college.users["leader"],
        {f"case:{case}": office},
        by=college.actor(db, "admin"),
        reason="离职",
    )
    stranger = college.actor(db, "stranger")
    cases.see(db, college.actor(db, "office"), case)
    tasks.look(db, flow.open_tasks(db, case)["review"], by=college.actor(db, "office"))
    with pytest.raises(NotFound):
        cases.see(db, stranger, case)


def test_a_step_for_students_may_be_passed_on_to_a_student(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    one, other = (persons.create(db, name, name, by=SYSTEM) for name in ("s1", "s2"))
    xml = flow.chain("asked", flow.step("submit"), flow.step("answer", "user:s1,user:s2"))
    case = flow.begin(db, xml, by=leader)
    flow.do(db, case, "submit", by=leader)
    answer = flow.open_tasks(db, case)["answer"]
    tasks.reassign(db, answer, by=people.actor(db, one), to=other, reason="他熟悉")
    assert holder(db, case, "answer")[0] == other


def test_a_step_that_passed_by_itself_is_no_hindrance_to_taking_back(
    db: Session, college: College
) -> None:
    leader, reviewer = (college.actor(db, name) for name in ("leader", "reviewer"))
    again = flow.step("again", "user:reviewer", repeat="skip")
    steps = (flow.step("submit"), flow.step("review", "user:reviewer"), again)
    xml = flow.chain("skipped", *steps, flow.step("last", "user:office"))
    case = flow.begin(db, xml, by=leader)
    flow.do(db, case, "submit", by=leader)
    review = flow.open_tasks(db, case)["review"]
    tasks.complete(db, review, by=reviewer)
    assert task_verbs.may_take_back(db, reviewer, task_page.one(db, reviewer, review))
    tasks.take_back(db, review, by=reviewer)
    assert list(flow.open_tasks(db, case)) == ["review"]
    tasks.complete(db, flow.open_tasks(db, case)["review"], by=reviewer)
    tasks.seen(db, flow.open_tasks(db, case)["last"], by=college.actor(db, "office"))
    done = db.execute(select(func.max(UserTask.id)).where(UserTask.completed_by == reviewer.id))
    with pytest.raises(taking_back.SeenAlready, match="last"):
        tasks.take_back(db, done.scalar_one(), by=reviewer)
    assert replay.replay(db, case).difference is None


def test_nobody_but_staff_is_a_deputy(db: Session, college: College) -> None:
    college.users["student"] = persons.create(db, "student", "学生", by=SYSTEM)
    with pytest.raises(NotStaff):
        stand_in(db, college, "reviewer", "student")
