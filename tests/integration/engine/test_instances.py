"""Cases: one per business key, cancelled with a reason, told by messages; whom steps are for."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import assignment, definitions, handlers, instances, messages, people, replay
from engine.assignment import About
from engine.bpmn import dialect
from engine.errors import (
    CannotKeep,
    CannotStart,
    Forbidden,
    InstanceNotRunning,
    NotFound,
    ReasonRequired,
    Refused,
    TooLarge,
)
from engine.models import LogEntry, User, UserTask
from engine.people import SYSTEM
from tests.college import College
from tests.integration.engine import flow

CATCH = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="paper"/>'
    "</bpmn:intermediateCatchEvent>"
)
FORK = '<bpmn:parallelGateway id="fork"/>'


def test_one_business_key_is_one_case(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    definitions.publish(db, flow.chain("keyed", flow.step("one")), by=SYSTEM, note="版")
    instances.start(db, "keyed", by=leader, business_key="2027-01")
    with pytest.raises(CannotStart, match="已经在办"):
        instances.start(db, "keyed", by=leader, business_key="2027-01")
    assert instances.start(db, "keyed", by=leader, business_key="2027-02")
    assert instances.start(db, "keyed", by=leader) != instances.start(db, "keyed", by=leader)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"business_key": "长" * 201}, TooLarge),
        ({"business_key": "半\ud800"}, CannotKeep),
        ({"subject": "x" * 61}, TooLarge),
        ({"subject": "\udfff"}, CannotKeep),
        ({"values": {"word": "半\ud800"}}, CannotKeep),
        ({"values": {"number": 2**70}}, CannotKeep),
    ],
)
def test_what_no_database_keeps_is_refused_in_words(
    db: Session, college: College, asked: dict[str, object], refusal: type[Refused]
) -> None:
    definitions.publish(db, flow.chain("keyed", flow.step("one")), by=SYSTEM, note="版")
    with pytest.raises(refusal) as raised:
        instances.start(db, "keyed", by=college.actor(db, "leader"), **asked)
    assert str(raised.value).endswith("。")


def test_empty_characters_are_dropped_from_what_is_asked(db: Session, college: College) -> None:
    definitions.publish(db, flow.chain("keyed", flow.step("one")), by=SYSTEM, note="版")
    case = instances.start(
        db, "keyed", by=college.actor(db, "leader"), subject="a\x00b", business_key="\x00k",
        values={"word": "a\x00"},
    )  # fmt: skip
    body = db.execute(
        select(LogEntry.body).where(LogEntry.chain == f"case:{case}", LogEntry.seq == 1)
    ).scalar_one()
    asked = orjson.loads(body)["asked"]
    assert (asked["subject"], asked["business_key"]) == ("ab", "k")
    assert replay.replay(db, case).difference is None


def test_cancelling_needs_the_right_and_a_reason(db: Session, college: College) -> None:
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    case = flow.begin(db, flow.chain("short", flow.step("one")), by=leader)
    for number in (case, 999_999):
        with pytest.raises(Forbidden):
            instances.cancel(db, number, by=leader, reason="不办了")
    with pytest.raises(NotFound):
        instances.cancel(db, 999_999, by=admin, reason="不办了")
    for reason, refusal in (
        (" \x00", ReasonRequired),
        ("长" * 5_001, TooLarge),
        ("\ud800", CannotKeep),
    ):
        with pytest.raises(refusal):
            instances.cancel(db, case, by=admin, reason=reason)
    instances.cancel(db, case, by=admin, reason="不办了")
    assert (flow.status(db, case), flow.open_tasks(db, case)) == ("cancelled", {})
    with pytest.raises(InstanceNotRunning):
        instances.cancel(db, case, by=admin, reason="再来一次")
    assert replay.replay(db, case).difference is None


def test_a_task_opened_and_withdrawn_by_the_same_act_is_closed(
    db: Session, college: College
) -> None:
    leader = college.actor(db, "leader")
    stop = '<bpmn:endEvent id="stop"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    xml = flow.process(
        "stopped",
        flow.step("first") + FORK + flow.step("beside") + stop,
        flow.line("start", "first")
        + flow.line("first", "fork")
        + flow.line("fork", "beside")
        + flow.line("beside", "end")
        + flow.line("fork", "stop"),
    )
    case = flow.begin(db, xml, by=leader)
    flow.do(db, case, "first", by=leader)
    assert (flow.status(db, case), flow.open_tasks(db, case)) == ("terminated", {})
    table = UserTask.__table__
    row = db.execute(
        select(table.c.status, table.c.completed_at).where(table.c.element_id == "beside")
    ).one()
    assert row.status == "cancelled"
    assert row.completed_at is not None
    assert replay.replay(db, case).difference is None


def test_a_message_goes_to_the_place_that_waits_for_it(db: Session, college: College) -> None:
    leader, admin = college.actor(db, "leader"), college.actor(db, "admin")
    which = '<bpmn:exclusiveGateway id="which" default="which__end"/>'
    row = flow.line("start", "wait") + flow.line("wait", "which") + flow.line("which", "end")
    xml = flow.process(
        "told",
        CATCH + which + flow.step("more"),
        row + flow.line("which", "more", "amount &gt; 3") + flow.line("more", "end"),
    )
    case = flow.begin(db, xml, by=leader)
    with pytest.raises(Forbidden):
        messages.deliver(db, case, "paper", by=leader)
    for number, name in ((case, "other"), (999_999, "paper")):
        with pytest.raises(NotFound):
            messages.deliver(db, number, name, by=admin)
    with pytest.raises(CannotKeep):
        messages.deliver(db, case, "paper", by=admin, data={"amount": "\ud800"})
    messages.deliver(db, case, "paper", by=admin, data={"amount": 4})
    assert list(flow.open_tasks(db, case)) == ["more"]
    with pytest.raises(NotFound):
        messages.deliver(db, case, "paper", by=admin)
    assert replay.replay(db, case).difference is None


def test_a_message_is_not_given_to_the_task_that_sends_it(db: Session, college: College) -> None:
    handlers.HANDLERS["test.send"] = lambda _db, _call: {}
    send = '<bpmn:sendTask id="send" name="send" messageRef="paper" camunda:topic="test.send"/>'
    xml = flow.process(
        "sent",
        FORK + send + CATCH,
        flow.line("start", "fork")
        + flow.line("fork", "send")
        + flow.line("fork", "wait")
        + flow.line("send", "end")
        + flow.line("wait", "end"),
    )
    try:
        case = flow.begin(db, xml, by=college.actor(db, "leader"))
    finally:
        del handlers.HANDLERS["test.send"]
    messages.deliver(db, case, "paper", by=SYSTEM)
    assert replay.replay(db, case).frames[-1].body.asked["element"] == "wait"


ABOUT = {
    "initiator": ("leader", ["u:{leader}"], ["leader"]),
    "post:college_reviewer": (
        "leader",
        ["p:college_reviewer"],
        ["reviewer", "reviewer2", "stranger"],
    ),
    "post:college_reviewer@unit:machine": (
        "leader",
        ["p:college_reviewer:{machine}"],
        ["reviewer", "reviewer2"],
    ),
    "post:college_reviewer@subject.college": (
        "leader",
        ["p:college_reviewer:{machine}"],
        ["reviewer", "reviewer2"],
    ),
    "user:office": ("leader", ["u:{office}"], ["office"]),
    "initiator,user:office": ("leader", ["u:{leader}", "u:{office}"], ["leader", "office"]),
    "post:nobody_holds_it": ("leader", ["r:process_admin"], []),
    "post:college_reviewer@unit:nowhere": ("leader", ["r:process_admin"], []),
    "post:college_reviewer@initiator.college": ("leader", ["r:process_admin"], []),
    "head@subject.unit": ("leader", ["r:process_admin"], []),
    "user:nobody": ("leader", ["r:process_admin"], []),
}


@pytest.mark.parametrize("rule", ABOUT)
def test_whom_each_rule_finds(
    db: Session, college: College, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(handlers.RESOLVERS, "initiator.college", raising=False)
    began, keys, persons = ABOUT[rule]
    about = About(f"subject:{college.subject}", college.users[began])
    found = assignment.resolve(db, dialect.who({dialect.CANDIDATE_GROUPS: rule}), about)
    ids = college.users | college.units
    assert found.keys == tuple(key.format(**ids) for key in keys)
    assert sorted(found.people) == sorted(college.users[name] for name in persons)
    assert found.fallback == (not persons)


def test_somebody_named_holds_the_step_and_one_who_left_does_not(
    db: Session, college: College
) -> None:
    who = dialect.who({dialect.ASSIGNEE: "office", dialect.CANDIDATE_GROUPS: "initiator"})
    about = About(None, college.users["leader"])
    held = assignment.resolve(db, who, about)
    assert held.assignee_id == college.users["office"]
    assert held.keys == (f"u:{college.users['office']}", f"u:{college.users['leader']}")
    db.execute(update(User).values(is_active=False))
    left = assignment.resolve(db, who, about)
    assert (left.assignee_id, left.keys, left.fallback) == (None, ("r:process_admin",), True)
    for nobody in (About(None, None), About("", None)):
        assert assignment.resolve(db, who, nobody).fallback
    assert people.names(db, []) == {}
