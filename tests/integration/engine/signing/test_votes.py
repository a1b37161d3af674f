"""Votes under every rule: what decides, what does not, and why."""

from __future__ import annotations

from datetime import UTC

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import tasks
from engine.errors import ReasonRequired, TaskNotOpen, UnknownOutcome
from engine.models import Incident, TaskCandidate
from engine.queries import inbox
from engine.tasks.held import NotYourTurn
from engine.tasks.seats import MustStepAside
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.signing.voting import FIVE, Voting

THREE = FIVE[:3]


def test_two_thirds_of_five_with_one_abstention_and_one_recusal(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "ratio 2/3; quorum=1/2; abstain=out").begin()
    assert voting.at() == ["review"]
    tasks.step_aside(db, voting.task("office"), by=voting.actor("office"), reason="本人的课程")
    voting.vote("reviewer")
    voting.vote("stranger", "abstain")
    voting.vote("auditor", "refuse")
    assert voting.at() == ["review"]
    voting.vote("reviewer2")
    assert voting.at() == ["passed"]
    count = voting.count()
    assert (count.approved, count.refused, count.abstained, count.stepped_aside) == (2, 1, 1, 1)
    assert (count.outcome, count.left) == ("approve", 0)
    voting.check()


def test_an_abstention_that_counts_against_tips_the_same_vote(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "ratio 2/3; abstain=against").begin()
    tasks.step_aside(db, voting.task("office"), by=voting.actor("office"), reason="本人的课程")
    for name, said in (("reviewer", "approve"), ("stranger", "abstain"), ("auditor", "refuse")):
        voting.vote(name, said)
    voting.vote("reviewer2")
    assert voting.at() == ["failed"]
    voting.check()


def test_a_tie_is_decided_by_the_chair_who_is_asked_then(db: Session, college: College) -> None:
    rule = "ratio 1/2; tie=chair; chair=user:admin"
    voting = Voting(db, college, rule, FIVE[:2]).begin()
    voting.vote("reviewer")
    assert len(voting.rows()) == 2
    voting.vote("reviewer2", "refuse")
    assert voting.at() == ["review"]
    chair = voting.rows()[-1]
    assert (chair.part, chair.assignee_id) == ("chair", college.users["admin"])
    with pytest.raises(UnknownOutcome):
        voting.vote("admin", "abstain")
    voting.check()
    voting.vote("admin")
    assert voting.at() == ["passed"]
    assert voting.count().casting == "approve"
    voting.check()


def test_a_chair_who_voted_says_the_last_word_on_a_tie(db: Session, college: College) -> None:
    voting = Voting(db, college, "ratio 1/2; tie=chair; chair=user:reviewer", FIVE[:2]).begin()
    voting.vote("reviewer2", "refuse")
    voting.vote("reviewer")
    voting.vote("reviewer", "refuse")
    assert voting.at() == ["failed"]
    voting.check()


def test_a_chair_who_steps_aside_leaves_it_to_the_administrators(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "ratio 1/2; tie=chair; chair=user:office", FIVE[:2]).begin()
    voting.vote("reviewer")
    voting.vote("reviewer2", "refuse")
    tasks.step_aside(db, voting.task("office"), by=voting.actor("office"), reason="有利害关系")
    last = voting.rows()[-1]
    assert (last.part, last.candidates) == ("chair", '["r:process_admin"]')
    sentence = db.execute(select(Incident.sentence)).scalars().all()[-1]
    assert "平票" in sentence
    tasks.complete(db, last.id, by=voting.actor("admin"))
    assert voting.at() == ["passed"]
    voting.check()


def test_a_refusal_is_a_vote_and_not_an_end(db: Session, college: College) -> None:
    voting = Voting(db, college, "ratio 60%").begin()
    for name in FIVE[:2]:
        voting.vote(name, "refuse")
    for name in FIVE[2:4]:
        voting.vote(name)
    assert voting.at() == ["review"]
    voting.vote(FIVE[4])
    assert voting.at() == ["passed"]
    voting.check()


def test_all_must_agree_and_everybody_is_heard(db: Session, college: College) -> None:
    voting = Voting(db, college, "all", THREE).begin()
    voting.vote("reviewer", "refuse")
    voting.vote("reviewer2")
    assert voting.at() == ["review"]
    voting.vote("office")
    assert voting.at() == ["failed"]
    voting.check()


def test_early_finish_closes_who_is_no_longer_needed(db: Session, college: College) -> None:
    voting = Voting(db, college, "ratio 1/2; early=yes").begin()
    for name in FIVE[:3]:
        voting.vote(name)
    assert voting.at() == ["passed"]
    assert voting.status("stranger") == voting.status("auditor") == "not_needed"
    with pytest.raises(TaskNotOpen):
        voting.vote("auditor")
    voting.check()


def test_in_sequence_one_after_the_other_finds_it_in_the_inbox(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "sequence", THREE).begin()
    office = voting.actor("office")
    day = inbox.school_day(UTC)
    assert [voting.status(name) for name in THREE] == ["claimed", "waiting", "waiting"]
    assert inbox.todo(db, office, day).rows == ()
    with pytest.raises(NotYourTurn):
        voting.vote("office")
    voting.vote("reviewer")
    voting.vote("reviewer2")
    assert [row.step for row in inbox.todo(db, office, day).rows] == ["review"]
    voting.check()
    voting.vote("office")
    assert voting.at() == ["passed"]
    voting.check()


def test_weights_count_and_not_heads(db: Session, college: College) -> None:
    rule = "weights 3; weights=user:reviewer:3,user:office:2"
    voting = Voting(db, college, rule, THREE).begin()
    voting.vote("office", "refuse")
    voting.vote("reviewer2", "refuse")
    voting.vote("reviewer")
    assert voting.at() == ["passed"]
    voting.check()


def test_weights_that_never_suffice_are_told(db: Session, college: College) -> None:
    voting = Voting(db, college, "weights 60; weights=user:reviewer:3", THREE).begin()
    told = select(Incident.status, Incident.sentence).order_by(Incident.id.desc())
    (status, sentence), *_before = db.execute(told).all()
    assert (status, "达不到" in sentence) == ("open", True)
    for name in THREE:
        voting.vote(name)
    assert voting.at() == ["failed"]
    assert db.execute(told).first() == ("resolved", sentence)


def test_without_a_quorum_the_rule_answers_and_says_why(db: Session, college: College) -> None:
    voting = Voting(db, college, "ratio 1/2; quorum=2/3", THREE).begin()
    for name in THREE[1:]:
        tasks.step_aside(db, voting.task(name), by=voting.actor(name), reason="有利害关系")
    voting.vote("reviewer")
    assert voting.at() == ["failed"]
    voting.check()


def test_who_must_step_aside_by_rule_has_no_seat(db: Session, college: College) -> None:
    more = {"recuse": "initiator,user:office"}
    voting = Voting(db, college, "all", (*THREE, "leader"), more).begin()
    names = {row.assignee_id for row in voting.rows()}
    assert names == {college.users["reviewer"], college.users["reviewer2"]}
    assert voting.count().stepped_aside == 2
    task, by = voting.task("reviewer"), voting.actor("reviewer")
    with pytest.raises(MustStepAside):
        tasks.reassign(db, task, by=by, to=college.users["office"], reason="请办")
    for name in THREE[:2]:
        voting.vote(name)
    assert voting.at() == ["passed"]
    voting.check()


def test_where_all_must_step_aside_the_administrators_decide(db: Session, college: College) -> None:
    voting = Voting(db, college, "all", ("office",), {"recuse": "user:office"}).begin()
    (row,) = voting.rows()
    assert row.candidates == '["r:process_admin"]'
    assert "回避" in db.execute(select(Incident.sentence)).scalars().all()[-1]
    tasks.complete(db, row.id, by=voting.actor("admin"))
    assert voting.at() == ["passed"]
    voting.check()


def test_the_last_who_steps_aside_leaves_it_to_the_administrators(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "ratio 2/3", FIVE[:2]).begin()
    for name in FIVE[:2]:
        tasks.step_aside(db, voting.task(name), by=voting.actor(name), reason="利害关系")
    last = voting.rows()[-1]
    assert (last.status, last.candidates) == ("ready", '["r:process_admin"]')
    voting.check()
    tasks.complete(db, last.id, by=voting.actor("admin"))
    assert voting.at() == ["passed"]
    voting.check()


def test_on_a_plain_step_stepping_aside_leaves_it_to_the_others(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "any", FIVE[:2]).begin()
    (row,) = voting.rows()
    with pytest.raises(ReasonRequired):
        tasks.step_aside(db, row.id, by=voting.actor("reviewer"), reason=" ")
    tasks.step_aside(db, row.id, by=voting.actor("reviewer"), reason="本人的课程")
    keys = db.execute(select(TaskCandidate.key).where(TaskCandidate.task_id == row.id)).scalars()
    assert list(keys) == [f"u:{college.users['reviewer2']}"]
    tasks.step_aside(db, row.id, by=voting.actor("reviewer2"), reason="本人的课程")
    keys = db.execute(select(TaskCandidate.key).where(TaskCandidate.task_id == row.id)).scalars()
    assert list(keys) == ["r:process_admin"]
    voting.check()


def test_a_vote_costs_as_many_statements_after_forty_as_at_first(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "ratio 1/2").begin()
    statements: list[str] = []
    event.listen(
        db.get_bind(), "before_cursor_execute", lambda *words: statements.append(str(words[2]))
    )
    counted = []
    for name in FIVE[:4]:
        task, by = voting.task(name), voting.actor(name)
        statements.clear()
        tasks.complete(db, task, by=by)
        counted.append(len(statements))
    assert len(set(counted)) == 1


def test_a_return_closes_the_round_and_the_second_pass_votes_afresh(
    db: Session, college: College
) -> None:
    voting = Voting(db, college, "ratio 2/3", THREE).begin()
    voting.vote("reviewer")
    tasks.send_back(db, voting.task("office"), by=voting.actor("office"), reason="请补材料")
    assert voting.status("office") == "returned"
    assert voting.status("reviewer2") == "not_needed"
    assert voting.at() == ["submit"]
    flow.do(db, voting.case, "submit", by=voting.actor("leader"))
    assert [row.status for row in voting.rows()] == ["claimed"] * 3
    for name in THREE:
        voting.vote(name)
    assert voting.at() == ["passed"]
    voting.check()
