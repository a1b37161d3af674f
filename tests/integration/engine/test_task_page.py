"""What a task's page knows beside the form: what comes next, and what was seen before."""

from __future__ import annotations

import pytest

from engine import tasks
from engine.errors import NotFound
from engine.queries import around, cases, coming, seats, task_page
from tests.integration.engine.flow import begin, chain, do, line, open_tasks, process, step

FORK = '<bpmn:exclusiveGateway id="fork" default="fork__small"/>'
BRANCHES = process(
    "branches",
    step("ask") + FORK + step("big", "post:academic_affairs") + step("small"),
    line("start", "ask")
    + line("ask", "fork")
    + line("fork", "big", "amount &gt; 10")
    + line("fork", "small")
    + line("big", "end")
    + line("small", "end"),
)
ROW = chain(
    "row",
    step("write"),
    step("check", "post:academic_affairs"),
    step("sign", "post:college_reviewer@initiator.unit"),
    step("file"),
)


@pytest.fixture
def leader(db, college):
    return college.actor(db, "leader")


def ahead(db, person, case, element):
    return coming.ahead(db, task_page.one(db, person, open_tasks(db, case)[element]))


def test_both_ways_out_of_a_decision_may_come_next(db, leader):
    case = begin(db, BRANCHES, by=leader)
    found = ahead(db, leader, case, "ask")
    assert [(one.name, one.is_next) for one in found] == [("big", True), ("small", True)]
    assert found[0].who == ("李致远",)
    assert found[1].who == ("吴允恭",)


def test_every_step_ahead_names_its_people(db, leader):
    case = begin(db, ROW, by=leader)
    found = ahead(db, leader, case, "write")
    assert [(one.name, one.is_next, bool(one.who)) for one in found] == [
        ("check", True, True),
        ("sign", False, True),
        ("file", False, True),
    ]


def test_rework_that_goes_straight_back_comes_next_to_the_one_who_asked(db, college, leader):
    case = begin(db, ROW, by=leader)
    do(db, case, "write", by=leader)
    office = college.actor(db, "office")
    check = open_tasks(db, case)["check"]
    tasks.send_back(db, check, by=office, to="write", then="back_to_me", reason="请改")
    assert [one.name for one in ahead(db, leader, case, "write")] == ["check"]


def test_a_finished_task_has_nothing_ahead_and_strangers_see_none(db, college, leader):
    case = begin(db, ROW, by=leader)
    write = open_tasks(db, case)["write"]
    do(db, case, "write", by=leader)
    assert coming.ahead(db, task_page.one(db, leader, write)) == ()
    with pytest.raises(NotFound):
        task_page.one(db, college.actor(db, "stranger"), write)
    with pytest.raises(NotFound):
        task_page.one(db, leader, 10**9)


def test_what_is_around_a_task_is_what_each_question_alone_answers(db, college, leader):
    case = begin(db, ROW, by=leader)
    do(db, case, "write", by=leader)
    office = college.actor(db, "office")
    task = task_page.one(db, office, open_tasks(db, case)["check"])
    found = around.of(db, office, task)
    assert found.waiting == cases.waiting(db, case)
    assert found.seats == seats.of(db, office, task) == ()
    assert found.done == ("write",)
