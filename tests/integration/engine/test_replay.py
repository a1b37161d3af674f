"""Replay: every kind of entry comes out as recorded; what was forged or cannot be read is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from engine import (
    clock,
    eventlog,
    handlers,
    instances,
    jobs,
    messages,
    replay,
    suspending,
    tasks,
    verify,
)
from engine import db as database
from engine.bpmn.commands import Then
from engine.entries import Kind
from engine.errors import NotFound
from engine.models import Content, Incident, LogEntry, ProcessInstance, UserTask
from tests.college import College
from tests.integration.engine import flow
from tests.integration.engine.signing.voting import FIVE, Voting

CATCH = '<bpmn:intermediateCatchEvent id="{}">{}</bpmn:intermediateCatchEvent>'
TIME = (
    "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>"
    "</bpmn:timerEventDefinition>"
)
WORD = '<bpmn:messageEventDefinition messageRef="paper"/>'
WORK = '<bpmn:serviceTask id="work" name="work" camunda:topic="test.work"/>'

EVERY_KIND = frozenset(
    {
        Kind.INSTANCE_STARTED,
        Kind.TASK_COMPLETED,
        Kind.TASK_RETURNED,
        Kind.TASK_CLAIMED,
        Kind.TASK_RELEASED,
        Kind.TASK_REASSIGNED,
        Kind.TIMER_FIRED,
        Kind.JOB_COMPLETED,
        Kind.MESSAGE_DELIVERED,
        Kind.INSTANCE_CANCELLED,
        Kind.INCIDENT_RETRIED,
    }
)


def every() -> bytes:
    nodes = flow.step("one") + flow.step("two") + CATCH.format("time", TIME) + WORK
    nodes += CATCH.format("word", WORD) + '<bpmn:exclusiveGateway id="which"/>' + flow.step("three")
    row = ("start", "one", "two", "time", "work", "word", "which", "three", "end")
    ways = [flow.line(*pair) for pair in pairwise(row)]
    ways[6] = flow.line("which", "three", "amount == 5 and checked")
    return flow.process("every", nodes, "".join(ways))


def test_a_case_with_every_kind_of_entry_comes_out_as_recorded(
    db: Session,
    sessions: sessionmaker[Session],
    college: College,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: dict[str, object] = {"amount": 5.0, "unread": (1, 2)}
    monkeypatch.setitem(handlers.HANDLERS, "test.work", lambda _db, _call: done)
    leader, admin, office = (college.actor(db, name) for name in ("leader", "admin", "office"))
    case = flow.begin(db, every(), by=leader)
    first = flow.open_tasks(db, case)["one"]
    tasks.claim(db, first, by=leader)
    tasks.release(db, first, by=leader)
    tasks.reassign(db, first, by=leader, to=office.id, reason="请代办")
    flow.do(db, case, "one", by=office)
    second = flow.open_tasks(db, case)["two"]
    tasks.send_back(db, second, by=leader, to="initiator", then=Then.BACK_TO_ME, reason="请改")
    flow.do(db, case, "one", by=office)
    flow.do(db, case, "two", by=leader)
    db.commit()
    with clock.freeze(clock.now().replace(year=2100)):
        assert [jobs.run_due(sessions, "test") for _round in range(3)] == [1, 1, 0]
    database.begin_writing(db)
    messages.deliver(db, case, "paper", by=admin)
    incident = db.execute(select(Incident.id).order_by(Incident.id.desc())).scalars().first()
    jobs.retry(db, incident or 0, by=admin)
    instances.cancel(db, case, by=admin, reason="不办了")
    found = replay.replay(db, case)
    assert found.difference is None
    assert {frame.kind for frame in found.frames} == EVERY_KIND
    assert [frame.seq for frame in found.frames] == list(range(1, len(found.frames) + 1))
    assert found.erased == 0
    assert list(verify.verify(db)) == []


@pytest.mark.usefixtures("college")
def test_a_case_that_is_not_there_is_not_found(db: Session) -> None:
    with pytest.raises(NotFound):
        replay.replay(db, 999_999)
    with pytest.raises(NotFound):
        list(verify.verify(db, instance_id=999_999))


@pytest.fixture
def case(db: Session, college: College) -> int:
    return flow.begin(
        db, flow.chain("forged", flow.step("one"), flow.step("two")), by=college.actor(db, "leader")
    )


@pytest.fixture
def forge(db: Session, case: int) -> Callable[..., None]:
    """An entry with a right hash and number at the end of the case's chain, head and all."""

    def add(body: Any, kind: str = "task_completed", at: str = "2027-03-01T00:00:00+00:00") -> None:
        head = instances.lock(db, case).head
        text = body if isinstance(body, str) else orjson.dumps(body).decode()
        chain, seq = eventlog.case_chain(case), head.seq + 1
        hashed = eventlog.digest(head.hash, chain, seq, at, kind, "user:1", text)
        row = {"chain": chain, "seq": seq, "at": at, "kind": kind, "by": "user:1"}
        db.execute(insert(LogEntry.__table__), {**row, "body": text, "hash": hashed})
        table = ProcessInstance.__table__
        grown = update(table).where(table.c.id == case)
        db.execute(grown.values(log_seq=seq, log_hash=hashed))

    return add


def said(**asked: object) -> dict[str, object]:
    return {"asked": asked, "known": {}, "followed": {}}


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("no JSON", {}),
        ("[]", {}),
        ({}, {}),
        (said(command={"do": "Explode"}), {}),
        (said(command={"do": "Complete"}), {}),
        (said(command={"do": "Complete", "token": 7}), {}),
        (said(command=7), {}),
        (said(), {"kind": "never_heard_of"}),
        (said(), {"at": "yesterday"}),
        (said(command={"do": "Complete", "token": "99"}), {}),
        (said(command={"do": "Complete", "token": "2"}), {}),
        (said() | {"content": "ab" * 32}, {}),
        ({"asked": {}, "known": {}, "followed": {"effects": [{"was": "Opened"}]}}, {}),
    ],
)
def test_an_entry_that_nobody_here_wrote_is_named_and_stops_nothing(
    db: Session,
    case: int,
    forge: Callable[..., None],
    body: object,
    more: dict[str, str],
) -> None:
    forge(body, **more)
    (found,) = verify.verify(db)
    assert found.chain == eventlog.case_chain(case)
    assert "{" not in found.text()
    assert found.seq in {2, 3}


def test_rows_that_say_something_else_are_named(db: Session, case: int) -> None:
    table, tasks_table = ProcessInstance.__table__, UserTask.__table__
    changes = {
        "流程现在的位置": update(table).where(table.c.id == case).values(state='[1,9,[],{},{},""]'),
        "登记的校验值": update(table).where(table.c.id == case).values(log_hash="0" * 64),
        "任务“one”": update(tasks_table).values(outcome="approve"),
    }
    for sentence, change in changes.items():
        with db.begin_nested() as attempt:
            db.execute(change)
            (found,) = verify.verify(db)
            assert sentence in found.text()
            attempt.rollback()


BEHIND = {
    "user_task": {
        "candidates = '[\"u:999\"]'": "谁可以办理",
        "assignee_id = (SELECT max(id) FROM user_account)": "在谁手里",
        "lent_by = NULL": "由谁委派",
        "due_at = '2031-01-01 00:00:00+00:00'": "期限",
        "due_first = NULL": "原来的期限",
        "name = '别的'": "名称",
    },
    "process_instance": {
        "started_by = (SELECT max(id) FROM user_account)": "由谁发起",
        "successor_id = started_by": "由谁接手",
        "title = '别的'": "标题",
        "subject = 'major:1'": "办的是哪一项",
        "business_key = 'other'": "业务编号",
        "variables = '{\"amount\": 1}'": "变量",
        "content_hash = ''": "现在的表单内容",
        "content_id = NULL": "现在的表单内容",
        "offered_id = NULL": "发起时的表单内容",
    },
    "copy": {
        "user_id = sent_by": "抄送给谁",
        "sent_by = NULL": "由谁抄送",
        "read_at = sent_at": "有没有读过",
    },
}


def test_each_column_that_was_changed_behind_the_record_is_named(
    db: Session, college: College
) -> None:
    leader, office = college.actor(db, "leader"), college.actor(db, "office")
    verbs = "approve,lend,return"
    steps = flow.step("one", verbs=verbs, due="P3D"), flow.step("two")
    case = flow.begin(db, flow.chain("behind", *steps), by=leader)
    one = flow.open_tasks(db, case)["one"]
    tasks.copy(db, one, by=leader, to=[college.users["auditor"]])
    tasks.lend(db, one, by=leader, to=office.id or 0, reason="请看")
    admin = college.actor(db, "admin")
    suspending.suspend(db, case, by=admin, reason="放假")
    with clock.freeze(clock.now() + timedelta(days=2, microseconds=7)):
        suspending.resume(db, case, by=admin)
    assert list(verify.verify(db)) == []
    for table, changes in BEHIND.items():
        where = "id" if table == "process_instance" else "instance_id"
        for change, named in changes.items():
            with db.begin_nested() as attempt:
                statement = f"UPDATE {table} SET {change} WHERE {where} = {case}"  # noqa: S608  (our own words)
                db.execute(text(statement))
                (found,) = verify.verify(db)
                assert (found.chain, named in found.text()) == (eventlog.case_chain(case), True)
                attempt.rollback()


def test_whose_turn_follows_whose_is_as_recorded(db: Session, college: College) -> None:
    voting = Voting(db, college, "sequence", FIVE[:3], {"due": "P3D"}).begin()
    voting.vote("reviewer")
    voting.check()
    for change in (
        "follows = 1 WHERE seat = 3",
        "added_by = lent_by, due_at = NULL WHERE seat < 3",
    ):
        with db.begin_nested() as attempt:
            db.execute(text(f"UPDATE user_task SET {change}"))  # noqa: S608  (our own words)
            assert replay.replay(db, voting.case).difference is not None
            attempt.rollback()


def test_the_name_in_a_title_can_be_erased_and_the_record_stays_whole(
    db: Session, case: int
) -> None:
    table = LogEntry.__table__
    (entry,) = db.execute(select(table.c.body).where(table.c.kind == "instance_started")).scalars()
    assert "title" not in orjson.loads(entry)["asked"]
    gone = {"data": b"", "salt": b"", "erased_at": clock.now()}
    db.execute(update(Content.__table__).where(Content.instance_id == case).values(gone))
    db.execute(update(ProcessInstance.__table__).values(title="（已删除）"))
    assert list(verify.verify(db)) == []


@pytest.mark.parametrize(
    ("chain", "seq"), [("case:999999", 1), ("case:999999", 7), ("strange", 1), ("other:{case}", 1)]
)
def test_entries_that_belong_to_no_case_are_named(
    db: Session, case: int, chain: str, seq: int
) -> None:
    name = chain.format(case=case)
    row = {"chain": name, "seq": seq, "at": "2027-03-01T00:00:00+00:00", "kind": "task_claimed"}
    db.execute(insert(LogEntry.__table__), {**row, "by": "user:1", "body": "{}", "hash": "0" * 64})
    assert [one.chain for one in verify.verify(db)] == [name]


def test_a_case_without_its_entries_is_named(db: Session, case: int) -> None:
    row = db.execute(select(ProcessInstance.__table__).where(ProcessInstance.id == case)).mappings()
    copy = {name: value for name, value in row.one().items() if name not in ("id", "business_key")}
    db.execute(insert(ProcessInstance.__table__), copy)
    (found,) = verify.verify(db)
    assert found.seq == 1


def test_the_export_has_every_entry_by_number(db: Session, case: int) -> None:
    every_entry = verify.export(db, 0, 1_000)
    assert every_entry[-1]["chain"] == eventlog.case_chain(case)
    assert every_entry[-1]["body"]["asked"]["definition"] == "forged"
    assert verify.export(db, every_entry[0]["id"], 1) == every_entry[1:2]
    assert verify.export(db, every_entry[-1]["id"], 1) == []
