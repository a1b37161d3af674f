"""The demo college: everybody is there, a case stands at each stage, and the record is whole."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

import quality
from engine import people, verify
from engine.models import Incident, LogEntry, ProcessInstance, User, UserTask
from quality import documents, subjects
from web import demo

PEOPLE = 130


@pytest.fixture
def installed(sessions):
    quality.register()
    demo.install(sessions, people=PEOPLE, say=lambda _line: None)
    return sessions


@pytest.fixture
def reading(installed):
    with installed() as db:
        yield db


def person(db, username):
    return people.actor(
        db, db.execute(select(User.id).where(User.username == username)).scalar_one()
    )


def test_the_demo_is_whole(reading):
    assert [one.text() for one in verify.verify(reading)] == []
    assert reading.execute(select(func.count()).select_from(Incident)).scalar_one() == 0
    moments = list(reading.execute(select(LogEntry.at).order_by(LogEntry.id)).scalars())
    assert moments == sorted(moments)

    everybody = reading.execute(select(User.username, User.password_hash)).all()
    assert len(everybody) == PEOPLE
    assert {username for username, _name, _what in demo.ACCOUNTS} <= {
        one.username for one in everybody
    }
    assert people.password_matches(everybody[0].password_hash, demo.PASSWORD)

    states = Counter(reading.execute(select(ProcessInstance.status)).scalars())
    assert states.keys() == {"running", "completed", "cancelled"}
    waiting = select(UserTask.element_id, UserTask.returned).where(
        UserTask.status.in_(("ready", "claimed"))
    )
    places = set(map(tuple, reading.execute(waiting)))
    assert places == {
        ("submit", False),
        ("submit", True),
        ("college_review", False),
        ("academic_affairs_approval", False),
    }

    leader = person(reading, "major_leader")
    begin = {one.subject.name: one for one in subjects.startable(reading, leader).items}
    robots = begin["工业机器人技术"].offers[0]
    assert (robots.stage, robots.published, robots.may) == ("goal", False, True)
    page = documents.published(reading, person(reading, "auditor"))
    assert Counter(row.stage for row in page.items) == {"goal": 7, "standard": 2}
    shown = documents.version(reading, person(reading, "auditor"), page.items[-1].id)
    assert shown.values["approved_by"] == "李致远"
    assert "{" not in str(shown.values["goals"][0]["description"])


def test_a_second_installation_is_refused(installed):
    with pytest.raises(demo.NotEmpty):
        demo.install(installed, people=PEOPLE)
