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


def test_the_arm_of_an_event_gateway_that_was_not_taken_is_not_passed():
    nodes = '<bpmn:eventBasedGateway id="gate"/>' + flow.step("came") + flow.step("late")
    lines = flow.line("start", "gate") + flow.line("gate", "came") + flow.line("gate", "late")
    lines += flow.line("came", "end") + flow.line("late", "end")
    drawn = process.build(parse.read(flow.process("one", nodes, lines)))
    waits = Body(followed={"path": ["start", "start__gate", "gate", "gate__came", "gate__late"]})
    waiting = marks.follow(drawn, marks.Passed(), waits, NOW)
    assert waiting.flows == ("start__gate", "gate__came", "gate__late")
    closed = [
        {"was": "Closed", "element": "came", "token": "2", "number": 1, "why": "completed"},
        {"was": "Closed", "element": "late", "token": "3", "number": 1, "why": "withdrawn"},
    ]
    done = marks.follow(drawn, waiting, Body(followed={"effects": closed, "path": []}), NOW)
    assert done.flows == ("start__gate", "gate__came")
