"""Messages and signals, and flows that begin by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from engine import (
    clock,
    definitions,
    incidents,
    instances,
    jobs,
    messages,
    replay,
    starts,
    suspending,
    tasks,
)
from engine.errors import DefinitionSuspended, MessageAmbiguous, TooLarge
from engine.models import (
    Incident,
    IncidentStatus,
    Job,
    LogEntry,
    ProcessDefinition,
    ProcessInstance,
    Subscription,
    User,
)
from engine.people import SYSTEM
from engine.queries import incidents as listing
from tests.college import College
from tests.integration.engine import flow

ROOTS = '<bpmn:message id="m" name="paper"/><bpmn:signal id="s" name="alarm"/></bpmn:definitions>'


def drawn(xml: bytes) -> bytes:
    return xml.replace(b"</bpmn:definitions>", ROOTS.encode())


def event(tag: str, name: str, kind: str, **properties: str) -> str:
    reference = {"message": "m", "signal": "s"}[kind]
    inside = "".join(
        f'<camunda:property name="{key}" value="{value}"/>' for key, value in properties.items()
    )
    return (
        f'<bpmn:{tag} id="{name}" name="{name}"><bpmn:extensionElements>'
        f"<camunda:properties>{inside}</camunda:properties></bpmn:extensionElements>"
        f'<bpmn:{kind}EventDefinition {kind}Ref="{reference}"/></bpmn:{tag}>'
    )


def catch(kind: str, **properties: str) -> str:
    return event("intermediateCatchEvent", "wait", kind, **properties)


def throw(kind: str, **properties: str) -> str:
    return event("intermediateThrowEvent", "tell", kind, **properties)


def begins(xml: bytes, definition: str) -> bytes:
    """The start event of a process made one with this definition inside."""
    plain = b'<bpmn:startEvent id="start"/>'
    made = f'<bpmn:startEvent id="start" name="begin">{definition}</bpmn:startEvent>'
    return drawn(xml).replace(plain, made.encode())


def run(sessions: sessionmaker[Session]) -> None:
    with clock.freeze(clock.now() + timedelta(seconds=1)):
        while jobs.run_due(sessions, "test"):
            pass


def count(db: Session, key: str) -> int:
    case = select(func.count()).select_from(ProcessInstance)
    return db.execute(case.where(ProcessInstance.title == key)).scalar_one()


def test_a_message_reaches_the_one_place_its_key_names(db: Session, college: College) -> None:
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    xml = drawn(flow.chain("waits", catch("message", correlation="number"), flow.step("after")))
    key = definitions.publish(db, xml, by=SYSTEM, note="test").key
    one, other = (
        instances.start(db, key, by=leader, values={"number": number}) for number in ("A1", "A2")
    )
    assert messages.correlate(db, "paper", key="A3", by=admin).count == 0
    assert messages.correlate(db, "other", key="A1", by=admin).count == 0
    assert messages.correlate(db, "paper", key="A2", by=admin).instance_id == other
    assert list(flow.open_tasks(db, other)) == ["after"]
    assert flow.open_tasks(db, one) == {}
    assert messages.correlate(db, "paper", key="A2", by=admin).count == 0
    assert replay.replay(db, other).difference is None


def test_without_correlation_the_number_of_the_case_is_its_key(
    db: Session, college: College
) -> None:
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    one = flow.begin(db, drawn(flow.chain("waits", catch("message"))), by=leader)
    other = instances.start(db, "waits", by=leader)
    with pytest.raises(MessageAmbiguous):
        messages.correlate(db, "paper", by=admin)
    assert messages.correlate(db, "paper", key=str(other), by=admin).count == 1
    assert messages.correlate(db, "paper", by=admin).instance_id == one
    assert db.execute(select(Subscription.id)).all() == []


def test_a_message_picks_nobody_and_brings_no_more_than_a_case_keeps(
    db: Session, college: College
) -> None:
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    steps = (flow.step("ask"), catch("message"), flow.step("review", "pick:initiator"))
    case = flow.begin(db, drawn(flow.chain("waits", *steps)), by=leader)
    task, chosen = flow.open_tasks(db, case)["ask"], college.users["reviewer"]
    tasks.complete(db, task, by=leader, picks={"review": [chosen]})
    with pytest.raises(TooLarge):
        messages.correlate(db, "paper", by=admin, data={"much": "x" * 100_001})
    other = {"pick:review": [college.users["stranger"]]}
    assert messages.correlate(db, "paper", by=admin, data=other).count == 1
    flow.do(db, case, "review", by=college.actor(db, "reviewer"))
    assert flow.status(db, case) == "completed"


def test_a_place_that_is_gone_waits_for_nothing(db: Session, college: College) -> None:
    case = flow.begin(
        db, drawn(flow.chain("waits", catch("message"))), by=college.actor(db, "leader")
    )
    admin = college.actor(db, "admin")
    instances.cancel(db, case, by=admin, reason="不办了")
    assert db.execute(select(Subscription.id)).all() == []
    assert messages.correlate(db, "paper", by=admin).count == 0


def test_a_thrown_signal_reaches_every_case_and_begins_one(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    leader = college.actor(db, "leader")
    flow.begin(db, drawn(flow.chain("hears", catch("signal"), flow.step("after"))), by=leader)
    for _number in range(59):
        instances.start(db, "hears", by=leader)
    definition = '<bpmn:signalEventDefinition signalRef="s"/>'
    starting = begins(flow.chain("begun", flow.step("first", "user:leader")), definition)
    starting = starting.replace(
        b'name="begin">',
        b'name="begin"><bpmn:extensionElements><camunda:properties><camunda:property '
        b'name="start_as" value="leader"/></camunda:properties></bpmn:extensionElements>',
    )
    definitions.publish(db, starting, by=SYSTEM, note="test")
    flow.begin(db, drawn(flow.chain("throws", throw("signal"))), by=leader)
    db.commit()
    run(sessions)
    with sessions() as later:
        delivered = select(func.count()).where(LogEntry.kind == "signal_delivered")
        assert later.execute(delivered).scalar_one() == 60
        assert count(later, "begun") == 1


def test_a_thrown_message_begins_a_case_and_is_an_incident_only_if_drawn_so(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    leader = college.actor(db, "leader")
    flow.begin(db, drawn(flow.chain("throws", throw("message"))), by=leader)
    db.commit()
    run(sessions)
    with sessions() as later:
        assert later.execute(select(Incident.id)).all() == []
    db.rollback()
    flow.begin(db, drawn(flow.chain("must", throw("message", must_reach="yes"))), by=leader)
    db.commit()
    for hour in range(4):
        with clock.freeze(clock.now() + timedelta(hours=hour + 1)):
            jobs.run_due(sessions, "test")
    with sessions() as later:
        assert "paper" in later.execute(select(Incident.data)).scalar_one()
    db.rollback()
    definition = '<bpmn:messageEventDefinition messageRef="m"/>'
    definitions.publish(
        db, begins(flow.chain("begun", flow.step("first")), definition), by=SYSTEM, note="test"
    )
    found = messages.correlate(db, "paper", by=college.actor(db, "admin"), data={"sum": 3})
    assert found.is_new
    assert count(db, "begun") == 1


def test_a_cycle_begins_one_case_late_after_downtime_and_goes_on(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    definition = (
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R100/PT1H</bpmn:timeCycle>"
        "</bpmn:timerEventDefinition>"
    )
    xml = begins(flow.chain("hourly", flow.step("first", "user:leader")), definition)
    now = clock.now()
    with clock.freeze(now):
        definitions.publish(db, xml, by=college.actor(db, "admin"), note="test")
        definitions.publish(db, xml, by=college.actor(db, "admin"), note="test")
    flows = select(ProcessDefinition.id).where(ProcessDefinition.key == "hourly")
    number = db.execute(flows).scalar_one()
    assert starts.next_runs(db, number) == [now + timedelta(hours=1)]
    db.commit()
    with clock.freeze(now + timedelta(hours=50, minutes=1)):
        jobs.run_due(sessions, "test")
        jobs.run_due(sessions, "test")
    with sessions() as later:
        assert count(later, "hourly") == 1
        assert starts.next_runs(later, number) == [now + timedelta(hours=51)]
        started = select(LogEntry.body).where(LogEntry.kind == "instance_started")
        assert '"late_seconds":176460' in later.execute(started).scalar_one()


def test_a_schedule_whose_starter_left_says_so_and_goes_on_when_tried_again(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    definition = (
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R9/P1D</bpmn:timeCycle>"
        "</bpmn:timerEventDefinition>"
    )
    xml = begins(flow.chain("daily", flow.step("first", "user:leader")), definition)
    now = clock.now()
    definitions.publish(db, xml, by=college.actor(db, "admin"), note="test")
    starter = update(User).where(User.id == college.users["admin"])
    db.execute(starter.values(is_active=False))
    db.commit()
    for minute in range(1, jobs.ATTEMPTS + 1):
        with clock.freeze(now + timedelta(days=1, minutes=minute)):
            jobs.run_due(sessions, "test")
    with sessions() as own:
        told = own.execute(select(Incident)).scalar_one()
        assert "到时间没有自动发起" in told.data
        assert "StarterGone" not in told.data
        own.execute(starter.values(is_active=True))
        jobs.retry(own, told.id, by=college.actor(own, "admin"))
        own.commit()
    with clock.freeze(now + timedelta(days=1, hours=1)):
        jobs.run_due(sessions, "test")
    with sessions() as own:
        number = own.execute(select(ProcessDefinition.id).filter_by(key="daily")).scalar_one()
        assert count(own, "daily") == 1
        assert len(starts.next_runs(own, number)) == 1


def test_publishing_takes_back_a_schedule_that_failed_with_what_was_said_of_it(
    db: Session, college: College
) -> None:
    definition = (
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R9/P1D</bpmn:timeCycle>"
        "</bpmn:timerEventDefinition>"
    )
    xml = begins(flow.chain("daily", flow.step("first", "user:leader")), definition)
    admin = college.actor(db, "admin")
    definitions.publish(db, xml, by=admin, note="test")
    job = db.execute(select(Job).where(Job.kind == "schedule")).scalar_one()
    job.status = "failed"
    incidents.raise_for(db, None, sentence="不行", element_id="start", job_id=job.id)
    db.flush()  # the statements below read what was set above
    (row,), _next = listing.listed(db, IncidentStatus.OPEN)
    assert (row.flow_key, row.flow, row.step, row.only_tells) == ("daily", "daily", "", False)
    definitions.publish(db, xml, by=admin, note="again")
    (told,), _next = listing.listed(db, IncidentStatus.RESOLVED)
    assert told.id == row.id
    assert db.execute(select(Incident.resolved_by)).scalar_one() == admin.id


def test_a_place_tells_which_key_it_waits_for(db: Session, college: College) -> None:
    xml = drawn(flow.chain("waits", catch("message", correlation="number")))
    key = definitions.publish(db, xml, by=SYSTEM, note="test").key
    case = instances.start(db, key, by=college.actor(db, "leader"), values={"number": "A1"})
    assert messages.keys_of(db, case) == {"wait": "A1"}


def test_a_suspended_flow_begins_nothing_and_its_cases_stand_still_with_it(
    db: Session, sessions: sessionmaker[Session], college: College
) -> None:
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    case = flow.begin(db, flow.chain("still", flow.step("one")), by=leader)
    suspending.suspend_flow(db, "still", by=admin, reason="改制度", with_cases=True)
    with pytest.raises(DefinitionSuspended):
        instances.start(db, "still", by=leader)
    db.commit()
    run(sessions)
    with sessions() as later:
        assert flow.status(later, case) == "suspended"
    db.rollback()
    suspending.resume_flow(db, "still", by=admin, with_cases=True)
    db.commit()
    run(sessions)
    with sessions() as later:
        assert flow.status(later, case) == "running"
