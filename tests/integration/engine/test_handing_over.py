"""Leavers: a list of all that is theirs, confirmed or changed, handed over with both names."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, deputies, handing_over, people, replay, roles, tasks
from engine.college import persons, posts
from engine.errors import CannotAssign, Forbidden, NotFound, ReasonRequired
from engine.models import Deputy, HandOverItem, LogEntry, ProcessInstance, Role, UserTask
from engine.people import SYSTEM
from engine.queries import cases
from quality.models import Subject
from tests.college import SINCE, College
from tests.integration.engine import flow

REVIEW = "post:college_reviewer@unit:machine"


@pytest.fixture
def house(db: Session, college: College) -> College:
    """The college with a head and somebody who may hand work over."""
    college.users["dean"] = persons.create(db, "dean", "沈院长", by=SYSTEM)
    head = posts.create(db, "head", "负责人", by=SYSTEM)
    posts.give(db, college.users["dean"], head, college.units["machine"], since=SINCE, by=SYSTEM)
    for name in ("leader", "reviewer"):
        posts.give(
            db,
            college.users[name],
            college.posts["academic_affairs"],
            college.units["machine"],
            since=SINCE,
            by=SYSTEM,
        )
    keeper = persons.create(db, "keeper", "邓若谷", by=SYSTEM)
    college.users["keeper"] = keeper
    for role in (Role.PEOPLE_ADMIN, Role.PROCESS_ADMIN):
        roles.give(db, keeper, role, by=SYSTEM)
    return college


def begin(db: Session, house: College, **signing: str) -> int:
    """A case of the leader, in which the first step is theirs."""
    drawn = flow.chain("left", flow.step("hand_in"), flow.step("review", REVIEW, **signing))
    return flow.begin(db, drawn, by=house.actor(db, "leader"))


def by_sort(things: tuple[handing_over.Thing, ...]) -> dict[str, list[handing_over.Thing]]:
    """The things by sort."""
    found: dict[str, list[handing_over.Thing]] = {}
    for thing in things:
        found.setdefault(thing.sort, []).append(thing)
    return found


def test_all_that_is_theirs_is_listed_with_who_should_get_it(db: Session, house: College) -> None:
    case = begin(db, house)
    leader, keeper = house.actor(db, "leader"), house.actor(db, "keeper")
    today = clock.today()
    deputies.appoint(
        db, by=leader, user_id=house.users["office"], since=today, until=today + timedelta(days=9)
    )
    found = by_sort(handing_over.listed(db, leader.id, by=keeper))
    assert set(found) == {"task", "case", "post", "deputy", "subject"}
    assert [thing.reference for thing in found["case"]] == [str(case)]
    assert [thing.name for thing in found["post"]] == ["智能制造学院·专业带头人"]
    assert {
        thing.proposed for sort in ("task", "case", "post", "subject") for thing in found[sort]
    } == {house.users["dean"]}
    assert found["deputy"][0].ended


def test_a_confirmed_list_is_handed_over_and_the_record_names_both(
    db: Session, house: College
) -> None:
    case = begin(db, house)
    leader, keeper = house.actor(db, "leader"), house.actor(db, "keeper")
    dean = house.users["dean"]
    things = handing_over.listed(db, leader.id, by=keeper)
    handing_over.confirm(
        db, leader.id, handing_over.chosen_all(things), by=keeper, reason="调离学校"
    )
    assert {(row.sort, row.status) for row in handing_over.results(db, leader.id)} == {
        (sort, "done") for sort in ("task", "case", "post", "subject")
    }
    assert handing_over.listed(db, leader.id, by=keeper) == ()
    persons.leave(db, leader.id, by=keeper, on=clock.today())
    asked = {
        row.kind: orjson.loads(row.body)["asked"]
        for row in db.execute(select(LogEntry).where(LogEntry.chain == f"case:{case}")).scalars()
    }
    for kind in ("task_reassigned", "case_handed_over"):
        assert (asked[kind]["from"], asked[kind]["to"]) == (leader.id, dean)
    assert db.execute(select(Subject.owner_id)).scalar_one() == dean
    assert [row.id for row in cases.listed(db, house.actor(db, "dean"))[0]] == [case]
    flow.do(db, case, "hand_in", by=house.actor(db, "dean"))
    review = flow.open_tasks(db, case)["review"]
    tasks.send_back(db, review, by=house.actor(db, "reviewer"), reason="请再改")
    again = flow.open_tasks(db, case)["hand_in"]
    keys = db.execute(select(UserTask.candidates).where(UserTask.id == again)).scalar_one()
    assert orjson.loads(keys) == [people.user_key(dean)]
    assert replay.replay(db, case).difference is None


def test_what_nobody_is_chosen_for_stays_and_what_is_gone_is_said(
    db: Session, house: College
) -> None:
    case = begin(db, house)
    leader, keeper = house.actor(db, "leader"), house.actor(db, "keeper")
    things = by_sort(handing_over.listed(db, leader.id, by=keeper))
    (task,), (held,) = things["task"], things["case"]
    chosen = {task.id: None, held.id: house.users["office"], "task:999999": house.users["office"]}
    handing_over.confirm(db, leader.id, chosen, by=keeper, reason="调离")
    left = by_sort(handing_over.listed(db, leader.id, by=keeper))
    assert [thing.id for thing in left["task"]] == [task.id]
    assert "case" not in left
    results = {f"{row.sort}:{row.reference}": row for row in handing_over.results(db, leader.id)}
    assert results["task:999999"].status == "refused"
    assert "不在这个人手上" in results["task:999999"].sentence
    assert flow.open_tasks(db, case)
    for wrong, refusal in (
        ({}, handing_over.NothingChosen),
        ({task.id: leader.id}, CannotAssign),
        ({task.id: 999_999}, CannotAssign),
    ):
        with pytest.raises(refusal):
            handing_over.confirm(db, leader.id, wrong, by=keeper, reason="调离")
    with pytest.raises(ReasonRequired):
        handing_over.confirm(db, leader.id, {task.id: house.users["office"]}, by=keeper, reason=" ")
    with pytest.raises(NotFound):
        handing_over.listed(db, 999_999, by=keeper)
    with pytest.raises(Forbidden):
        handing_over.listed(db, leader.id, by=leader)


def test_seats_of_a_running_vote_go_to_the_successor_also_before_their_turn(
    db: Session, house: College
) -> None:
    case = begin(db, house, signing="sequence")
    keeper, office = house.actor(db, "keeper"), house.actor(db, "office")
    flow.do(db, case, "hand_in", by=house.actor(db, "leader"))
    for name in ("reviewer2", "reviewer"):
        user_id = house.users[name]
        (seat,) = by_sort(handing_over.listed(db, user_id, by=keeper))["task"]
        assert "席位" in seat.detail
        to = {"reviewer2": office.id, "reviewer": house.users["dean"]}[name]
        handing_over.confirm(db, user_id, {seat.id: to}, by=keeper, reason="离校")
    flow.do(db, case, "review", by=house.actor(db, "dean"))
    flow.do(db, case, "review", by=office)
    assert flow.status(db, case) == "completed"
    assert replay.replay(db, case).difference is None


def test_a_long_list_is_worked_off_in_portions(db: Session, house: College) -> None:
    leader, keeper = house.actor(db, "leader"), house.actor(db, "keeper")
    cases = [begin(db, house) for _number in range(handing_over.AT_ONCE + 5)]
    things = [one for one in handing_over.listed(db, leader.id, by=keeper) if one.sort == "case"]
    chosen = {thing.id: house.users["office"] for thing in things}
    run = handing_over.confirm(db, leader.id, chosen, by=keeper, reason="调离")
    waiting = select(HandOverItem.id).where(HandOverItem.status == "waiting")
    assert len(db.execute(waiting).all()) == len(cases)
    assert handing_over.work(db, str(run))
    assert not handing_over.work(db, str(run))
    assert db.execute(waiting).all() == []
    table = ProcessInstance.__table__
    taken = select(table.c.id).where(table.c.successor_id == house.users["office"])
    assert sorted(db.execute(taken).scalars()) == cases


def test_nothing_is_done_in_the_name_of_somebody_who_left(db: Session, house: College) -> None:
    leader, keeper = house.actor(db, "leader"), house.actor(db, "keeper")
    for _number in range(handing_over.AT_ONCE + 1):
        begin(db, house)
    things = [one for one in handing_over.listed(db, leader.id, by=keeper) if one.sort == "case"]
    chosen = {thing.id: house.users["office"] for thing in things}
    run = handing_over.confirm(db, leader.id, chosen, by=keeper, reason="调离")
    persons.leave(db, keeper.id, by=SYSTEM, on=clock.today())
    assert not handing_over.work(db, str(run))
    assert {row.status for row in handing_over.results(db, leader.id)} == {"refused"}


def test_deputyships_end_when_confirmed(db: Session, house: College) -> None:
    leader, keeper = house.actor(db, "leader"), house.actor(db, "keeper")
    today = clock.today()
    until = today + timedelta(days=9)
    deputies.appoint(db, by=leader, user_id=house.users["office"], since=today, until=until)
    (thing,) = by_sort(handing_over.listed(db, leader.id, by=keeper))["deputy"]
    handing_over.confirm(db, leader.id, {thing.id: None}, by=keeper, reason="调离")
    assert db.execute(select(Deputy.until)).scalar_one() < today
