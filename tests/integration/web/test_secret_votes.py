"""Secret votes: no door tells them before the decision, and every door does after it."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from engine import verify
from engine.models import LogEntry, UserTask
from tests.integration.engine.signing.voting import FIVE, Voting
from tests.integration.web.conftest import PASSWORD

RULE = "ratio 2/3; abstain=out; hidden"
VOTERS = FIVE[:3]
SECRET = "reviewer的意见"
OTHERS = ("leader", "admin", "auditor", "reviewer2", "office")


@pytest.fixture
def voting(app, db, college) -> Voting:  # noqa: ARG001  (the application is there first)
    found = Voting(db, college, RULE, VOTERS).begin()
    found.vote("reviewer", "refuse")
    db.commit()
    return found


def pages(voting: Voting) -> list[str]:
    """Every address that tells of a case or of a task."""
    case, ids = voting.case, [row.id for row in voting.rows()]
    found = [f"/instances/{case}", f"/instances/{case}/replay", "/", "/tasks", "/notices"]
    found += [f"/instances/{case}/replay/{seq}/form" for seq in range(1, 5)]
    found += [f"/?box={box}" for box in ("todo", "done", "started", "cc", "draft")]
    for task in ids:
        found += [f"/tasks/{task}", f"/tasks/{task}/preview"]
    return found


def doors(voting: Voting) -> list[str]:
    """Every address of the interface that does."""
    case, ids = voting.case, [row.id for row in voting.rows()]
    found = [f"/instances/{case}{more}" for more in ("", "/log", "/replay")]
    found += [f"/tasks?box={box}" for box in ("todo", "done", "started", "cc", "draft")]
    found += [f"/tasks/{task}" for task in ids] + ["/notices", "/jobs", "/incidents"]
    return [f"/api/v1{one}" for one in found]


def answers(app, voting: Voting, name: str, client: FlaskClient) -> dict[str, str]:
    """What a person is answered everywhere."""
    asked = {"username": name, "password": PASSWORD}
    token = app.test_client().post("/api/v1/tokens", json=asked).json["token"]
    heads = {"Authorization": f"Bearer {token}"}
    told = {one: client.get(one).text for one in pages(voting)}
    program = app.test_client()
    return told | {one: program.get(one, headers=heads).text for one in doors(voting)}


@pytest.mark.parametrize("name", OTHERS)
def test_before_the_decision_no_door_tells_a_vote(app, browser, voting: Voting, name: str) -> None:
    told = answers(app, voting, name, browser(name))
    assert [door for door, text in told.items() if SECRET in text] == []
    seat = voting.task("reviewer")
    shown = json.loads(told[f"/api/v1/tasks/{seat}"]) if name in ("leader", "admin") else {}
    assert not shown.get("outcome")
    if name != "office":
        log = json.loads(told[f"/api/v1/instances/{voting.case}/log"])["items"]
        (vote,) = [one for one in log if one["kind"] == "task_voted"]
        assert not vote["outcome"]
        assert "refuse" not in json.dumps(vote)


def test_the_author_reads_their_own(app, browser, voting: Voting) -> None:
    told = answers(app, voting, "reviewer", browser("reviewer"))
    assert SECRET in told[f"/instances/{voting.case}"]
    assert SECRET in told[f"/api/v1/instances/{voting.case}/log"]


@pytest.mark.usefixtures("voting")
def test_the_exported_log_says_nothing_of_it(db) -> None:
    told = json.dumps(verify.export(db, 0, 1_000), ensure_ascii=False, default=str)
    (vote,) = [one for one in json.loads(told) if one["kind"] == "task_voted"]
    assert "refuse" not in json.dumps(vote)
    assert SECRET not in told
    bodies = db.execute(select(LogEntry.body).where(LogEntry.kind == "task_voted")).scalars()
    assert all("refuse" not in body for body in bodies)


def test_after_the_decision_everybody_reads_it_and_the_record_is_whole(
    app, browser, db, voting: Voting
) -> None:
    voting.vote("reviewer2")
    voting.vote("office")
    voting.check()
    db.commit()
    for name in ("leader", "auditor", "reviewer2"):
        told = answers(app, voting, name, browser(name))
        assert SECRET in told[f"/instances/{voting.case}"]
        log = json.loads(told[f"/api/v1/instances/{voting.case}/log"])["items"]
        votes = [one["outcome"] for one in log if one["kind"] == "task_voted"]
        assert votes == ["refuse", "approve", "approve"]
        assert told[f"/instances/{voting.case}"].count("按票数决定") == 1
    outcomes = db.execute(
        select(UserTask.outcome).where(UserTask.element_id == "review").order_by(UserTask.id)
    )
    assert list(outcomes.scalars()) == ["refuse", "approve", "approve"]
