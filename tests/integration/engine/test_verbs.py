"""Lending, copying, urging, asking for time, batches: what each does on a plain step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, copies, eventlog, replay, tasks
from engine.college import persons, posts
from engine.entries import Kind, read_body
from engine.errors import (
    CannotAssign,
    Forbidden,
    NobodyThere,
    NotFound,
    NotStaff,
    ReasonRequired,
    Refused,
    UnknownOutcome,
)
from engine.models import (
    Copy,
    DueChange,
    LogEntry,
    ProcessInstance,
    TaskCandidate,
    User,
    UserTask,
)
from engine.people import SYSTEM, Actor
from engine.queries import cases
from engine.tasks import copies as copying
from engine.tasks import extension, lending, taking_back, urging, withdrawing
from engine.tasks.copies import CopiedToMany, CopyToOneself
from engine.tasks.persons import HasLeft, TooManyNamed
from tests import college as places
from tests.college import ROOT, College
from tests.integration.engine import flow

REVIEW = "post:college_reviewer@unit:machine"
ALL = "approve,return,reassign,lend,extend,add_signer"


@pytest.fixture
def leader(db: Session, college: College) -> Actor:
    return college.actor(db, "leader")


@pytest.fixture
def reviewer(db: Session, college: College) -> Actor:
    return college.actor(db, "reviewer")


@pytest.fixture
def case(db: Session, leader: Actor) -> int:
    """A case that waits for the reviewers of a college."""
    xml = flow.chain(
        "verbs",
        flow.step("submit"),
        flow.step("review", REVIEW, verbs=ALL, due="P3D", copy_to="initiator,user:auditor"),
        flow.step("last", "user:office", verbs="approve,return"),
    )
    number = flow.begin(db, xml, by=leader)
    flow.do(db, number, "submit", by=leader)
    return number


@pytest.fixture
def review(db: Session, case: int) -> int:
    return flow.open_tasks(db, case)["review"]


def row(db: Session, task_id: int) -> UserTask:
    db.expire_all()
    return db.execute(select(UserTask).where(UserTask.id == task_id)).scalar_one()


def inboxes(db: Session, task_id: int) -> list[str]:
    wanted = select(TaskCandidate.key).where(TaskCandidate.task_id == task_id)
    return sorted(db.execute(wanted).scalars())


def kinds(db: Session, case: int) -> list[str]:
    wanted = select(LogEntry.kind).where(LogEntry.chain == eventlog.case_chain(case))
    return list(db.execute(wanted.order_by(LogEntry.seq)).scalars())


def newest(db: Session, case: int) -> LogEntry:
    wanted = select(LogEntry).where(LogEntry.chain == eventlog.case_chain(case))
    return db.execute(wanted.order_by(LogEntry.seq.desc()).limit(1)).scalar_one()


def test_a_lent_task_comes_back_with_an_opinion_and_is_decided_by_its_holder(
    db: Session, college: College, case: int, review: int, reviewer: Actor
) -> None:
    office = college.actor(db, "office")
    tasks.lend(db, review, by=reviewer, to=office.id or 0, reason="请先看看设备值")
    assert inboxes(db, review) == [f"u:{office.id}"]
    assert row(db, review).lent_by == reviewer.id
    with pytest.raises(Forbidden):
        tasks.complete(db, review, by=reviewer)
    with pytest.raises(lending.IsLent, match="周明岚"):
        tasks.send_back(db, review, by=office, reason="不行")
    tasks.complete(db, review, by=office, outcome="refuse", comment="我看可以")
    assert row(db, review).status == "claimed"
    assert row(db, review).assignee_id == reviewer.id
    assert inboxes(db, review) == [f"u:{reviewer.id}"]
    tasks.complete(db, review, by=reviewer)
    assert row(db, review).completed_by == reviewer.id
    assert kinds(db, case)[-3:] == [Kind.TASK_LENT, Kind.TASK_GIVEN_BACK, Kind.TASK_COMPLETED]
    assert replay.replay(db, case).difference is None


def test_a_lent_task_of_a_group_can_be_put_back_for_the_group(
    db: Session, college: College, case: int, review: int, reviewer: Actor
) -> None:
    group = inboxes(db, review)
    tasks.lend(db, review, by=reviewer, to=college.users["office"], reason="请先看看")
    tasks.complete(db, review, by=college.actor(db, "office"), comment="我看可以")
    with pytest.raises(Forbidden):
        tasks.release(db, review, by=college.actor(db, "leader"))
    tasks.release(db, review, by=reviewer)
    assert inboxes(db, review) == group
    tasks.complete(db, review, by=college.actor(db, "reviewer2"))
    assert replay.replay(db, case).difference is None


@pytest.mark.parametrize("verb", ["reassign", "lend", "add_signers", "copy"])
def test_work_is_given_to_staff_alone(
    db: Session, college: College, review: int, reviewer: Actor, verb: str
) -> None:
    student = persons.create(db, "student", "学生", by=SYSTEM)
    post = posts.create(db, "student", "学生", by=SYSTEM)
    posts.give(db, student, post, college.units["machine"], since=places.SINCE, by=SYSTEM)
    gone = persons.create(db, "gone", "离校的人", by=SYSTEM)
    db.execute(update(User).where(User.id == gone).values(is_active=False))
    deeds = {
        "reassign": lambda to: tasks.reassign(db, review, by=reviewer, to=to, reason="忙"),
        "lend": lambda to: tasks.lend(db, review, by=reviewer, to=to, reason="忙"),
        "add_signers": lambda to: tasks.add_signers(
            db, review, by=reviewer, people=[to], reason="忙"
        ),
        "copy": lambda to: tasks.copy(db, review, by=reviewer, to=[to]),
    }
    for to, refusal in ((student, NotStaff), (gone, HasLeft), (10**9, NobodyThere)):
        with pytest.raises(refusal):
            deeds[verb](to)


def test_whoever_lent_a_task_calls_it_back(
    db: Session, college: College, review: int, reviewer: Actor
) -> None:
    with pytest.raises(lending.NotLent):
        tasks.give_back(db, review, by=reviewer)
    tasks.lend(db, review, by=reviewer, to=college.users["office"], reason="请看")
    with pytest.raises(Forbidden):
        tasks.give_back(db, review, by=college.actor(db, "leader"))
    tasks.give_back(db, review, by=reviewer)
    assert row(db, review).assignee_id == reviewer.id


@pytest.mark.parametrize(
    ("who", "to", "reason", "refusal"),
    [
        ("reviewer", "office", "", ReasonRequired),
        ("reviewer", "reviewer", "请看", CannotAssign),
        ("leader", "office", "请看", Forbidden),
        ("stranger", "office", "请看", NotFound),
    ],
)
def test_a_loan_that_makes_no_sense_is_refused(
    db: Session,
    college: College,
    review: int,
    who: str,
    to: str,
    reason: str,
    refusal: type[Refused],
) -> None:
    with pytest.raises(refusal):
        tasks.lend(db, review, by=college.actor(db, who), to=college.users[to], reason=reason)


def test_only_a_step_that_offers_it_can_be_lent(
    db: Session, college: College, case: int, review: int, reviewer: Actor
) -> None:
    tasks.complete(db, review, by=reviewer)
    last = flow.open_tasks(db, case)["last"]
    office = college.actor(db, "office")
    with pytest.raises(UnknownOutcome, match="委派"):
        tasks.lend(db, last, by=office, to=college.users["leader"], reason="请看")


def test_a_copy_is_seen_in_its_box_and_read_once(
    db: Session, college: College, case: int, review: int, reviewer: Actor
) -> None:
    stranger = college.actor(db, "stranger")
    with pytest.raises(NotFound):
        cases.see(db, stranger, case)
    tasks.copy(db, review, by=reviewer, to=[college.users["stranger"]], note="供参考")
    cases.see(db, stranger, case)
    assert copies.is_unread(db, case, stranger.id or 0)
    assert tasks.read_copy(db, case, by=stranger)
    assert not tasks.read_copy(db, case, by=stranger)
    assert kinds(db, case)[-2:] == [Kind.CASE_COPIED, Kind.COPY_READ]
    with pytest.raises(NotFound):
        tasks.copy(db, review, by=stranger, to=[college.users["office"]])


def test_copies_go_to_others_and_not_to_everybody(
    db: Session, college: College, case: int, review: int, reviewer: Actor, monkeypatch: Any
) -> None:
    with pytest.raises(CopyToOneself):
        tasks.copy(db, review, by=reviewer, to=[reviewer.id or 0, college.users["office"]])
    with pytest.raises(TooManyNamed, match="一次最多选 50 人"):
        tasks.copy(db, review, by=reviewer, to=range(1, 99))
    monkeypatch.setattr(copying, "MOST_COPIED", 2)
    two = [college.users[name] for name in ("office", "stranger")]
    tasks.copy(db, review, by=reviewer, to=two)
    with pytest.raises(CopiedToMany, match="最多抄送给 2 人，现在已有 2 人"):
        tasks.copy_case(db, case, by=reviewer, to=[college.users["leader"]])


def test_a_step_sends_its_copies_when_it_is_done(
    db: Session, college: College, case: int, review: int, reviewer: Actor
) -> None:
    tasks.complete(db, review, by=reviewer)
    got = db.execute(select(Copy.user_id).where(Copy.instance_id == case)).scalars()
    assert sorted(got) == sorted([college.users["leader"], college.users["auditor"]])
    known = read_body(newest(db, case).body).known
    assert [known[key] for key in known if key.startswith("copied")] == [
        [college.users["leader"], college.users["auditor"]]
    ]
    assert replay.replay(db, case).difference is None


def test_a_finished_case_can_be_copied_and_read(
    db: Session, college: College, case: int, review: int, reviewer: Actor
) -> None:
    tasks.complete(db, review, by=reviewer)
    flow.do(db, case, "last", by=college.actor(db, "office"))
    tasks.copy(db, review, by=reviewer, to=[college.users["stranger"]])
    assert tasks.read_copy(db, case, by=college.actor(db, "stranger"))
    assert replay.replay(db, case).difference is None


def test_urging_is_possible_once_an_hour(
    db: Session, case: int, review: int, leader: Actor, reviewer: Actor
) -> None:
    now = clock.now()
    with clock.freeze(now):
        tasks.urge(db, review, by=leader, note="请尽快")
        with pytest.raises(urging.UrgedAlready):
            tasks.urge(db, review, by=leader)
        with pytest.raises(urging.UrgedAlready):
            tasks.urge_case(db, case, by=leader)
        with pytest.raises(Forbidden):
            tasks.urge(db, review, by=reviewer)
    with clock.freeze(now + timedelta(minutes=59)), pytest.raises(urging.UrgedAlready):
        tasks.urge(db, review, by=leader)
    with clock.freeze(now + timedelta(minutes=61)):
        assert tasks.urge_case(db, case, by=leader) == 1
    assert kinds(db, case).count(Kind.TASK_URGED) == 2
    assert replay.replay(db, case).difference is None


def test_nobody_urges_themselves(db: Session, case: int, leader: Actor) -> None:
    tasks.withdraw(db, case, by=leader)
    with pytest.raises(urging.OnlyOneself):
        tasks.urge(db, flow.open_tasks(db, case)["submit"], by=leader)
    with pytest.raises(urging.OnlyOneself):
        tasks.urge_case(db, case, by=leader)


def test_time_asked_for_and_given_moves_the_deadline_and_keeps_both_dates(
    db: Session, college: College, case: int, review: int, reviewer: Actor
) -> None:
    places.publish(db, (ROOT / "processes/extension_request.bpmn").read_bytes())
    admin = college.actor(db, "admin")
    due = row(db, review).due_at
    assert due is not None
    later = due + timedelta(days=2)
    with pytest.raises(ReasonRequired):
        tasks.ask_extension(db, review, by=reviewer, until=later, reason=" ")
    with pytest.raises(extension.UntilWrong):
        tasks.ask_extension(db, review, by=reviewer, until=due, reason="材料多")
    with pytest.raises(Forbidden):
        tasks.ask_extension(
            db, review, by=college.actor(db, "leader"), until=later, reason="材料多"
        )
    small = tasks.ask_extension(db, review, by=reviewer, until=later, reason="材料多")
    with pytest.raises(extension.AskedAlready):
        tasks.ask_extension(db, review, by=reviewer, until=later, reason="材料多")
    assert row(db, review).due_at == due
    flow.do(db, small, "decide", by=admin)
    assert (row(db, review).due_at, row(db, review).due_first) == (later, due)
    change = db.execute(select(DueChange).where(DueChange.task_id == review)).scalar_one()
    assert (change.due_before, change.due_after, change.allowed_in) == (due, later, small)
    assert kinds(db, case)[-2:] == [Kind.EXTENSION_ASKED, Kind.DUE_CHANGED]
    assert replay.replay(db, case).difference is None
    assert replay.replay(db, small).difference is None


def test_time_refused_leaves_the_deadline(
    db: Session, college: College, review: int, reviewer: Actor
) -> None:
    places.publish(db, (ROOT / "processes/extension_request.bpmn").read_bytes())
    due = row(db, review).due_at
    assert due is not None
    until = due + timedelta(days=2)
    small = tasks.ask_extension(db, review, by=reviewer, until=until, reason="材料多")
    flow.do(db, small, "decide", by=college.actor(db, "admin"), outcome="refuse")
    assert row(db, review).due_at == due
    status = select(ProcessInstance.status).where(ProcessInstance.id == small)
    assert db.execute(status).scalar_one() == "terminated"
    tasks.ask_extension(db, review, by=reviewer, until=until, reason="再申请一次")


def test_one_refused_task_of_a_batch_undoes_nothing_of_the_others(
    db: Session, leader: Actor, reviewer: Actor, case: int, review: int
) -> None:
    others = []
    for _number in range(2):
        xml = flow.chain("heap", flow.step("submit"), flow.step("review", REVIEW))
        number = flow.begin(db, xml, by=leader)
        flow.do(db, number, "submit", by=leader)
        others.append(flow.open_tasks(db, number)["review"])
    tasks.complete(db, others[0], by=reviewer)
    found = tasks.complete_many(db, [others[1], others[0], review], by=reviewer, comment="同意")
    assert [one.task_id for one in found] == [others[1], others[0], review]
    assert [one.refusal is None for one in found] == [True, False, True]
    assert row(db, review).status == "completed"
    assert flow.open_tasks(db, case)["last"]


def test_the_initiator_withdraws_until_somebody_has_decided(
    db: Session, case: int, review: int, leader: Actor, reviewer: Actor
) -> None:
    with pytest.raises(Forbidden):
        tasks.withdraw(db, case, by=reviewer)
    tasks.claim(db, review, by=reviewer)
    tasks.withdraw(db, case, by=leader, reason="漏了附件")
    assert list(flow.open_tasks(db, case)) == ["submit"]
    assert row(db, review).status == "cancelled"
    with pytest.raises(withdrawing.NotSubmitted):
        tasks.withdraw(db, case, by=leader)
    flow.do(db, case, "submit", by=leader)
    flow.do(db, case, "review", by=reviewer)
    with pytest.raises(withdrawing.DecidedAlready, match="周明岚"):
        tasks.withdraw(db, case, by=leader)
    assert replay.replay(db, case).difference is None


def test_an_approver_takes_back_until_the_next_has_opened_it(
    db: Session, college: College, case: int, review: int, leader: Actor, reviewer: Actor
) -> None:
    with pytest.raises(Refused, match="不用拿回"):
        tasks.take_back(db, review, by=leader)
    tasks.complete(db, review, by=reviewer)
    with pytest.raises(Forbidden):
        tasks.take_back(db, review, by=leader)
    tasks.take_back(db, review, by=reviewer, reason="再看一眼")
    again = flow.open_tasks(db, case)
    assert list(again) == ["review"]
    assert row(db, again["review"]).assignee_id == reviewer.id
    tasks.complete(db, again["review"], by=reviewer)
    last = flow.open_tasks(db, case)["last"]
    tasks.seen(db, last, by=college.actor(db, "auditor"))
    assert row(db, last).seen_at is None
    tasks.seen(db, last, by=college.actor(db, "office"))
    with pytest.raises(taking_back.SeenAlready):
        tasks.take_back(db, again["review"], by=reviewer)
    tasks.complete(db, last, by=college.actor(db, "office"))
    assert replay.replay(db, case).difference is None


def test_a_closed_case_is_opened_again_and_both_decisions_stay(
    db: Session, college: College, case: int, leader: Actor, reviewer: Actor
) -> None:
    admin, office = college.actor(db, "admin"), college.actor(db, "office")
    flow.do(db, case, "review", by=reviewer)
    with pytest.raises(Refused, match="还没有结束"):
        tasks.reopen(db, case, by=admin, reason="漏看一处")
    flow.do(db, case, "last", by=office)
    with pytest.raises(Forbidden):
        tasks.reopen(db, case, by=leader, reason="漏看一处")
    with pytest.raises(ReasonRequired):
        tasks.reopen(db, case, by=admin, reason="")
    tasks.reopen(db, case, by=admin, reason="漏看一处")
    assert list(flow.open_tasks(db, case)) == ["last"]
    flow.do(db, case, "last", by=office)
    state = select(ProcessInstance.status).where(ProcessInstance.id == case)
    assert db.execute(state).scalar_one() == "completed"
    assert kinds(db, case).count(Kind.TASK_COMPLETED) == 4
    assert replay.replay(db, case).difference is None
