"""Called cases: begun with their place, told of when they end, ended with it, bounded in depth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import clock, definitions, instances, jobs, replay, suspending
from engine.errors import InstanceSuspended, NotPublishable
from engine.models import Incident, Job, ProcessInstance, UserTask
from engine.people import SYSTEM
from tests.college import College
from tests.integration.engine import flow

CALL = (
    '<bpmn:callActivity id="call" name="call" calledElement="{key}"><bpmn:extensionElements>'
    "{lines}</bpmn:extensionElements></bpmn:callActivity>"
)
LINES = (
    '<camunda:in source="amount" target="sum"/>'
    '<camunda:in sourceExpression="${{amount + 1}}" target="more"/>'
    '<camunda:out source="sum" target="amount"/>'
    '<camunda:out source="outcome" target="answer"/>'
)

GUESS = (
    '<bpmn:scriptTask id="guess" name="guess"><bpmn:script>said = answer</bpmn:script>'
    "</bpmn:scriptTask>"
)


def call(key: str, lines: str = "") -> str:
    return CALL.format(key=key, lines=lines.replace("{{", "{").replace("}}", "}"))


def children_of(db: Session, case: int) -> list[ProcessInstance]:
    mine = select(ProcessInstance).where(ProcessInstance.parent_id == case)
    found = db.execute(mine.order_by(ProcessInstance.id).execution_options(populate_existing=True))
    return list(found.scalars())


def run(sessions: sessionmaker[Session], **later: float) -> None:
    with clock.freeze(clock.now() + timedelta(seconds=1, **later)):
        while jobs.run_due(sessions, "test"):
            pass


def parent(db: Session, college: College, *nodes: str, child: bytes) -> int:
    definitions.publish(db, child, by=SYSTEM, note="test")
    key = definitions.publish(db, flow.chain("above", *nodes), by=SYSTEM, note="test").key
    return instances.start(db, key, by=college.actor(db, "leader"), values={"amount": 7})


def test_a_called_case_gets_its_variables_and_hands_back_its_own(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    below = flow.chain("below", flow.step("inner"))
    nodes = (call("below", LINES), GUESS, flow.step("after"))
    case = parent(db, college, *nodes, child=below)
    (child,) = children_of(db, case)
    assert (child.depth, child.started_by) == (1, college.users["leader"])
    assert '"more":8' in child.variables
    flow.do(db, child.id, "inner", by=college.actor(db, "leader"))
    db.commit()
    run(sessions)
    with sessions() as later:
        assert list(flow.open_tasks(later, case)) == ["after"]
        assert '"said":"approve"' in later.get_one(ProcessInstance, case).state
        for number in (case, child.id):
            assert replay.replay(later, number).difference is None


def test_a_called_flow_says_how_it_ended_and_its_caller_reads_it(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    nodes = flow.step("inner", verbs="approve,refuse") + '<bpmn:endEvent id="no"/>'
    nodes += '<bpmn:exclusiveGateway id="how" default="how__no"/>'
    lines = flow.line("start", "inner") + flow.line("inner", "how") + flow.line("how", "no")
    lines += flow.line("how", "end", "outcome == 'approve'")
    below = flow.process("below", nodes, lines)
    case = parent(db, college, call("below", LINES), GUESS, flow.step("after"), child=below)
    (child,) = children_of(db, case)
    flow.do(db, child.id, "inner", by=college.actor(db, "leader"), outcome="refuse")
    db.commit()
    run(sessions)
    with sessions() as later:
        assert '"said":"refuse"' in later.get_one(ProcessInstance, case).state


def test_cancelling_ends_what_was_called_deep_down(db: Session, college: College) -> None:
    definitions.publish(db, flow.chain("deepest", flow.step("inner")), by=SYSTEM, note="test")
    case = parent(db, college, call("below"), child=flow.chain("below", call("deepest")))
    (child,) = children_of(db, case)
    (deep,) = children_of(db, child.id)
    instances.cancel(db, case, by=college.actor(db, "admin"), reason="不办了")
    assert [flow.status(db, one) for one in (case, child.id, deep.id)] == ["cancelled"] * 3
    assert db.execute(select(Job.id).where(Job.status == "waiting")).all() == []


def test_a_called_case_that_is_cancelled_is_an_error_that_nobody_caught(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    below = flow.chain("below", flow.step("inner"))
    case = parent(db, college, call("below"), flow.step("after"), child=below)
    (child,) = children_of(db, case)
    instances.cancel(db, child.id, by=college.actor(db, "admin"), reason="不办了")
    db.commit()
    run(sessions)
    with sessions() as later:
        assert flow.status(later, case) == "running"
        incident = later.execute(select(Incident)).scalar_one()
        assert (incident.instance_id, incident.element_id) == (case, "call")


def test_an_error_of_a_called_case_goes_on_at_the_boundary_above(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    error = '<bpmn:error id="e" name="no money" errorCode="poor"/>'
    below = flow.process(
        "below",
        flow.step("inner")
        + '<bpmn:endEvent id="bad"><bpmn:errorEventDefinition errorRef="e"/></bpmn:endEvent>',
        flow.line("start", "inner") + flow.line("inner", "bad"),
    ).replace(b"</bpmn:process>", f"</bpmn:process>{error}".encode())
    below = below.replace(b'<bpmn:endEvent id="end"/>', b"")
    above = flow.process(
        "above",
        call("below") + '<bpmn:boundaryEvent id="poor" attachedToRef="call">'
        '<bpmn:errorEventDefinition errorRef="e"/></bpmn:boundaryEvent>' + flow.step("mend"),
        flow.line("start", "call")
        + flow.line("call", "end")
        + flow.line("poor", "mend")
        + flow.line("mend", "end"),
    ).replace(b"</bpmn:process>", f"</bpmn:process>{error}".encode())
    definitions.publish(db, below, by=SYSTEM, note="test")
    case = flow.begin(db, above, by=college.actor(db, "leader"))
    (child,) = children_of(db, case)
    flow.do(db, child.id, "inner", by=college.actor(db, "leader"))
    db.commit()
    run(sessions)
    with sessions() as later:
        assert list(flow.open_tasks(later, case)) == ["mend"]
        assert flow.status(later, child.id) == "cancelled"
        assert later.execute(select(Incident.id).where(Incident.status == "open")).all() == []


def test_flows_that_call_in_a_circle_are_not_published(db: Session) -> None:
    definitions.publish(db, flow.chain("one", flow.step("a")), by=SYSTEM, note="test")
    definitions.publish(db, flow.chain("two", call("one")), by=SYSTEM, note="test")
    with pytest.raises(NotPublishable):
        definitions.publish(db, flow.chain("one", call("two")), by=SYSTEM, note="test")


def test_calls_are_bounded_in_depth_and_the_incident_can_be_tried_again(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    definitions.publish(db, flow.chain("d0", flow.step("a")), by=SYSTEM, note="test")
    for number in range(1, 12):
        below = flow.chain(f"d{number}", call(f"d{number - 1}"))
        definitions.publish(db, below, by=SYSTEM, note="test")
    instances.start(db, "d11", by=college.actor(db, "leader"))
    depths = db.execute(select(ProcessInstance.depth).order_by(ProcessInstance.id)).scalars().all()
    assert depths == list(range(11))
    incident = db.execute(select(Incident)).scalar_one()
    assert "调用太深" in incident.data
    jobs.retry(db, incident.id, by=college.actor(db, "admin"))
    db.commit()
    for hour in range(1, 5):
        run(sessions, hours=hour)
    with sessions() as later:
        assert later.execute(select(Incident.status).order_by(Incident.id)).scalars().all() == [
            "resolved",
            "open",
        ]


def test_many_called_at_once_are_begun_by_a_worker_too(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    many = call("below").replace(
        "</bpmn:callActivity>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>130"
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>",
    )
    case = parent(db, college, many, child=flow.chain("below", flow.step("inner")))
    assert len(children_of(db, case)) == 100
    db.commit()
    run(sessions)
    with sessions() as later:
        assert len(children_of(later, case)) == 130


def test_cases_called_for_the_items_of_a_list_are_told_apart_by_their_titles(
    db: Session, college: College
) -> None:
    each = call("below").replace(
        "</bpmn:callActivity>",
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="colleges" '
        'camunda:elementVariable="college"/></bpmn:callActivity>',
    )
    definitions.publish(db, flow.chain("below", flow.step("inner")), by=SYSTEM, note="test")
    definitions.publish(db, flow.chain("above", each), by=SYSTEM, note="test")
    values = {"colleges": ["智能制造学院", 7, True]}
    case = instances.start(db, "above", by=college.actor(db, "leader"), values=values)
    titles = [one.title for one in children_of(db, case)]
    assert titles == ["below·智能制造学院", "below·7", "below"]
    assert all(replay.replay(db, one.id).difference is None for one in children_of(db, case))


def test_a_suspended_case_and_what_it_called_stand_still_and_go_on_later(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    admin, leader = college.actor(db, "admin"), college.actor(db, "leader")
    below = flow.chain("below", flow.step("inner", due="P2D"))
    case = parent(db, college, call("below"), flow.step("after"), child=below)
    (child,) = children_of(db, case)
    task = flow.open_tasks(db, child.id)["inner"]
    due = db.execute(select(UserTask.due_at).where(UserTask.id == task)).scalar_one()
    at = clock.now()
    with clock.freeze(at):
        suspending.suspend(db, case, by=admin, reason="等文件")
    for number in (case, child.id):
        assert flow.status(db, number) == "suspended"
    with pytest.raises(InstanceSuspended):
        flow.do(db, child.id, "inner", by=leader)
    with clock.freeze(at + timedelta(days=3)):
        assert suspending.resume(db, case, by=admin) == timedelta(days=3)
        moved = db.execute(select(UserTask.due_at).where(UserTask.id == task)).scalar_one()
        assert moved == due + timedelta(days=3)
        flow.do(db, child.id, "inner", by=leader)
        db.commit()
        run(sessions)
    with sessions() as later:
        assert list(flow.open_tasks(later, case)) == ["after"]
        assert replay.replay(later, case).difference is None


def test_word_that_came_while_a_case_stood_still_is_heard_as_soon_as_it_goes_on(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    admin, at = college.actor(db, "admin"), clock.now()
    below = flow.chain("below", flow.step("inner"))
    case = parent(db, college, call("below"), flow.step("after"), child=below)
    (child,) = children_of(db, case)
    with clock.freeze(at):
        suspending.suspend(db, case, by=admin, reason="等文件")
    with clock.freeze(at + timedelta(days=9)):
        instances.cancel(db, child.id, by=admin, reason="不办了")
        db.commit()
        run(sessions)
    with clock.freeze(at + timedelta(days=10)), sessions() as later:
        suspending.resume(later, case, by=admin)
        later.commit()
        run(sessions)
    with sessions() as later:
        assert later.execute(select(Incident.element_id)).scalars().all() == ["call"]
