"""Notices whose work is done are no news, whoever did it; old ones are removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine import clock, jobs, notices, old_notices, tasks
from engine.db import begin_writing
from engine.models import Job, JobStatus, Notification
from engine.notices import Notice
from engine.queries import rail, told
from tests.story import GOALS, Story, filled

NOON = datetime(2027, 4, 21, 4, 0, tzinfo=UTC)
NIGHT = NOON + timedelta(hours=15)
"""The next three o'clock at the school."""
_TABLE = Notification.__table__


@pytest.fixture
def story(app, db, sessions, college):  # noqa: ARG001  (the application knows of the work)
    begin_writing(db)
    return Story(db, sessions, college)


def anew(db):
    """The session, in a writing transaction that has just begun."""
    db.rollback()
    return begin_writing(db)


def hand_in(story, values=GOALS):
    with clock.freeze(NOON):
        anew(story.db)
        case = story.start(values)
        story.hand_in(case, "leader", filled(story.values(case), "goals", "description"))
        story.db.commit()
    return case


def two_are_asked(story):
    """A task that two people were told of."""
    task = story.task(hand_in(story)).id
    anew(story.db)
    both = [story.college.users[name] for name in ("reviewer", "auditor")]
    for notice in (Notice.TASK_URGED, Notice.COPIED):
        notices.tell(story.db, both, notice, f"{notice}:1", task_id=task, data={"title": "专业"})
    story.db.commit()
    return task


def approve(story, task):
    anew(story.db)
    with clock.freeze(NOON):
        by = story.college.actor(story.db, "reviewer")
        tasks.complete(story.db, task, by=by, comment="同意")
    story.db.commit()


def test_what_somebody_else_has_done_is_no_news(story, college, browser):
    task = two_are_asked(story)
    auditor = college.users["auditor"]
    assert rail.unread(story.db, auditor) == 2
    story.db.rollback()
    approve(story, task)
    assert rail.unread(story.db, auditor) == 1
    (left,), _more = told.listed(story.db, auditor, unread_only=True)
    assert left.kind == Notice.COPIED
    assert rail.unread(story.db, auditor, [Notice.COPIED]) == 0
    story.db.rollback()
    assert '<span class="count">1' in browser("auditor").get("/notifications/bell").text
    assert "已由" in browser("auditor").get("/notifications").text
    assert "您已办理" in browser("reviewer").get("/notifications").text


def left(db):
    db.rollback()
    return {tuple(row) for row in db.execute(select(_TABLE.c.event, _TABLE.c.task_id))}


def test_old_notices_go_unless_they_ask_for_an_open_task(story, sessions, college, monkeypatch):
    monkeypatch.setattr(old_notices, "PORTION", 2)
    waits = two_are_asked(story)
    done = story.task(hand_in(story, {**GOALS, "period": "2029-2031"})).id
    approve(story, done)
    writing = anew(story.db)
    with clock.freeze(NOON):
        notices.tell(writing, [college.users["leader"]], Notice.CASE_ENDED, "ended:1")
        old_notices.begin(writing)
        old_notices.begin(writing)
    writing.commit()
    before = left(story.db)
    night(sessions, NIGHT)
    assert left(story.db) == before
    night(sessions, NIGHT + timedelta(days=366))
    gone = before - left(story.db)
    assert ("ended:1", None) in gone
    assert {task for _event, task in gone} == {None, done}
    assert waits in {task for _event, task in left(story.db)}


def test_the_walk_settles_what_is_done(story, sessions, college):
    task = two_are_asked(story)
    approve(story, task)
    with clock.freeze(NOON):
        old_notices.begin(anew(story.db))
        story.db.commit()
    night(sessions, NIGHT)
    mine = (_TABLE.c.user_id == college.users["auditor"]) & _TABLE.c.read_at.is_(None)
    assert story.db.execute(select(_TABLE.c.kind).where(mine)).scalars().all() == ["copied"]


def night(sessions, at):
    """One walk, to its end; the next is put down for the night after."""
    with clock.freeze(at):
        while jobs.run_due(sessions, "test"):
            pass
    with sessions() as db:
        mine = (Job.topic == old_notices.TOPIC) & (Job.status == JobStatus.WAITING)
        assert db.execute(select(Job.due_at).where(mine)).scalars().all() == [
            at + timedelta(days=1)
        ]
