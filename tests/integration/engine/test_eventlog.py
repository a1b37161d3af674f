"""The record: how an entry is hashed, what is kept outside it, and what each seal binds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import orjson
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from engine import db as database
from engine import entries, eventlog, instances, verify
from engine.bpmn.commands import Complete, Return, Then
from engine.entries import Body, Kind
from engine.errors import CannotKeep
from engine.eventlog import Head
from engine.models import Content, LogEntry, ProcessInstance
from tests.college import College
from tests.integration.engine import flow

AT = datetime(2027, 3, 1, 1, 2, 3, 4, tzinfo=UTC)


def test_the_hash_of_an_entry_is_what_the_documentation_says() -> None:
    body = Body({"task": 7, "element": "审核"}, {"seen": ""}, {"path": ("a", "b")}, "ab" * 32)
    row = eventlog.entry(
        "case:42", Head(1, "f" * 64), Kind.TASK_COMPLETED, by="user:7", at=AT, body=body
    )
    text = (
        '{"asked":{"element":"审核","task":7},"content":"' + "ab" * 32 + '",'
        '"followed":{"path":["a","b"]},"known":{"seen":""}}'
    )
    lines = "f" * 64 + "\ncase:42\n2\n2027-03-01T01:02:03.000004+00:00\ntask_completed\nuser:7\n"
    assert row["body"] == text
    assert row["hash"] == hashlib.sha256((lines + text).encode()).hexdigest()
    assert row["hash"] == "27fc8e389b8c61c63864e2ce4e1369e2304ceb9e71775426d8b74cfad28982be"
    assert entries.read_body(text).content == "ab" * 32


def test_a_command_is_recorded_without_its_data_and_read_with_them() -> None:
    words = entries.command_words(Complete("3", {"amount": 4}))
    assert words == {"do": "Complete", "token": "3"}
    assert entries.read_command(words, {"amount": 4}) == Complete("3", {"amount": 4})
    back = Return("3", "submit", Then.BACK_TO_ME)
    assert entries.read_command(entries.command_words(back), {}) == back


def test_a_content_is_kept_under_a_salted_hash_and_read_by_its_key(
    db: Session, college: College
) -> None:
    case = flow.begin(db, flow.chain("kept", flow.step("one")), by=college.actor(db, "leader"))
    data = {"values": {"name": "王工", "rows": [1, 2.5, None, True]}}
    key, hashed = eventlog.keep(db, case, data)
    row = db.execute(select(Content).where(Content.id == key)).scalar_one()
    assert hashed == hashlib.sha256(row.salt + row.data).hexdigest()
    assert len(row.salt) == 16
    assert eventlog.contents(db, key) == data
    assert eventlog.contents(db, None) == {}
    assert eventlog.salted(data)["sha256"] != hashed


@pytest.mark.parametrize("data", [{"a": "\ud800"}, {"a": 2**64}, {1: 2}, {"a": object()}])
def test_what_is_no_json_is_refused(data: Mapping[str, object]) -> None:
    with pytest.raises(CannotKeep):
        eventlog.as_json(data)


def seal(db: Session) -> Head | None:
    found = eventlog.seal(db)
    db.commit()
    database.begin_writing(db)
    return found


def bound(db: Session) -> list[list[str]]:
    """The chains that each seal bound."""
    bodies = select(LogEntry.body).where(LogEntry.chain == "seal").order_by(LogEntry.seq)
    return [
        [head[0] for head in orjson.loads(body)["asked"]["heads"]]
        for body in db.execute(bodies).scalars()
    ]


def test_a_seal_binds_what_grew_and_nothing_twice(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    case = flow.begin(db, flow.chain("sealed", flow.step("one"), flow.step("two")), by=leader)
    first = seal(db)
    assert first is not None
    assert seal(db) is None
    assert eventlog.newest_seal(db) == first
    other = instances.start(db, "sealed", by=leader)
    second = seal(db)
    flow.do(db, case, "one", by=leader)
    third = seal(db)
    assert (second, third) != (None, None)
    assert bound(db) == [["house", f"case:{case}"], [f"case:{other}"], [f"case:{case}"]]
    assert list(verify.verify(db, head=third.hash if third else "")) == []


def test_what_was_committed_late_under_an_older_number_is_bound_by_the_next_seal(
    db: Session, college: College
) -> None:
    leader = college.actor(db, "leader")
    case = flow.begin(db, flow.chain("late", flow.step("one")), by=leader)
    assert seal(db) is not None
    head = instances.lock(db, case).head
    chain = eventlog.case_chain(case)
    row = eventlog.entry(chain, head, Kind.TASK_CLAIMED, by="user:1", at=AT, body=Body())
    db.execute(insert(LogEntry.__table__), {**row, "id": -1})
    table = ProcessInstance.__table__
    grown = {"log_seq": row["seq"], "log_hash": row["hash"]}
    db.execute(update(table).where(table.c.id == case).values(grown))
    assert seal(db) is not None
    assert bound(db)[-1] == [chain]
    assert seal(db) is None


def test_many_chains_are_bound_by_several_seals(
    db: Session, college: College, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eventlog, "HEADS_PER_SEAL", 3)
    leader = college.actor(db, "leader")
    flow.begin(db, flow.chain("many", flow.step("one")), by=leader)
    for _number in range(6):
        instances.start(db, "many", by=leader)
    assert seal(db) is not None
    assert [len(one) for one in bound(db)] == [3, 3, 2]
    assert seal(db) is None
    assert list(verify.verify(db)) == []


def test_an_empty_record_has_nothing_to_seal(db: Session) -> None:
    assert (eventlog.seal(db), eventlog.newest_seal(db)) == (None, None)


def test_those_who_begin_a_chain_at_once_all_stand_in_it(sessions: sessionmaker[Session]) -> None:
    together = Barrier(4)

    def begin(number: int) -> int:
        with sessions() as db:
            together.wait()
            head = eventlog.record(
                database.begin_writing(db), Kind.POST_CREATED, by="system", asked={"post": number}
            )
            db.commit()
            return head.seq

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(begin, range(4))) == [1, 2, 3, 4]
    with sessions() as db:
        assert list(verify.verify(db)) == []
