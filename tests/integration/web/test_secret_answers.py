"""Answers to acts, and eyes that are tried on, tell no secret vote either."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from engine.queries import inbox
from tests.college import College
from tests.integration.engine.signing.voting import FIVE, Voting
from tests.integration.web.conftest import PASSWORD


@pytest.fixture
def voting(app, db, college) -> Voting:  # noqa: ARG001  (the application is there first)
    found = Voting(db, college, "ratio 2/3; hidden", FIVE[:3]).begin()
    found.vote("reviewer", "refuse")
    db.commit()
    return found


def heads(app, name: str) -> dict[str, str]:
    asked = {"username": name, "password": PASSWORD}
    token = app.test_client().post("/api/v1/tokens", json=asked).json["token"]
    return {"Authorization": f"Bearer {token}"}


def test_who_copies_a_case_is_not_answered_with_the_vote(app, college, voting: Voting) -> None:
    seat = voting.task("reviewer")
    copied = app.test_client().post(
        f"/api/v1/tasks/{seat}/copies",
        json={"to": [college.users["admin"]]},
        headers=heads(app, "leader"),
    )
    assert copied.status_code == 200
    assert copied.json["status"] == "completed"
    assert copied.json["outcome"] is None


def test_the_author_is_answered_with_their_own_vote(app, voting: Voting) -> None:
    seat = voting.task("reviewer2")
    said = app.test_client().post(
        f"/api/v1/tasks/{seat}/completion",
        json={"outcome": "approve"},
        headers=heads(app, "reviewer2"),
    )
    assert said.status_code == 200, said.json
    assert said.json["outcome"] == "approve"


def test_whoever_tries_a_voters_eyes_on_reads_no_vote(
    db: Session, college: College, voting: Voting
) -> None:
    own = college.actor(db, "reviewer")
    (row,) = inbox.done(db, own).rows
    assert row.outcome == "refuse"
    (row,) = inbox.done(db, replace(own, seen_by=college.users["admin"])).rows
    assert row.outcome is None
    for name in ("reviewer2", "office"):
        voting.vote(name)
    (row,) = inbox.done(db, replace(own, seen_by=college.users["admin"])).rows
    assert row.outcome == "refuse"
