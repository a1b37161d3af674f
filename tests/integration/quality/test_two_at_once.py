"""Two people start the same document at the same moment: one case begins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from engine import instances
from engine.db import begin_writing
from engine.errors import CannotStart
from engine.models import ProcessInstance
from quality import subjects
from tests.story import GOALS, Story


def start_at_once(sessions, college):
    ready = Barrier(2)

    def start(name):
        ready.wait()
        with sessions() as db:
            begin_writing(db)
            try:
                instances.start(
                    db,
                    "approval_major",
                    by=college.actor(db, name),
                    subject=subjects.reference(college.subject),
                    values=GOALS,
                )
            except CannotStart:
                return "refused"
            db.commit()
            return "started"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(start, ("leader", "admin")))


def test_one_case_begins_the_first_time_and_after(db, sessions, college):
    db.commit()
    assert start_at_once(sessions, college) == ["refused", "started"]
    begin_writing(db)
    story = Story(db, sessions, college)
    (first,) = db.execute(select(ProcessInstance.id)).scalars()
    instances.cancel(db, first, by=story.person("admin"), reason="重来")
    db.commit()
    assert start_at_once(sessions, college) == ["refused", "started"]
    assert db.execute(select(func.count()).select_from(ProcessInstance)).scalar_one() == 2
