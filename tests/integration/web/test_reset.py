"""Forgotten passwords: mail to a real server, links that work once, nothing told to strangers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, jobs
from engine.college import persons
from engine.db import begin_writing
from engine.models import ApiToken, Job, Role, SecondFactor, SignInLink, User, WebSession
from engine.people import SYSTEM
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import (
    GOOD,
    change_user,
    csrf,
    entries,
    give_role,
    parallel,
    rule,
    send,
    sign_in,
)
from tests.integration.web.mail_server import MailServer
from web import cli
from web.signin import second_factor

HERE = "https://zhengai.school.example"
LINK = re.compile(rf"{HERE}/sign-in/link/([\w-]+)")
MADE = re.compile(r'id="link">[^<]*(/sign-in/link/[\w-]+)<')


@pytest.fixture
def post_office():
    """A mail server on this machine that keeps what it gets."""
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(post_office):
    """With mail, and an address that mail may name."""
    return {
        "ZHENGAI_SMTP_URL": f"smtp://127.0.0.1:{post_office.port}",
        "ZHENGAI_PUBLIC_URL": HERE,
    }


@pytest.fixture
def mailed(app, sessions, post_office):
    """Ask for a link and let the worker send it. Returns the secret of the link."""
    change_user(sessions, "leader", email="leader@school.example")

    def ask(username="leader", **more):
        app.test_client().post("/password-reset", data={"username": username}, **more)
        while jobs.run_due(sessions, "test"):
            pass
        return LINK.search(post_office.texts[-1])[1] if post_office.texts else None

    return ask


def test_a_link_comes_by_mail_and_sets_a_password(app, mailed, post_office, browser, sessions):
    there, token = browser("leader"), app.test_client()
    asked = {"username": "leader", "password": PASSWORD}
    bearer = {"Authorization": f"Bearer {token.post('/api/v1/tokens', json=asked).json['token']}"}
    secret = mailed()
    (message,) = post_office.messages
    assert message["To"] == "leader@school.example"
    assert message["From"] == "zhengai@zhengai.school.example"
    assert "重设" in message["Subject"]
    client, path = app.test_client(), f"/sign-in/link/{secret}"
    assert "leader" in client.get(path).text
    done = client.post(path, data={"new": GOOD, "again": GOOD})
    assert (done.status_code, done.headers["Location"]) == (303, "/tasks/")
    assert client.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert token.get("/api/v1/me", headers=bearer).status_code == 401
    assert sign_in(app.test_client()).status_code == 401
    assert sign_in(app.test_client(), password=GOOD).status_code == 303
    assert entries(sessions, "sign_in_link_made")[0][1]["how"] == "mail"


def test_a_link_works_once(app, mailed):
    path = f"/sign-in/link/{mailed()}"
    given = {"new": GOOD, "again": GOOD}
    assert app.test_client().post(path, data=given).status_code == 303
    again = app.test_client().post(path, data={"new": GOOD + "2", "again": GOOD + "2"})
    assert (again.status_code, "链接无效" in again.text) == (410, True)
    assert app.test_client().get(path).status_code == 410
    assert sign_in(app.test_client(), password=GOOD).status_code == 303


def test_of_several_at_once_one_uses_the_link(app, mailed):
    path = f"/sign-in/link/{mailed()}"
    given = {"new": GOOD, "again": GOOD}
    answers = parallel(4, lambda: app.test_client().post(path, data=given).status_code)
    assert sorted(answers) == [303, 410, 410, 410]


def test_opening_a_link_does_not_use_it_up(app, mailed):
    path = f"/sign-in/link/{mailed()}"
    for _scanner in range(3):
        assert app.test_client().get(path).status_code == 200
    assert app.test_client().post(path, data={"new": GOOD, "again": GOOD}).status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("short", "short", "新密码至少"),
        ("password123", "password123", "太常见"),
        ("leader-2027", "leader-2027", "不要有账号名"),
        (GOOD, GOOD + "x", "不一样"),
    ],
)
def test_a_bad_password_does_not_use_the_link_up(app, mailed, new, again, said):
    path = f"/sign-in/link/{mailed()}"
    refused = app.test_client().post(path, data={"new": new, "again": again})
    assert (refused.status_code, said in refused.text) == (422, True)
    assert app.test_client().post(path, data={"new": GOOD, "again": GOOD}).status_code == 303


def test_a_link_dies_within_the_hour(app, mailed, sessions):
    path = f"/sign-in/link/{mailed()}"
    with sessions() as db:
        row = db.execute(select(SignInLink)).scalar_one()
    assert row.expires_at - row.created_at <= timedelta(hours=1)
    with clock.freeze(row.expires_at + timedelta(seconds=1)):
        late = app.test_client().post(path, data={"new": GOOD, "again": GOOD})
        assert late.status_code == 410


def test_a_newer_link_a_new_password_and_leaving_end_the_older(app, mailed, browser, sessions):
    given = {"new": GOOD, "again": GOOD}
    first, second = mailed(), mailed()
    assert app.test_client().get(f"/sign-in/link/{first}").status_code == 410
    client = browser("leader")
    send(client, "/account/password", current=PASSWORD, **given)
    assert app.test_client().get(f"/sign-in/link/{second}").status_code == 410
    third = mailed()
    change_user(sessions, "leader", is_active=False)
    assert app.test_client().post(f"/sign-in/link/{third}", data=given).status_code == 410


def test_a_link_dies_with_the_address_it_went_to(app, mailed, sessions, college):
    path = f"/sign-in/link/{mailed()}"
    with sessions() as db:
        person = college.users["leader"]
        persons.change(begin_writing(db), person, by=SYSTEM, email="new@school.example")
        db.commit()
    assert app.test_client().get(path).status_code == 410


def test_a_link_is_long_and_kept_as_a_hash(mailed, sessions):
    secret = mailed()
    assert len(secret) >= 43
    with sessions() as db:
        kept = db.execute(select(SignInLink.token_hash)).scalar_one()
        waiting = db.execute(select(Job.reference)).scalars().all()
    assert secret not in kept
    assert secret not in str(waiting)


@pytest.mark.parametrize("guess", ["nothing", "A" * 43, "%00", "..", "x" * 100])
def test_a_guess_opens_nothing(app, mailed, guess):
    mailed()
    answer = app.test_client().get(f"/sign-in/link/{guess}")
    assert answer.status_code in (404, 410)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example"},
        {"Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example"},
    ],
)
def test_the_host_header_does_not_get_into_the_mail(mailed, post_office, headers):
    assert mailed(headers=headers)
    assert "evil" not in post_office.texts[-1]
    assert f"{HERE}/sign-in/link/" in post_office.texts[-1]


@pytest.mark.usefixtures("mailed")
def test_strangers_learn_nothing(app, post_office, sessions):
    change_user(sessions, "office", is_active=False, email="office@school.example")
    pages = [
        app.test_client().post("/password-reset", data={"username": name})
        for name in ("leader", "office", "reviewer", "nobody", "x" * 5000, "a\x00b", "")
    ]
    assert {page.status_code for page in pages} == {200}
    assert len({page.text for page in pages}) == 1
    while jobs.run_due(sessions, "test"):
        pass
    assert [one["To"] for one in post_office.messages] == ["leader@school.example"]


def test_nobody_is_flooded_with_mail(mailed, post_office):
    for _each in range(6):
        mailed()
    assert len(post_office.messages) == 3


def test_a_mail_server_that_fails_is_tried_again(app, mailed, post_office, sessions):
    post_office.refuses = True
    assert mailed() is None
    post_office.refuses = False
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        while jobs.run_due(sessions, "test"):
            pass
    secret = LINK.search(post_office.texts[-1])[1]
    assert app.test_client().get(f"/sign-in/link/{secret}").status_code == 200


def test_an_administrator_makes_a_link_that_is_shown_once(app, browser, sessions, college):
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    admin, path = browser("office"), f"/people/{college.users['leader']}/sign-in-link"
    link = MADE.search(send(admin, path).text)[1]
    assert app.test_client().post(link, data={"new": GOOD, "again": GOOD}).status_code == 303
    told = entries(sessions, "sign_in_link_made")[-1][1]
    assert (told["user"], told["how"]) == (college.users["leader"], "shown")
    assert link.rpartition("/")[2] not in str(entries(sessions))


@pytest.mark.parametrize(
    ("whom", "status"), [("auditor", 422), ("office", 422), ("gone", 404), ("stranger", 200)]
)
def test_whom_an_administrator_lets_in(browser, sessions, college, whom, status):
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    user_id = college.users.get(whom, 999_999)
    assert send(browser("office"), f"/people/{user_id}/sign-in-link").status_code == status
    assert send(browser("reviewer"), f"/people/{user_id}/sign-in-link").status_code == 403


def test_the_house_says_how_long_a_link_is_good(app, browser, sessions, college):
    rule(sessions, link_minutes=5)
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    path = f"/people/{college.users['leader']}/sign-in-link"
    page = send(browser("office"), path).text
    assert "5 分钟内有效" in page
    with clock.freeze(clock.now() + timedelta(minutes=6)):
        assert app.test_client().get(MADE.search(page)[1]).status_code == 410


def test_the_command_prints_a_link(app, database_url, tmp_path, sessions, monkeypatch, capsys):
    given = {"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path), "PUBLIC_URL": HERE}
    for name, value in given.items():
        monkeypatch.setenv(f"ZHENGAI_{name}", value)

    def command(*who):
        code = cli.main(["sign-in-link", *who])
        told = capsys.readouterr()
        return code, told.out, told.err

    secret = LINK.search(command("auditor")[1])[1]
    path = f"/sign-in/link/{secret}"
    assert app.test_client().post(path, data={"new": GOOD, "again": GOOD}).status_code == 303
    code, out, err = command("nobody")
    assert (code, out, "nobody" in err) == (1, "", True)
    assert entries(sessions, "sign_in_link_made")[-1][1]["how"] == "command"
    with sessions() as db:
        begin_writing(db)
        auditor = db.execute(select(User.id).where(User.username == "auditor")).scalar_one()
        db.add(SecondFactor(user_id=auditor, secret="locked", confirmed_at=clock.now()))
        db.commit()
    assert LINK.search(command("auditor", "--without-second-factor")[1])
    with sessions() as db:
        assert not second_factor.is_on(db, auditor)
    assert entries(sessions, "second_factor_removed")[-1][1]["user"] == auditor


def test_a_link_ends_what_is_open_in_the_tables_too(app, mailed, sessions, browser):
    browser("leader")
    app.test_client().post(f"/sign-in/link/{mailed()}", data={"new": GOOD, "again": GOOD})
    with sessions() as db:
        assert len(db.execute(select(WebSession)).all()) == 1
        assert db.execute(select(ApiToken)).all() == []


def test_another_page_of_the_person_still_asks_who_they_are(app, mailed):
    client = app.test_client()
    client.get(f"/sign-in/link/{mailed()}")
    assert client.get("/account").status_code == 303
    sign_in(client)
    assert csrf(client)


def test_no_link_is_mailed_to_who_may_not_use_a_password(app, mailed, post_office, sessions):
    rule(sessions, local_sign_in="administrators")
    assert mailed() is None
    assert post_office.messages == []
    rule(sessions, local_sign_in="everybody")
    path = f"/sign-in/link/{mailed()}"
    rule(sessions, local_sign_in="administrators")
    for answer in (
        app.test_client().get(path),
        app.test_client().post(path, data={"new": GOOD, "again": GOOD}),
    ):
        assert (answer.status_code, "请用学校统一登录" in answer.text) == (410, True)
    rule(sessions, local_sign_in="everybody")
    assert sign_in(app.test_client(), password=GOOD).status_code == 401


def test_what_an_administrator_hands_over_lets_in_whatever_the_house_says(
    app, browser, sessions, college
):
    rule(sessions, local_sign_in="administrators")
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    path = f"/people/{college.users['leader']}/sign-in-link"
    link = MADE.search(send(browser("office"), path).text)[1]
    client = app.test_client()
    assert client.post(link, data={"new": GOOD, "again": GOOD}).status_code == 303
    assert client.get("/account").status_code == 200
