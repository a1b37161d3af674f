"""The interface as programs meet it: people with tokens."""

from __future__ import annotations

import itertools

import pytest
from flask.testing import FlaskClient

from engine import jobs
from tests.integration.web.api.described import is_as_described
from tests.integration.web.api.program import PASSWORD, Program, column

WORKER = "test"


@pytest.fixture
def program(app):
    """Make a program that speaks for a person."""
    tokens: dict[str, str] = {}

    def speak_for(name: str) -> Program:
        client: FlaskClient = app.test_client()
        if name not in tokens:
            asked = {"username": name, "password": PASSWORD}
            tokens[name] = client.post("/api/v1/tokens", json=asked).json["token"]
        return Program(client, tokens[name])

    return speak_for


@pytest.fixture
def anybody(app):
    """A program without a token."""
    return Program(app.test_client(), "")


@pytest.fixture
def described(anybody):
    """Whether the answer to a good request to this path is as the description has it."""
    told = anybody.get("/openapi.json").json
    return lambda path, answer: is_as_described(told, path, answer)


@pytest.fixture
def work(sessions):
    """Run the jobs that are due."""

    def run() -> None:
        for _round in range(20):
            if jobs.run_due(sessions, WORKER) == 0:
                return

    return run


@pytest.fixture
def goals(college, program):
    """Start the goals of the major, over the interface; the case and its first task."""

    def start(period: str = "2026-2028"):
        asked = {
            "definition": "approval_major",
            "subject": college.subject,
            "values": {"stage": "goal", "period": period},
        }
        answer = program("leader").post("/instances", asked)
        assert answer.status_code == 201, answer.text
        return answer.json["id"], answer.json["tasks"][0]["id"]

    return start


@pytest.fixture
def handed_in(goals, program):
    """Goals filled in and handed in; the case and the reviewers' task."""
    periods = (f"{year}-{year + 2}" for year in itertools.count(2026, 3))

    def start():
        case, task = goals(next(periods))
        leader = program("leader")
        filled = column(leader.get(f"/tasks/{task}").json["values"], "goals", "description")
        done = leader.post(f"/tasks/{task}/completion", {"outcome": "approve", "values": filled})
        assert done.status_code == 200, done.text
        return case, leader.get(f"/instances/{case}").json["tasks"][0]["id"]

    return start
