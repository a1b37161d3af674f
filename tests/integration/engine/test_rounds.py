"""Two hundred rounds of sending back: the two-hundredth costs what the second did."""

from __future__ import annotations

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import replay, tasks
from engine.models import ProcessInstance
from tests.college import College
from tests.integration.engine import flow

ROUNDS = 200
MOST_STATE = 5_000


def test_two_hundred_rounds_cost_no_more_statements_and_no_more_state(
    db: Session, college: College
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
    statements: list[str] = []
    event.listen(
        db.get_bind(), "before_cursor_execute", lambda *words: statements.append(str(words[2]))
    )
    for _round in range(ROUNDS):
        statements.clear()
        flow.do(db, case, "submit", by=leader)
        tasks.send_back(db, flow.open_tasks(db, case)["review"], by=reviewer, reason="请再改")
        counted.append(len(statements))
    assert counted[1] == counted[-1]
    table = ProcessInstance.__table__
    row = db.execute(select(table.c.state, table.c.log_seq).where(table.c.id == case)).one()
    assert len(row.state) < MOST_STATE
    assert row.log_seq == 1 + 2 * ROUNDS
    assert replay.replay(db, case).difference is None


def test_a_chain_of_a_thousand_tasks_runs(db: Session, college: College) -> None:
    leader = college.actor(db, "leader")
    case = flow.begin(
        db, flow.chain("long", *(flow.step(f"s{number}") for number in range(1_000))), by=leader
    )
    for number in range(5):
        flow.do(db, case, f"s{number}", by=leader)
    assert list(flow.open_tasks(db, case)) == ["s5"]
