"""The inbox: what waits for a person, in pages and counts; what they did, began and half wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from engine import clock, definitions, instances, tasks
from engine.people import SYSTEM, Actor
from engine.queries import choices, colleagues, followed, inbox
from tests.college import College
from tests.integration.engine import flow

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 3, 3, 2, 0, tzinfo=UTC)  # a Wednesday, ten in the morning
POST = "智能制造学院·二级学院审核岗"
REVIEW = "post:college_reviewer@unit:machine"


def waits(key: str, due: str) -> bytes:
    return flow.chain(key, flow.step("one"), flow.step("review", REVIEW, due=due))


@pytest.fixture
def reviewer(db: Session, college: College) -> Actor:
    """Somebody for whom four tasks wait: late, today, this week, later; one was sent back once."""
    leader, reviewer = college.actor(db, "leader"), college.actor(db, "reviewer")
    dues = {"late": "PT1H", "today": "PT36H", "week": "P4D", "later": "P30D"}
    with clock.freeze(NOW - timedelta(days=1)):
        for key, due in dues.items():
            case = flow.begin(db, waits(key, due), by=leader)
            flow.do(db, case, "one", by=leader)
        task = flow.open_tasks(db, case)["review"]
        tasks.send_back(db, task, by=reviewer, reason="请改")
        flow.do(db, case, "one", by=leader)
    return reviewer


@pytest.fixture
def day() -> inbox.Day:
    with clock.freeze(NOW):
        return inbox.school_day(SHANGHAI)


def flows(page: inbox.Page) -> list[str]:
    return [row.flow for row in page.rows]


def test_the_day_is_the_schools(day: inbox.Day) -> None:
    assert day.now == NOW
    assert day.tonight == datetime(2027, 3, 3, 16, 0, tzinfo=UTC)
    assert day.week == datetime(2027, 3, 7, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chip", "shown"),
    [
        ("", ["late", "today", "week", "later"]),
        ("overdue", ["late"]),
        ("today", ["today"]),
        ("week", ["today", "week"]),
        ("returned", []),
        ("no such chip", ["late", "today", "week", "later"]),
    ],
)
def test_each_chip_shows_its_tasks_by_deadline(
    db: Session, reviewer: Actor, day: inbox.Day, chip: str, shown: list[str]
) -> None:
    assert flows(inbox.todo(db, reviewer, day, chip=chip)) == shown


def test_the_chips_count_what_they_show(
    db: Session, reviewer: Actor, college: College, day: inbox.Day
) -> None:
    assert inbox.counts(db, reviewer, day) == inbox.Counts(4, 1, 1, 2, 0)
    later = max(flow.open_tasks(db, number)["review"] for number in range(1, 5))
    tasks.send_back(db, later, by=reviewer, reason="请改")
    leader = college.actor(db, "leader")
    assert inbox.counts(db, leader, day) == inbox.Counts(1, 0, 0, 0, 1)
    (row,) = inbox.todo(db, leader, day, chip="returned").rows
    assert (row.step, row.returned, row.number, row.due_at) == ("one", True, 3, None)
    assert inbox.counts(db, college.actor(db, "stranger"), day) == inbox.Counts(0, 0, 0, 0, 0)


def test_pages_follow_one_another_without_gap_or_repetition(
    db: Session, reviewer: Actor, day: inbox.Day
) -> None:
    first = inbox.todo(db, reviewer, day, limit=3)
    assert first.next is not None
    second = inbox.todo(db, reviewer, day, limit=3, after=first.next)
    assert flows(first) + flows(second) == ["late", "today", "week", "later"]
    assert second.next is None


def test_what_a_person_did_began_and_half_wrote(
    db: Session, reviewer: Actor, college: College
) -> None:
    leader = college.actor(db, "leader")
    done = inbox.done(db, leader, limit=3)
    assert (len(done.rows), done.rows[0].flow, done.rows[0].outcome) == (3, "later", "approve")
    rest = inbox.done(db, leader, limit=3, after=done.next)
    assert (len(rest.rows), rest.next) == (2, None)
    begun, more = followed.started(db, leader, limit=3)
    assert [one.flow for one in begun] == ["later", "week", "today"]
    assert (begun[0].steps, begun[0].holders, begun[0].status) == (("review",), (POST,), "running")
    assert begun[0].due_at is not None
    last, none = followed.started(db, leader, limit=3, after=more)
    assert ([one.flow for one in last], none) == (["late"], None)
    task = flow.open_tasks(db, begun[0].instance_id)["review"]
    tasks.save_draft(db, task, by=reviewer, values={}, revision=0)
    (draft,) = inbox.drafts(db, reviewer).rows
    assert (draft.task_id, draft.has_draft, draft.initiator) == (task, True, "吴允恭")
    instances.cancel(db, begun[0].instance_id, by=college.actor(db, "admin"), reason="不办了")
    assert inbox.drafts(db, reviewer).rows == ()


@pytest.mark.usefixtures("college")
def test_colleagues_are_found_by_how_their_name_begins(db: Session) -> None:
    (found,) = colleagues.starting_with(db, " 周 ")
    assert (found.name, found.posts) == ("周明岚", (POST,))
    assert [one.username for one in colleagues.starting_with(db, "rev")] == [
        "reviewer",
        "reviewer2",
    ]
    assert len(colleagues.starting_with(db, "rev", limit=1)) == 1
    for text in ("", "  ", "%", "_", "没有这个人"):
        assert colleagues.starting_with(db, text) == ()


@pytest.mark.usefixtures("college")
def test_the_designer_chooses_from_what_there_is(db: Session) -> None:
    found = choices.choices(db)
    assert ("college_reviewer", "二级学院审核岗") in found.posts
    major = next(one for one in found.forms if one.key == "major")
    assert any("." in address for address, _label in major.fields)
    assert "quality.publish" in found.topics
    assert found.cases
    definitions.save_form(db, "broken", "no form", by=SYSTEM)
    assert len(choices.choices(db).forms) == len(found.forms)
    assert choices.name_of(db, "nothing") is None
    assert choices.name_of(db, "approval_major")
