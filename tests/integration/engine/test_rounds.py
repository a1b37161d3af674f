"""Two hundred rounds of sending back: the two-hundredth costs what the second did."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import replay, tasks
from engine.models import Notification, ProcessInstance
from tests.college import College
from tests.integration.engine import flow

ROUNDS = 200
MOST_STATE = 5_000


@pytest.fixture
def said(db: Session, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What this session says, as the driver hears it."""
    heard: list[str] = []
    driver: Any = db.connection().connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.set_trace_callback(heard.append)
        return heard
    execute = psycopg.Cursor.execute

    def listen(cursor: Any, query: Any, *words: Any, **more: Any) -> Any:
        heard.append(str(query))
        return execute(cursor, query, *words, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", listen)
    return heard


def test_two_hundred_rounds_cost_no_more_statements_and_no_more_state(
    db: Session, college: College, said: list[str]
) -> None:
    leader, reviewer = college.actor(db, "leader"), college.actor(db, "reviewer")
    case = flow.begin(
        db,
        flow.chain(
            "rounds", flow.step("submit"), flow.step("review", "post:college_reviewer@unit:machine")
        ),
        by=leader,
    )
    counted: list[int] = []
    for _round in range(ROUNDS):
        said.clear()
        flow.do(db, case, "submit", by=leader)
        tasks.send_back(db, flow.open_tasks(db, case)["review"], by=reviewer, reason="请再改")
        counted.append(len(said))
    assert counted[1] == counted[-1]
    table = ProcessInstance.__table__
    row = db.execute(select(table.c.state, table.c.log_seq).where(table.c.id == case)).one()
    assert len(row.state) < MOST_STATE
    assert row.log_seq == 1 + 2 * ROUNDS
    assert replay.replay(db, case).difference is None


def test_what_an_act_writes_and_tells_is_one_statement(
    db: Session, college: College, said: list[str]
) -> None:
    leader = college.actor(db, "leader")
    step = flow.step("review", "post:college_reviewer@unit:machine")
    case = flow.begin(db, flow.chain("told", flow.step("submit"), step), by=leader)
    said.clear()
    flow.do(db, case, "submit", by=leader)
    writing = [one for one in said if "INSERT" in one or "UPDATE " in one.replace("FOR UPDATE", "")]
    if db.get_bind().dialect.name == "postgresql":  # on SQLite a row follows the other
        assert len(writing) == 1
    told = select(Notification.kind, Notification.task_id).where(Notification.instance_id == case)
    assert set(db.execute(told)) == {("task_opened", flow.open_tasks(db, case)["review"])}


def test_a_chain_of_a_thousand_tasks_runs(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    case = flow.begin(
        db, flow.chain("long", *(flow.step(f"s{number}") for number in range(1_000))), by=leader
    )
    for number in range(5):
        flow.do(db, case, f"s{number}", by=leader)
    assert list(flow.open_tasks(db, case)) == ["s5"]
