"""A plain step beside whose holder others sign: it stays the holder's, or the group's."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import jobs, replay, tasks
from engine.bpmn.commands import Then
from engine.models import Incident, User, UserTask
from engine.tasks.finding import InHands
from tests.college import College
from tests.integration.engine import flow

GROUP = "user:reviewer,user:reviewer2"
VERBS = "approve,return,lend,add_signer,remove_signer,step_aside"


@pytest.fixture
def case(db: Session, college: College) -> int:
    """A case that waits for either of two reviewers."""
    leader = college.actor(db, "leader")
    steps = (flow.step("submit"), flow.step("look", GROUP, verbs=VERBS, returns_to="any"))
    number = flow.begin(db, flow.chain("beside", *steps), by=leader)
    flow.do(db, number, "submit", by=leader)
    return number


def add(db: Session, college: College, case: int, who: str = "office") -> int:
    """The first reviewer adds somebody; the number of the added one's task."""
    look = flow.open_tasks(db, case)["look"]
    people, by = [college.users[who]], college.actor(db, "reviewer")
    tasks.add_signers(db, look, by=by, people=people, where="beside", reason="请看")
    mine = (UserTask.instance_id == case) & (UserTask.assignee_id == people[0])
    found = select(UserTask.id).where(mine).order_by(UserTask.id.desc()).limit(1)
    return db.execute(found).scalar_one()


def offered(db: Session, case: int) -> list[str]:
    """To whom the open tasks of the step are offered."""
    mine = (UserTask.instance_id == case) & UserTask.status.in_(("ready", "claimed"))
    return sorted(db.execute(select(UserTask.candidates).where(mine)).scalars())


def incident(db: Session, case: int) -> int:
    """The open incident of the case."""
    mine = (Incident.instance_id == case) & (Incident.status == "open")
    return db.execute(select(Incident.id).where(mine)).scalar_one()


@pytest.mark.parametrize("then", list(Then))
def test_what_an_added_signer_returned_comes_back_to_the_group(
    db: Session, college: College, case: int, then: Then
) -> None:
    added = add(db, college, case)
    office, leader = college.actor(db, "office"), college.actor(db, "leader")
    tasks.send_back(db, added, by=office, to="submit", then=then, reason="请改")
    flow.do(db, case, "submit", by=leader)
    users = sorted((college.users["reviewer"], college.users["reviewer2"]))
    assert offered(db, case) == ["[" + ",".join(f'"u:{one}"' for one in users) + "]"]
    assert replay.replay(db, case).difference is None


def test_when_the_holder_steps_aside_the_others_of_the_group_are_asked(
    db: Session, college: College, case: int
) -> None:
    add(db, college, case)
    reviewer = college.actor(db, "reviewer")
    mine = (UserTask.instance_id == case) & (UserTask.assignee_id == reviewer.id)
    look = db.execute(select(UserTask.id).where(mine)).scalar_one()
    tasks.step_aside(db, look, by=reviewer, reason="利害关系")
    assert f'["u:{college.users["reviewer2"]}"]' in offered(db, case)
    flow.do(db, case, "look", by=college.actor(db, "reviewer2"))
    assert replay.replay(db, case).difference is None


def test_where_nobody_is_left_trying_again_says_what_to_do(
    db: Session, college: College, case: int
) -> None:
    add(db, college, case)
    for name in ("reviewer", "reviewer2"):
        by = college.actor(db, name)
        mine = (UserTask.instance_id == case) & UserTask.candidates.contains(f'"u:{by.id}"')
        open_ = mine & UserTask.status.in_(("ready", "claimed"))
        task = db.execute(select(UserTask.id).where(open_)).scalars().first()
        assert task is not None
        tasks.step_aside(db, task, by=by, reason="利害关系")
    with pytest.raises(InHands):
        jobs.retry(db, incident(db, case), by=college.actor(db, "admin"))


def test_who_was_taken_off_can_be_added_again(db: Session, college: College, case: int) -> None:
    reviewer = college.actor(db, "reviewer")
    tasks.remove_signer(db, add(db, college, case), by=reviewer, reason="不必")
    again = add(db, college, case)
    tasks.complete(db, again, by=college.actor(db, "office"), comment="同意")
    assert replay.replay(db, case).difference is None


def test_what_comes_back_to_somebody_who_left_is_told_the_administrators(
    db: Session, college: College, case: int
) -> None:
    look, lender = flow.open_tasks(db, case)["look"], college.actor(db, "reviewer")
    tasks.lend(db, look, by=lender, to=college.users["office"], reason="请先看")
    db.execute(update(User).where(User.id == lender.id).values(is_active=False))
    tasks.complete(db, look, by=college.actor(db, "office"), comment="我看可以")
    admin = college.actor(db, "admin")
    with pytest.raises(InHands):
        jobs.retry(db, incident(db, case), by=admin)
    tasks.reassign(db, look, by=admin, to=college.users["reviewer2"], reason="已离校")
    mine = (Incident.instance_id == case) & (Incident.status == "open")
    assert db.execute(select(Incident.id).where(mine)).all() == []
    assert replay.replay(db, case).difference is None
