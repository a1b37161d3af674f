"""Moving running cases to another version: ten situations, a dry run, the run, and back again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, instances, moving, replay, tasks, verify, versions
from engine.errors import CannotMove, CannotReturn, Forbidden, ReasonRequired
from engine.models import (
    InstanceStatus,
    Job,
    LogEntry,
    ProcessInstance,
    ProcessVersion,
    SigningRound,
    Subscription,
    UserTask,
)
from engine.people import SYSTEM, Actor
from engine.queries import timeline
from tests.college import College
from tests.integration.engine import flow

EACH = 10
KEY = "moved"
REVIEWERS = "user:reviewer,user:reviewer2"
RENAMED = {"office": "final_office"}

# where a case of each situation stands, and whether the second version has room for it
MOVES = {
    "plain": True,
    "renamed": True,
    "dropped": False,
    "voting": True,
    "other_vote": False,
    "block": True,
    "inside": True,
    "called": True,
    "timed": True,
    "other_time": False,
    "message": True,
    "rework": True,
}


def timer(name: str, text: str) -> str:
    """An intermediate catch event that waits so long."""
    return (
        f'<bpmn:intermediateCatchEvent id="{name}"><bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{text}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        "</bpmn:intermediateCatchEvent>"
    )


def boundary(name: str, host: str, text: str) -> str:
    """A timer on a step that does not interrupt it."""
    return (
        f'<bpmn:boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="false">'
        f"<bpmn:timerEventDefinition><bpmn:timeDuration>{text}</bpmn:timeDuration>"
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )


def diagram(*, second: bool) -> bytes:
    """The flow in its first or its second version: a branch for each situation."""
    inside = (
        f'<bpmn:subProcess id="inside"><bpmn:startEvent id="in_start"/>'
        f"{flow.step('in_one', REVIEWERS)}{flow.step('in_two', REVIEWERS)}"
        f'<bpmn:endEvent id="in_end"/>{flow.line("in_start", "in_one")}'
        f"{flow.line('in_one', 'in_two')}{flow.line('in_two', 'in_end')}</bpmn:subProcess>"
    )
    office = RENAMED["office"] if second else "office"
    nodes = {
        "plain": flow.step("plain", REVIEWERS),
        "renamed": flow.step(office, REVIEWERS),
        "dropped": "" if second else flow.step("dropped", REVIEWERS),
        "voting": flow.step("voting", REVIEWERS, signing="all"),
        "other_vote": flow.step("other_vote", REVIEWERS, signing="sequence" if second else "all"),
        "block": (
            '<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
            f"{flow.step('left', REVIEWERS)}{flow.step('right', REVIEWERS)}"
        ),
        "inside": inside,
        "called": '<bpmn:callActivity id="called" name="called" calledElement="child"/>',
        "timed": flow.step("timed", REVIEWERS) + boundary("late", "timed", "PT48H"),
        "other_time": timer("other_time", "PT9H" if second else "PT5H"),
        "message": ('<bpmn:receiveTask id="message" name="message" messageRef="m1"/>'),
        "rework": flow.step("first", REVIEWERS) + flow.step("back", REVIEWERS, returns_to="first"),
    }
    ways = {
        "plain": ["plain"],
        "renamed": [office],
        "dropped": [] if second else ["dropped"],
        "voting": ["voting"],
        "other_vote": ["other_vote"],
        "inside": ["inside"],
        "called": ["called"],
        "timed": ["timed"],
        "other_time": ["other_time"],
        "message": ["message"],
        "rework": ["first", "back"],
    }
    lines = [flow.line("start", "choose"), flow.line("late", "late_end")]
    for way, steps in ways.items():
        for source, target in zip(["choose", *steps], [*steps, "end"], strict=True):
            condition = f"way == '{way}'" if source == "choose" else ""
            lines.append(flow.line(source, target, condition))
    lines += [flow.line("choose", "fork", "way == 'block'"), flow.line("join", "end")]
    lines += [flow.line("fork", one) + flow.line(one, "join") for one in ("left", "right")]
    drawn = "".join(nodes.values())
    drawn += '<bpmn:exclusiveGateway id="choose"/><bpmn:endEvent id="late_end"/>'
    if second:
        drawn += flow.step("archive") + boundary("reminder", "plain", "PT24H")
        drawn += '<bpmn:endEvent id="reminded"/>'
        lines += [flow.line("choose", "archive", "way == 'archive'"), flow.line("archive", "end")]
        lines.append(flow.line("reminder", "reminded"))
    text = flow.process(KEY, drawn, "".join(lines)).decode()
    return text.replace("</bpmn:definitions>", MESSAGE).encode()


MESSAGE = '<bpmn:message id="m1" name="papers"/></bpmn:definitions>'


@pytest.fixture
def stands(db: Session, college: College) -> dict[str, list[int]]:
    """A few cases in each situation."""
    return placed(db, college, 2)


def placed(db: Session, college: College, count: int) -> dict[str, list[int]]:
    """Cases on the first version, so many in each situation; the second is published."""
    leader = college.actor(db, "leader")
    flow_child = flow.chain("child", flow.step("child_step", REVIEWERS))
    definitions.publish(db, flow_child, by=SYSTEM, note="called")
    definitions.publish(db, diagram(second=False), by=SYSTEM, note="first")
    cases = {
        way: [instances.start(db, KEY, by=leader, values={"way": way}) for _each in range(count)]
        for way in MOVES
    }
    reviewer = college.actor(db, "reviewer")
    for way, element in (("block", "left"), ("inside", "in_one"), ("rework", "first")):
        for case in cases[way]:
            flow.do(db, case, element, by=reviewer)
    for way in ("voting", "other_vote"):
        for case in cases[way]:
            vote(db, case, by=reviewer)
    for case in cases["rework"]:
        task = flow.open_tasks(db, case)["back"]
        tasks.send_back(db, task, by=reviewer, to="first", then="back_to_me", reason="改")
    definitions.publish(db, diagram(second=True), by=SYSTEM, note="second")
    return cases


def vote(db: Session, case: int, *, by: Actor) -> None:
    """The seat of this person says yes."""
    mine = (UserTask.instance_id == case) & (UserTask.assignee_id == by.id)
    task = db.execute(select(UserTask.id).where(mine, UserTask.status == "claimed")).scalar_one()
    tasks.complete(db, task, by=by, outcome="approve", comment="同意")


def work(db: Session, run: str) -> None:
    """What a worker does, portion by portion."""
    while moving.runs.work(db, run):
        pass


def version_of(db: Session, case: int) -> int:
    wanted = (
        select(ProcessVersion.number)
        .join(ProcessInstance, ProcessInstance.version_id == ProcessVersion.id)
        .where(ProcessInstance.id == case)
    )
    return db.execute(wanted).scalar_one()


def state_of(db: Session, case: int) -> str:
    return db.execute(select(ProcessInstance.state).where(ProcessInstance.id == case)).scalar_one()


def check_all(db: Session, cases: dict[str, list[int]]) -> None:
    """Every record tells the same as the rows."""
    told = {
        case: difference.text()
        for each in cases.values()
        for case in each
        if (difference := replay.replay(db, case).difference) is not None
    }
    assert told == {}


def test_a_hundred_cases_in_ten_situations_move_and_come_back(
    db: Session, college: College
) -> None:
    stands = placed(db, college, EACH)
    admin = college.actor(db, "admin")
    before = {case: state_of(db, case) for each in stands.values() for case in each}
    dry = moving.plan(db, KEY, (1, 2), RENAMED, by=admin)
    assert dry.total == dry.tried == EACH * len(MOVES)
    can = {one.instance_id for one in dry.cases if not one.reasons}
    assert can == {case for way, each in stands.items() if MOVES[way] for case in each}
    assert sum(count for _reason, count in dry.reasons) == EACH * sum(
        not moves for moves in MOVES.values()
    )
    assert {case: state_of(db, case) for case in before} == before

    run = moving.begin(db, KEY, (1, 2), RENAMED, by=admin, reason="新版本")
    work(db, run)
    told = moving.run(db, run, by=admin)
    assert told.left == 0
    assert told.counts == {"moved": len(can), "refused": len(before) - len(can)}
    for way, each in stands.items():
        assert {version_of(db, case) for case in each} == {2 if MOVES[way] else 1}, way
    check_all(db, stands)

    moving.undo(db, run, by=admin)
    work(db, run)
    assert moving.run(db, run, by=admin).counts["moved_back"] == len(can)
    assert {version_of(db, case) for case in before} == {1}
    check_all(db, stands)
    assert list(verify.verify(db)) == []


def test_moved_cases_go_on_to_their_ends(
    db: Session, college: College, stands: dict[str, list[int]]
) -> None:
    admin, reviewer = college.actor(db, "admin"), college.actor(db, "reviewer")
    work(db, moving.begin(db, KEY, (1, 2), RENAMED, by=admin, reason="新版本"))
    does: dict[str, Callable[[int], None]] = {
        "plain": lambda case: flow.do(db, case, "plain", by=reviewer),
        "renamed": lambda case: flow.do(db, case, "final_office", by=reviewer),
        "voting": lambda case: vote(db, case, by=college.actor(db, "reviewer2")),
        "block": lambda case: flow.do(db, case, "right", by=reviewer),
        "inside": lambda case: flow.do(db, case, "in_two", by=reviewer),
        "timed": lambda case: flow.do(db, case, "timed", by=reviewer),
        "rework": lambda case: flow.do(db, case, "first", by=reviewer),
    }
    for way, do in does.items():
        do(stands[way][0])
    flow.do(db, stands["rework"][0], "back", by=reviewer)
    for way in does:
        assert flow.status(db, stands[way][0]) == "completed", way
    check_all(db, stands)


def test_rows_follow_the_case(db: Session, college: College, stands: dict[str, list[int]]) -> None:
    admin = college.actor(db, "admin")
    work(db, moving.begin(db, KEY, (1, 2), RENAMED, by=admin, reason="新版本"))
    renamed = stands["renamed"][0]
    task = db.execute(
        select(UserTask.element_id, UserTask.name).where(UserTask.instance_id == renamed)
    ).one()
    assert tuple(task) == ("final_office", "final_office")
    votes = select(SigningRound.approved).where(SigningRound.instance_id == stands["voting"][0])
    assert db.execute(votes).scalar_one() == 1
    due = select(Job.element_id).where(Job.instance_id == stands["plain"][0])
    assert list(db.execute(due).scalars()) == ["reminder"]
    waits = select(Subscription.element_id).where(Subscription.instance_id == stands["message"][0])
    assert list(db.execute(waits).scalars()) == ["message"]


def test_what_was_done_since_is_not_lost_by_undoing(
    db: Session, college: College, stands: dict[str, list[int]]
) -> None:
    admin, reviewer = college.actor(db, "admin"), college.actor(db, "reviewer")
    run = moving.begin(db, KEY, (1, 2), RENAMED, by=admin, reason="新版本")
    work(db, run)
    ended, voted = stands["plain"][0], stands["inside"][0]
    flow.do(db, ended, "plain", by=reviewer)
    flow.do(db, voted, "in_two", by=reviewer)
    moving.undo(db, run, by=admin)
    work(db, run)
    told = {one.instance_id: one for one in moving.outcomes(db, run, by=admin)}
    assert told[ended].status == "stays"
    assert told[ended].sentence
    assert version_of(db, ended) == 2
    check_all(db, stands)
    with pytest.raises(CannotMove):
        moving.undo(db, run, by=admin)


def test_a_step_done_in_a_version_that_is_left_is_nowhere_to_go_back_to(
    db: Session, college: College
) -> None:
    admin, leader = college.actor(db, "admin"), college.actor(db, "leader")
    last = flow.step("last", "user:admin", returns_to="any")
    for steps in ([last], [flow.step("more"), last]):
        drawn = flow.chain("shrinks", flow.step("first"), *steps)
        definitions.publish(db, drawn, by=SYSTEM, note="版本")
    case = instances.start(db, "shrinks", by=leader)
    for step in ("first", "more"):
        flow.do(db, case, step, by=leader)
    pair = (versions.numbered(db, "shrinks", 2), versions.numbered(db, "shrinks", 1))
    moving.move(db, case, pair, by=admin, reason="退回旧版")
    task = flow.open_tasks(db, case)["last"]
    with pytest.raises(CannotReturn):
        tasks.send_back(db, task, by=admin, to="more", reason="再改")
    tasks.send_back(db, task, by=admin, to="first", reason="再改")
    assert list(flow.open_tasks(db, case)) == ["first"]


def test_the_reason_and_the_person_stand_in_the_record(
    db: Session, college: College, stands: dict[str, list[int]]
) -> None:
    admin = college.actor(db, "admin")
    case = stands["plain"][0]
    pair = (versions.numbered(db, KEY, 1), versions.numbered(db, KEY, 2))
    seq = moving.move(db, case, pair, by=admin, reason="换新版")
    entry = db.execute(
        select(LogEntry.kind, LogEntry.by, LogEntry.body).where(
            LogEntry.chain == f"case:{case}", LogEntry.seq == seq
        )
    ).one()
    assert entry.kind == "instance_moved"
    assert entry.by == f"user:{admin.id}"
    assert "换新版" not in entry.body
    assert '"from":1' in entry.body
    frame = replay.replay(db, case).frames[-1]
    assert frame.written["comment"] == "换新版"
    assert timeline.lines(db, admin, case)[0][-1].to == ""


def test_who_may_not_and_who_says_no_reason_is_refused(
    db: Session, college: College, stands: dict[str, list[int]]
) -> None:
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    with pytest.raises(Forbidden):
        moving.plan(db, KEY, (1, 2), by=leader)
    with pytest.raises(Forbidden):
        moving.begin(db, KEY, (1, 2), by=leader, reason="x")
    with pytest.raises(ReasonRequired):
        moving.begin(db, KEY, (1, 2), by=admin, reason=" ")
    with pytest.raises(CannotMove):
        moving.begin(db, KEY, (1, 1), by=admin, reason="x")
    only = stands["plain"][:2]
    run = moving.begin(db, KEY, (1, 2), by=admin, reason="x", only=only)
    assert moving.run(db, run, by=admin).total == len(only)


def test_ended_cases_stay_where_they_ended(
    db: Session, college: College, stands: dict[str, list[int]]
) -> None:
    admin, reviewer = college.actor(db, "admin"), college.actor(db, "reviewer")
    flow.do(db, stands["plain"][0], "plain", by=reviewer)
    assert flow.status(db, stands["plain"][0]) == InstanceStatus.COMPLETED
    dry = moving.plan(db, KEY, (1, 2), RENAMED, by=admin)
    assert stands["plain"][0] not in {one.instance_id for one in dry.cases}


@pytest.mark.usefixtures("stands")
def test_changed_places_are_offered_what_they_may_have_become(
    db: Session, college: College
) -> None:
    admin = college.actor(db, "admin")
    changed = {one.id: one for one in moving.changed(db, KEY, (1, 2), by=admin)}
    assert set(changed) == {"office", "dropped"}
    assert "final_office" in {choice for choice, _label in changed["office"].choices[:2]}
    back = moving.changed(db, KEY, (2, 1), by=admin)
    assert {one.id for one in back if one.may_be_given_up} == {"reminder"}
