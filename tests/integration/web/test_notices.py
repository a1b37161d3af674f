"""What people are told reaches them: the bell, mail, robots; once each, and not at night."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, insert, select

from engine import clock, jobs, tasks
from engine.db import begin_writing
from engine.models import Deputy, Incident, Job, JobStatus, Notification, Webhook
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import change_user, give_role, send
from tests.integration.web.mail_server import MailServer
from tests.integration.web.robot_server import RobotServer
from tests.story import GOALS, Story, filled
from web import notices
from web.notices import choices

HERE = "https://zhengai.school.example"
NOON = datetime(2027, 4, 21, 4, 0, tzinfo=UTC)
"""A Wednesday, twelve o'clock at the school."""
NIGHT = datetime(2027, 4, 21, 15, 30, tzinfo=UTC)


@pytest.fixture
def post_office():
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(post_office):
    return {
        "ZHENGAI_SMTP_URL": f"smtp://127.0.0.1:{post_office.port}",
        "ZHENGAI_PUBLIC_URL": HERE,
    }


@pytest.fixture
def story(app, db, sessions, college):  # noqa: ARG001  (the application knows how to send)
    for name in ("leader", "reviewer", "office"):
        change_user(sessions, name, email=f"{name}@school.example")
    begin_writing(db)
    return Story(db, sessions, college)


def hand_in(story, at=NOON):
    """A case whose initiator has handed it in; the reviewer is told."""
    with clock.freeze(at):
        writing(story.db)
        case = story.start(GOALS)
        story.hand_in(case, "leader", filled(story.values(case), "goals", "description"))
        story.db.commit()
    return case


def deliver(sessions, at):
    """The ticker looks, and the worker does what is due."""
    with clock.freeze(at):
        with sessions() as own:
            notices.begin(begin_writing(own))
            own.commit()
        while jobs.run_due(sessions, "test"):
            pass


def kinds(sessions, user_id):
    with sessions() as db:
        table = Notification.__table__
        mine = select(table.c.kind).where(table.c.user_id == user_id).order_by(table.c.id)
        return list(db.execute(mine).scalars())


def unsettled(sessions):
    with sessions() as db:
        table = Notification.__table__
        return db.execute(select(func.count()).where(table.c.sent_at.is_(None))).scalar_one()


def test_who_may_act_is_told_by_mail_once(story, sessions, college, post_office):
    case = hand_in(story)
    deliver(sessions, NOON)
    deliver(sessions, NOON + timedelta(minutes=5))
    mine = [one for one in post_office.messages if one["To"] == "reviewer@school.example"]
    (message,) = mine
    text = message.get_content()
    assert "请您办理" in message["Subject"]
    assert f"{HERE}/tasks/{story.task(case).id}" in text
    assert "leader" not in {one["To"].split("@")[0] for one in post_office.messages}
    assert kinds(sessions, college.users["reviewer"]) == ["task_opened"]
    assert unsettled(sessions) == 0


def test_a_second_pass_tells_again(story, sessions, college):
    case = hand_in(story)
    with clock.freeze(NOON):
        begin_writing(story.db)
        story.return_(case, "reviewer", "请补充")
        story.hand_in(case, "leader")
        story.db.commit()
    assert kinds(sessions, college.users["reviewer"]) == ["task_opened", "task_opened"]
    assert kinds(sessions, college.users["leader"]) == ["task_returned"]


def test_a_deputy_in_force_is_told_too(story, sessions, college):
    row = {"principal_id": college.users["reviewer"], "user_id": college.users["auditor"]}
    row |= {"since": NOON.date(), "until": NOON.date(), "given_seq": 1}
    story.db.execute(insert(Deputy.__table__), {**row, "definitions": '["approval_major"]'})
    other = {**row, "user_id": college.users["admin"], "definitions": '["another"]'}
    story.db.execute(insert(Deputy.__table__), other)
    hand_in(story)
    assert kinds(sessions, college.users["auditor"]) == ["task_opened"]
    assert kinds(sessions, college.users["admin"]) == []


def test_at_night_nobody_is_written_to(story, sessions, post_office):
    hand_in(story, NIGHT)
    deliver(sessions, NIGHT)
    assert post_office.messages == []
    deliver(sessions, NIGHT + timedelta(hours=7))
    assert post_office.messages == []
    deliver(sessions, NIGHT + timedelta(hours=8))
    assert len([one for one in post_office.messages if "reviewer" in one["To"]]) == 1


def test_a_day_off_waits_for_the_next_working_day(story, sessions, post_office):
    saturday = datetime(2027, 4, 17, 4, 0, tzinfo=UTC)
    hand_in(story, saturday)
    deliver(sessions, saturday + timedelta(days=1))
    assert post_office.messages == []
    deliver(sessions, saturday + timedelta(days=2))
    assert len(post_office.messages) == 1


def test_a_digest_gathers_a_day_in_one_message(story, sessions, post_office, college):
    choices.keep(
        story.db,
        college.users["reviewer"],
        choices.Choice(mail={"task_opened": "digest"}, digest_hour=16),
    )
    hand_in(story)
    with clock.freeze(NOON):
        begin_writing(story.db)
        case = story.start({"stage": "goal", "period": "2029-2031"})
        story.hand_in(case, "leader", filled(story.values(case), "goals", "description"))
        story.db.commit()
    deliver(sessions, NOON + timedelta(hours=3))
    assert post_office.messages == []
    deliver(sessions, NOON + timedelta(hours=4))
    (message,) = post_office.messages
    assert "2 条通知" in message["Subject"]
    assert message.get_content().count(f"{HERE}/tasks/") == 2


def test_what_was_read_or_done_meanwhile_is_not_mailed(story, sessions, post_office, college):
    case = hand_in(story)
    with clock.freeze(NOON):
        begin_writing(story.db)
        tasks.complete(
            story.db, story.task(case).id, by=college.actor(story.db, "reviewer"), comment="同意"
        )
        story.db.commit()
    deliver(sessions, NOON)
    assert [one["To"] for one in post_office.messages] == ["office@school.example"]


def test_a_server_that_is_away_costs_one_job_and_then_one_incident(story, sessions, post_office):
    hand_in(story)
    post_office.refuses = True
    at = NOON
    for _attempt in range(jobs.ATTEMPTS):
        deliver(sessions, at)
        at += timedelta(hours=1)
    with sessions() as db:
        mine = select(Job.status).where(Job.topic == "notices.mail")
        assert db.execute(mine).scalars().all() == [JobStatus.FAILED]
        found = db.execute(select(Incident)).scalars().all()
        assert len(found) == 1
        assert "451" in found[0].data
    assert unsettled(sessions) > 0
    post_office.refuses = False
    deliver(sessions, at + timedelta(hours=1))
    assert len(post_office.messages) == 1
    assert unsettled(sessions) == 0


def test_a_worker_killed_after_sending_repeats_the_same_number(story, sessions, post_office):
    hand_in(story)
    with sessions() as db:
        begin_writing(db).execute(Notification.__table__.update().values(made_at=NOON))
        db.commit()
    deliver(sessions, NOON)
    with sessions() as db:  # as if it had been killed before it could write that down
        begin_writing(db).execute(Notification.__table__.update().values(sent_at=None))
        db.commit()
    deliver(sessions, NOON + timedelta(minutes=1))
    assert len(post_office.messages) == 1
    deliver(sessions, NOON + timedelta(minutes=3))
    first, second = post_office.messages
    assert first["Message-ID"] == second["Message-ID"]


@pytest.fixture
def robot(monkeypatch):
    monkeypatch.setenv("WEBHOOK_SECRET_TEST", "s3cret")
    with RobotServer() as server:
        yield server


def writing(db):
    """The session, in a writing transaction."""
    return db if db.in_transaction() else begin_writing(db)


def add(db, server, form, **more):
    row = {"name": form, "form": form, "url": server.url, "secret": "", "is_active": True}
    writing(db).execute(insert(Webhook.__table__), {**row, "kinds": '["task_opened"]', **more})
    db.commit()


def test_a_group_hears_of_an_event_once(story, sessions, robot):
    add(story.db, robot, "wecom")
    hand_in(story)
    deliver(sessions, NOON)
    deliver(sessions, NOON + timedelta(minutes=5))
    ((path, said),) = robot.told
    assert path == "/hook?key=1"
    assert said["msgtype"] == "markdown"
    assert f"{HERE}/tasks/" in said["markdown"]["content"]


def test_messages_are_signed_as_each_robot_wants_it(story, sessions, robot):
    add(story.db, robot, "dingtalk", secret="WEBHOOK_SECRET_TEST")
    add(story.db, robot, "feishu", secret="WEBHOOK_SECRET_TEST")
    hand_in(story)
    deliver(sessions, NOON)
    told = {
        "text" in said and said.get("msgtype") == "text": (path, said) for path, said in robot.told
    }
    path, said = told[True]
    asked = {key: one[0] for key, one in parse_qs(urlsplit(path).query).items()}
    assert asked["sign"] == signed("s3cret", f"{asked['timestamp']}\ns3cret")
    assert said["text"]["content"]
    _path, said = told[False]
    assert said["sign"] == signed(f"{said['timestamp']}\ns3cret", "")


def signed(key, message):
    made = hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()


@pytest.mark.parametrize(
    "answer", [(302, {}), (500, {}), (200, {"errcode": 310000, "errmsg": "sign not match"})]
)
def test_a_robot_that_refuses_is_told_in_words(browser, db, sessions, college, robot, answer):
    give_role(sessions, college.users["leader"], "security_admin")
    add(db, robot, "wecom")
    robot.answers = answer
    page = "/notifications/school"
    there = browser("leader")
    number = db.execute(select(Webhook.id)).scalar_one()
    db.rollback()
    said = send(there, f"/notifications/robots/{number}/test")
    assert said.status_code == 422
    assert "没有收下消息" in said.text
    assert len(robot.told) == 1
    assert page in said.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "http://robot.example/x"}, "https://"),
        ({"url": "https://me@robot.example/x"}, "https://"),
        ({"secret": "ZHENGAI_SECRET_KEY"}, "环境变量"),
        ({"form": "fax"}, "哪家"),
        ({"name": " "}, "名字"),
        ({"kinds": []}, "至少选一种"),
    ],
)
def test_a_robot_that_cannot_be_is_refused_and_kept(browser, sessions, college, wrong, words):
    give_role(sessions, college.users["leader"], "security_admin")
    there = browser("leader")
    given = {
        "name": "工作群",
        "form": "wecom",
        "url": "https://robot.example/x",
        "kinds": ["deadline"],
    }
    answer = send(there, "/notifications/robots", **{**given, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert (wrong.get("url") or given["url"]) in answer.text
    done = send(there, "/notifications/robots", **given)
    assert done.status_code == 303
    assert "robot.example" in there.get("/notifications/school").text


def test_the_bell_counts_and_the_list_leads_to_the_task(browser, story, college, sessions):
    case = hand_in(story)
    task = story.task(case).id
    there = browser("reviewer")
    page = there.get("/notifications").text
    assert "请您办理" in page
    assert '<span class="count">1' in there.get("/notifications/bell").text
    with sessions() as db:
        mine = Notification.user_id == college.users["reviewer"]
        number = db.execute(select(Notification.id).where(mine)).scalar_one()
    gone = there.get(f"/notifications/{number}")
    assert (gone.status_code, gone.headers["Location"]) == (303, f"/tasks/{task}")
    assert 'class="count"' not in there.get("/notifications/bell").text
    assert "没有未读的通知" in there.get("/notifications?show=unread").text
    assert browser("office").get(f"/notifications/{number}").status_code == 404


def test_what_came_after_the_page_stays_new(browser, story):
    hand_in(story)
    there = browser("reviewer")
    assert send(there, "/notifications/reading", newest="0").status_code == 303
    assert '<span class="count">1' in there.get("/notifications/bell").text
    assert send(there, "/notifications/reading", newest="999999").status_code == 303
    assert 'class="count"' not in there.get("/notifications/bell").text


def test_choices_are_kept_and_wrong_ones_refused(browser):
    there = browser("leader")
    given = {"bell": ["deadline"], "mail-deadline": "digest", "digest_hour": "6"}
    assert send(there, "/notifications/choices", **given, quiet="none").status_code == 303
    page = there.get("/notifications/choices").text
    assert '<option value="6" selected>' in page
    wrong = send(there, "/notifications/choices", **{**given, "mail-deadline": "pigeon"})
    assert wrong.status_code == 422
    wrong = send(there, "/notifications/choices", **{**given, "digest_hour": "25"})
    assert wrong.status_code == 422


def test_programs_read_and_choose_too(app, story):
    hand_in(story)
    client = app.test_client()
    asked = {"username": "reviewer", "password": PASSWORD}
    bearer = {"Authorization": f"Bearer {client.post('/api/v1/tokens', json=asked).json['token']}"}
    (one,) = client.get("/api/v1/notifications", headers=bearer).json["items"]
    assert one["kind"] == "task_opened"
    assert "请您办理" in one["sentence"]
    read = client.post(f"/api/v1/notifications/{one['id']}/reading", headers=bearer)
    assert read.status_code == 204
    told = client.get("/api/v1/notifications?unread=true", headers=bearer).json
    assert (told["items"], told["unread"]) == ([], 0)
    wanted = client.get("/api/v1/notifications/choices", headers=bearer).json
    wanted |= {"mail": {"deadline": "digest"}, "quiet_from": 20, "quiet_until": 8, "days": "send"}
    kept = client.put("/api/v1/notifications/choices", json=wanted, headers=bearer)
    assert kept.json == wanted
    wrong = {**wanted, "mail": {"deadline": "pigeon"}}
    assert (
        client.put("/api/v1/notifications/choices", json=wrong, headers=bearer).status_code == 422
    )


def test_the_school_changes_its_rules(browser, sessions, college):
    give_role(sessions, college.users["leader"], "security_admin")
    there = browser("leader")
    given = {"notice_mail": "digest", "digest_hour": "9", "quiet_from": "21", "quiet_until": "6"}
    given["notice_days"] = "1000"
    done = send(there, "/notifications/school", **given, quiet_days="send", seen="0")
    assert done.status_code == 303
    assert 'value="21"' in there.get("/notifications/school").text
    wrong = send(there, "/notifications/school", **{**given, "digest_hour": "x"}, quiet_days="send")
    assert wrong.status_code == 422
    assert browser("office").get("/notifications/school").status_code == 403
