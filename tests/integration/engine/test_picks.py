"""Whom somebody chooses while a case runs: picks on handing in, and fields of a form."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import assignment, definitions, instances, picks, replay, tasks, versions
from engine.assignment import About
from engine.college import persons
from engine.errors import NobodyThere, NotStaff, PickMissing, TooManyPicked
from engine.models import User, UserTask
from engine.people import SYSTEM
from tests.college import College
from tests.integration.engine import flow, furnished


@pytest.fixture
def house(db: Session, college: College) -> College:
    """The college with a post on every level."""
    return furnished.furnish(db, college)


def test_whom_an_approver_or_the_initiator_picks(db: Session, house: College) -> None:
    drawn = flow.chain(
        "picked",
        flow.step("hand_in"),
        flow.step("review", "pick:initiator"),
        flow.step("decide", "pick:review", fallback="user:rector"),
    )
    leader, dean = house.actor(db, "leader"), house.actor(db, "dean")
    case = flow.begin(db, drawn, by=leader)
    version = versions.active(db, "picked")
    assert [one.element_id for one in picks.due(version, "hand_in")] == ["review"]
    assert [one.element_id for one in picks.due(version, "review")] == ["decide"]
    assert picks.due(version, "decide") == ()
    task = flow.open_tasks(db, case)["hand_in"]
    outsider = persons.create(db, "outsider", "外来人", by=SYSTEM)
    for wrong, refusal in (
        (None, PickMissing),
        ({"review": []}, PickMissing),
        ({"decide": [dean.id]}, PickMissing),
        ({"review": [999_999_999]}, NobodyThere),
        ({"review": [outsider]}, NotStaff),
        ({"review": list(range(1, 99))}, TooManyPicked),
    ):
        with pytest.raises(refusal):
            tasks.complete(db, task, by=leader, picks=wrong)
    tasks.complete(db, task, by=leader, picks={"review": [dean.id, house.users["vice"]]})
    task = flow.open_tasks(db, case)["review"]
    tasks.complete(db, task, by=dean, picks={"decide": [house.users["teacher"]]})
    flow.do(db, case, "decide", by=house.actor(db, "teacher"))
    assert flow.status(db, case) == "completed"
    assert replay.replay(db, case).difference is None


def test_a_pick_that_left_falls_back_and_nobody_picks_by_starting(
    db: Session, house: College
) -> None:
    drawn = flow.chain(
        "sneaked",
        flow.step("hand_in"),
        flow.step("review", "pick:initiator", fallback="user:rector"),
    )
    leader = house.actor(db, "leader")
    definitions.publish(db, drawn, by=SYSTEM, note="版")
    case = instances.start(db, "sneaked", by=leader, values={"pick:review": [house.users["dean"]]})
    task = flow.open_tasks(db, case)["hand_in"]
    with pytest.raises(PickMissing):
        tasks.complete(db, task, by=leader)
    tasks.complete(db, task, by=leader, picks={"review": [house.users["vice"]]})
    review = flow.open_tasks(db, case)["review"]
    keys = select(UserTask.candidates).where(UserTask.id == review)
    assert orjson.loads(db.execute(keys).scalar_one()) == [f"u:{house.users['vice']}"]
    db.execute(update(User).where(User.id == house.users["vice"]).values(is_active=False))
    about = About(None, leader.id, variables=lambda: {"pick:review": [house.users["vice"]]})
    element = versions.active(db, "sneaked").process.elements["review"]
    assert assignment.for_step(db, element, about).by == "user:rector"


def test_a_form_field_names_who_gets_the_next_step(db: Session, house: College) -> None:
    leader = house.actor(db, "leader")
    drawn = flow.chain("fielded", flow.step("hand_in"), flow.step("review", "field:reviewers"))
    form = {
        "type": "default",
        "components": [{"type": "textfield", "key": "reviewers", "label": "评审人"}],
    }
    drawn = drawn.replace(b'id="hand_in"', b'id="hand_in" camunda:formRef="people"')
    forms = {"people": orjson.dumps(form).decode()}
    definitions.publish(db, drawn, by=SYSTEM, note="版", forms=forms)
    case = instances.start(db, "fielded", by=leader)
    task = flow.open_tasks(db, case)["hand_in"]
    tasks.complete(db, task, by=leader, values={"reviewers": "N-teacher，dean"})
    keys = select(UserTask.candidates).where(UserTask.instance_id == case).order_by(UserTask.id)
    given_to = [orjson.loads(row) for row in db.execute(keys).scalars()][-1]
    assert given_to == [f"u:{house.users[name]}" for name in ("teacher", "dean")]


def test_everybody_whom_a_signer_picked_gets_the_step(db: Session, house: College) -> None:
    leader, voters = house.actor(db, "leader"), ("dean", "vice")
    drawn = flow.chain(
        "picked_by_several",
        flow.step("hand_in"),
        flow.step("review", "user:dean,user:vice", signing="all"),
        flow.step("decide", "pick:review", fallback="user:rector"),
    )
    case = flow.begin(db, drawn, by=leader)
    flow.do(db, case, "hand_in", by=leader)
    chosen = {"dean": "teacher", "vice": "rector"}
    for name in voters:
        one = house.actor(db, name)
        mine = select(UserTask.id).where(
            UserTask.instance_id == case,
            UserTask.element_id == "review",
            UserTask.assignee_id == one.id,
        )
        picked = {"decide": [house.users[chosen[name]]]}
        tasks.complete(db, db.execute(mine).scalar_one(), by=one, picks=picked)
    decide = flow.open_tasks(db, case)["decide"]
    keys = select(UserTask.candidates).where(UserTask.id == decide)
    given_to = orjson.loads(db.execute(keys).scalar_one())
    assert given_to == [f"u:{house.users[chosen[name]]}" for name in voters]
    assert replay.replay(db, case).difference is None
