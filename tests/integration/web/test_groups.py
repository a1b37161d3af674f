"""A robot that is away is one incident, tried again after pauses, settled when it is back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from sqlalchemy import insert, select

from engine import clock, jobs, notices
from engine.db import begin_writing
from engine.models import Incident, IncidentStatus, Notification, Webhook
from engine.notices import Notice
from tests.integration.web.door import give_role, send
from tests.integration.web.robot_server import RobotServer
from web import notices as post

NOON = datetime(2027, 4, 21, 4, 0, tzinfo=UTC)
"""A Wednesday, twelve o'clock at the school."""


@pytest.fixture
def robot(app, own_app, db):  # noqa: ARG001  (the application knows how to write)
    with RobotServer() as server:
        row = {"name": "工作群", "form": "wecom", "url": server.url, "kinds": '["case_ended"]'}
        begin_writing(db).execute(insert(Webhook.__table__), {**row, "is_active": True})
        db.commit()
        yield server


@pytest.fixture
def minute(sessions, college):
    """Something happens, the ticker looks, the worker does what is due."""

    def pass_(at, event=""):
        with clock.freeze(at):
            with sessions() as db:
                begin_writing(db)
                if event:
                    notices.tell(db, [college.users["leader"]], Notice.CASE_ENDED, event)
                post.begin(db)
                db.commit()
            while jobs.run_due(sessions, "test"):
                pass

    return pass_


def incidents(sessions):
    with sessions() as db:
        rows = db.execute(select(Incident.status, Incident.data).order_by(Incident.id)).all()
        return [(row.status, orjson.loads(row.data).get("count")) for row in rows]


def test_a_robot_that_is_away_is_one_incident_until_it_is_back(robot, minute, sessions):
    robot.answers = (500, {})
    for number in range(5):
        minute(NOON + timedelta(minutes=number), f"ended:{number}")
    tried = len(robot.told)
    assert incidents(sessions) == [(IncidentStatus.OPEN, tried)]
    assert tried < 5
    robot.answers = (200, {"errcode": 0})
    minute(NOON + timedelta(hours=2))
    assert incidents(sessions) == [(IncidentStatus.RESOLVED, tried)]
    said = "".join(told["markdown"]["content"] for _path, told in robot.told[tried:])
    assert said.count("已经结束") == 5


def test_what_waited_for_a_day_is_not_said_any_more(robot, minute, sessions):
    robot.answers = (500, {})
    minute(NOON, "ended:0")
    robot.answers = (200, {"errcode": 0})
    with sessions() as db:
        old = {"made_at": NOON - timedelta(days=2)}
        begin_writing(db).execute(Notification.__table__.update().values(old))
        db.commit()
    minute(NOON + timedelta(hours=2))
    assert len(robot.told) == 1
    minute(NOON + timedelta(hours=3), "ended:1")
    assert len(robot.told) == 2
    assert incidents(sessions) == [(IncidentStatus.RESOLVED, 1)]


def test_administrators_try_it_at_once_or_switch_it_off(robot, minute, sessions, college, browser):
    robot.answers = (500, {})
    minute(NOON, "ended:0")
    give_role(sessions, college.users["leader"], "security_admin")
    there = browser("leader")
    assert "没有收下消息" in there.get("/notifications/school").text
    keeper = browser("admin")
    with sessions() as db:
        number = db.execute(select(Incident.id)).scalar_one()
        robot_id = db.execute(select(Webhook.id)).scalar_one()
    assert "工作群" in keeper.get("/incidents").text
    assert send(keeper, f"/incidents/{number}/retry").status_code == 303
    minute(clock.now())
    assert len(robot.told) == 2
    assert incidents(sessions) == [(IncidentStatus.RESOLVED, 1), (IncidentStatus.OPEN, 1)]
    send(there, f"/notifications/robots/{robot_id}/switch", on="0")
    assert incidents(sessions) == [(IncidentStatus.RESOLVED, 1), (IncidentStatus.RESOLVED, 1)]


def test_a_test_message_that_arrives_settles_it(robot, minute, sessions, college, browser):
    robot.answers = (500, {})
    minute(NOON, "ended:0")
    robot.answers = (200, {"errcode": 0})
    give_role(sessions, college.users["leader"], "security_admin")
    with sessions() as db:
        robot_id = db.execute(select(Webhook.id)).scalar_one()
    send(browser("leader"), f"/notifications/robots/{robot_id}/test")
    assert incidents(sessions) == [(IncidentStatus.RESOLVED, 1)]
