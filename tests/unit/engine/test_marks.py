"""What a drawing shows as passed, entry by entry."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.bpmn import parse, process
from engine.entries import Body
from engine.queries import marks
from tests.integration.engine import flow

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def test_an_event_that_came_is_passed_and_the_one_it_was_quicker_than_is_not():
    drawn = process.build(parse.read(flow.chain("one", flow.step("came"), flow.step("late"))))
    closed = [
        {"was": "Closed", "element": "came", "token": "2", "number": 1, "why": "completed"},
        {"was": "Closed", "element": "late", "token": "3", "number": 1, "why": "interrupted"},
    ]
    body = Body(followed={"effects": closed, "path": []})
    assert marks.follow(drawn, marks.Passed(), body, NOW).elements == ("came",)
