"""Adding signers before, beside and after, and taking them out again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import replay, tasks
from engine.errors import Forbidden
from engine.models import TaskCandidate, UserTask
from engine.tasks.seats import SignsAlready
from engine.tasks.signers import LastSigner
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.signing.voting import FIVE, Voting

RULES = ("any", "all", "ratio 2/3")


def add(voting: Voting, name: str, who: list[str], where: str) -> None:
    """Somebody adds signers."""
    ids = [voting.college.users[one] for one in who]
    task = voting.task(name) if voting.rule != "any" else voting.rows()[0].id
    tasks.add_signers(
        voting.db, task, by=voting.actor(name), people=ids, where=where, reason="请一起把关"
    )


def test_a_step_that_comes_back_is_its_holders_not_the_added_signers(
    db: Session, college: College
) -> None:
    steps = (
        flow.step("ask"),
        flow.step("look", "user:reviewer", verbs="approve,add_signer"),
        flow.step("last", "user:office", verbs="approve,return", returns_to="look"),
    )
    leader, reviewer, office = (college.actor(db, one) for one in ("leader", "reviewer", "office"))
    case = flow.begin(db, flow.chain("back", *steps), by=leader)
    flow.do(db, case, "ask", by=leader)
    look, other = flow.open_tasks(db, case)["look"], college.users["stranger"]
    tasks.add_signers(db, look, by=reviewer, people=[other], where="before", reason="请先看")
    flow.do(db, case, "look", by=college.actor(db, "stranger"))
    tasks.complete(db, look, by=reviewer)
    tasks.send_back(db, flow.open_tasks(db, case)["last"], by=office, to="look", reason="再看")
    again = select(UserTask.assignee_id).where(UserTask.id == flow.open_tasks(db, case)["look"])
    assert db.execute(again).scalar_one() == reviewer.id
    assert replay.replay(db, case).difference is None


@pytest.mark.parametrize("rule", RULES)
def test_who_is_added_before_signs_first_and_then_the_adder(
    db: Session, college: College, rule: str
) -> None:
    voting = Voting(db, college, rule, ("reviewer",)).begin()
    add(voting, "reviewer", ["office", "stranger"], "before")
    assert [voting.status(one) for one in ("reviewer", "office", "stranger")] == [
        "waiting",
        "claimed",
        "waiting",
    ]
    voting.check()
    voting.vote("office")
    assert voting.status("reviewer") == "waiting"
    voting.vote("stranger")
    assert voting.status("reviewer") == "claimed"
    key = select(TaskCandidate.key).where(TaskCandidate.task_id == voting.task("reviewer"))
    assert list(db.execute(key).scalars()) == [f"u:{college.users['reviewer']}"]
    voting.check()
    voting.vote("reviewer")
    assert voting.at() == ["passed"]
    voting.check()


@pytest.mark.parametrize("rule", RULES)
def test_who_is_added_after_signs_when_the_adder_has(
    db: Session, college: College, rule: str
) -> None:
    voting = Voting(db, college, rule, ("reviewer",)).begin()
    add(voting, "reviewer", ["office"], "after")
    assert voting.status("office") == "waiting"
    voting.vote("reviewer")
    assert voting.at() == ["review"]
    assert voting.status("office") == "claimed"
    voting.vote("office", "refuse")
    assert voting.at() == ["failed"]
    voting.check()


def test_in_a_sequence_the_added_one_comes_before_the_next(db: Session, college: College) -> None:
    voting = Voting(db, college, "sequence", FIVE[:2]).begin()
    add(voting, "reviewer", ["office"], "after")
    voting.vote("reviewer")
    assert (voting.status("office"), voting.status("reviewer2")) == ("claimed", "waiting")
    voting.check()
    voting.vote("office")
    assert voting.status("reviewer2") == "claimed"
    voting.vote("reviewer2")
    assert voting.at() == ["passed"]
    voting.check()


@pytest.mark.parametrize("rule", RULES)
def test_a_refusal_of_an_added_signer_refuses(db: Session, college: College, rule: str) -> None:
    voting = Voting(db, college, rule, ("reviewer",)).begin()
    add(voting, "reviewer", ["office"], "beside")
    voting.vote("office", "refuse")
    if voting.at() == ["review"]:
        voting.vote("reviewer")
    assert voting.at() == ["failed"]
    voting.check()


def test_nobody_has_two_seats(db: Session, college: College) -> None:
    voting = Voting(db, college, "all", FIVE[:2]).begin()
    with pytest.raises(SignsAlready):
        add(voting, "reviewer", ["reviewer2"], "beside")
    with pytest.raises(SignsAlready):
        add(voting, "reviewer", ["reviewer"], "beside")
    task, by = voting.task("reviewer"), voting.actor("reviewer")
    with pytest.raises(SignsAlready):
        tasks.reassign(db, task, by=by, to=college.users["reviewer2"], reason="请办")


@pytest.mark.parametrize("where", ["before", "beside", "after"])
def test_whoever_added_a_signer_takes_them_out(db: Session, college: College, where: str) -> None:
    voting = Voting(db, college, "any", ("reviewer",)).begin()
    add(voting, "reviewer", ["office"], where)
    with pytest.raises(Forbidden):
        tasks.remove_signer(db, voting.task("office"), by=voting.actor("office"), reason="不必")
    tasks.remove_signer(db, voting.task("office"), by=voting.actor("reviewer"), reason="不必了")
    assert (voting.status("office"), voting.status("reviewer")) == ("removed", "claimed")
    voting.check()
    with pytest.raises(LastSigner):
        tasks.remove_signer(db, voting.task("reviewer"), by=voting.actor("admin"), reason="不必")
    voting.vote("reviewer")
    assert voting.at() == ["passed"]
    voting.check()


def test_taking_out_the_last_who_waits_decides_what_the_others_said(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "ratio 2/3", FIVE[:3]).begin()
    voting.vote("reviewer")
    voting.vote("reviewer2")
    tasks.remove_signer(db, voting.task("office"), by=voting.actor("admin"), reason="已调离")
    assert voting.at() == ["passed"]
    voting.check()
