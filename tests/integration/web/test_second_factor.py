"""Two steps to get in: codes of a phone, recovery codes, and roles that must have them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock
from engine.models import Role, SecondFactor
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import (
    CODE,
    GOOD,
    bind,
    change_user,
    code,
    csrf,
    entries,
    give_role,
    parallel,
    phone,
    rule,
    send,
    sign_in,
)
from web.app import create_app
from web.config import read


def asked_for_code(app, username="leader", **more):
    """A browser that has given its password and stands before the second step."""
    client = app.test_client()
    answer = sign_in(client, username, **more)
    assert answer.headers["Location"] == "/sign-in/code"
    assert client.get("/tasks/").status_code == 303
    return client


def test_a_code_of_the_phone_is_the_second_step(app, browser, sessions):
    generator, codes = bind(browser("leader"))
    assert len(codes) == 10
    client = asked_for_code(app, next="/account")
    assert "两步验证" in client.get("/sign-in/code").text
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    assert (wrong.status_code, client.get("/tasks/").status_code) == (401, 303)
    assert entries(sessions, "sign_in_refused")[-1][1]["why"] == "code"
    right = client.post("/sign-in/code", data={"code": code(generator, 1)})
    assert (right.status_code, right.headers["Location"]) == (303, "/account")
    assert client.get("/account").status_code == 200
    assert [asked for _kind, asked in entries(sessions, "second_factor_set")]


@pytest.mark.usefixtures("still")
def test_no_code_works_twice(app, browser):
    generator, _codes = bind(browser("leader"))
    shown = code(generator, 1)
    first, second = asked_for_code(app), asked_for_code(app)
    assert first.post("/sign-in/code", data={"code": shown}).status_code == 303
    again = second.post("/sign-in/code", data={"code": shown})
    assert (again.status_code, "已经用过" in again.text) == (401, True)


@pytest.mark.usefixtures("still")
def test_the_code_that_confirmed_the_phone_does_not_sign_in(app, browser):
    client = browser("leader")
    send(client, "/account/second-factor", set_up_password=PASSWORD)
    shown = code(phone(client.get("/account/second-factor").text))
    assert send(client, "/account/second-factor/confirm", code=shown).status_code == 200
    asked = asked_for_code(app)
    assert asked.post("/sign-in/code", data={"code": shown}).status_code == 401


@pytest.mark.usefixtures("still")
def test_of_two_with_the_same_code_at_the_same_moment_one_gets_in(app, browser):
    generator, _codes = bind(browser("leader"))
    shown = code(generator, 1)
    waiting = [asked_for_code(app) for _each in range(4)]
    answers = parallel(4, lambda: waiting.pop().post("/sign-in/code", data={"code": shown}))
    assert sorted(one.status_code for one in answers) == [303, 401, 401, 401]


def test_a_recovery_code_works_once(app, browser):
    client = browser("leader")
    _generator, codes = bind(client)
    assert asked_for_code(app).post("/sign-in/code", data={"code": codes[0]}).status_code == 303
    assert asked_for_code(app).post("/sign-in/code", data={"code": codes[0]}).status_code == 401
    typed = codes[1].upper().replace("-", " ")
    assert asked_for_code(app).post("/sign-in/code", data={"code": typed}).status_code == 303
    assert "还有 8 个恢复码" in client.get("/account").text


def test_new_recovery_codes_end_the_old(app, browser):
    client = browser("leader")
    _generator, old = bind(client)
    refused = send(client, "/account/second-factor/codes", codes_password="wrong")
    assert refused.status_code == 422
    made = CODE.findall(send(client, "/account/second-factor/codes", codes_password=PASSWORD).text)
    assert set(made).isdisjoint(old)
    assert asked_for_code(app).post("/sign-in/code", data={"code": old[0]}).status_code == 401
    assert asked_for_code(app).post("/sign-in/code", data={"code": made[0]}).status_code == 303


@pytest.mark.usefixtures("still")
def test_codes_are_guessed_slowly(app, browser):
    generator, _codes = bind(browser("leader"))
    client = asked_for_code(app)
    answers = [
        client.post("/sign-in/code", data={"code": f"{number:06}"}).status_code
        for number in range(12)
    ]
    assert answers[:5] == [401] * 5
    assert set(answers[5:]) == {429}
    assert client.post("/sign-in/code", data={"code": code(generator, 1)}).status_code == 429


def test_the_step_waits_for_minutes_and_not_for_ever(app, browser):
    generator, _codes = bind(browser("leader"))
    client = asked_for_code(app)
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        late = client.post("/sign-in/code", data={"code": code(generator)})
        assert (late.status_code, late.headers["Location"]) == (303, "/sign-in")
        assert client.get("/tasks/").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/second-factor"])
def test_nobody_stands_there_without_the_first_step(app, path):
    client = app.test_client()
    assert client.get(path).headers["Location"] == "/sign-in"
    assert client.post(path, data={"code": "000000"}).headers["Location"] == "/sign-in"
    client.set_cookie("zhengai_notes", "eyJlbnRlcmluZyI6eyJ1c2VyIjoxfX0.forged.forged")
    assert client.get(path).headers["Location"] == "/sign-in"


def test_who_leaves_between_the_steps_does_not_get_in(app, browser, sessions):
    generator, _codes = bind(browser("leader"))
    client = asked_for_code(app)
    change_user(sessions, "leader", is_active=False)
    answer = client.post("/sign-in/code", data={"code": code(generator, 1)})
    assert answer.headers["Location"] == "/sign-in"


def test_setting_up_and_removing_ask_for_the_password(browser):
    client = browser("leader")
    assert send(client, "/account/second-factor", set_up_password="wrong").status_code == 422
    assert client.get("/account/second-factor").status_code == 303
    bind(client)
    assert send(client, "/account/second-factor/remove", remove_password="x").status_code == 422
    removed = send(client, "/account/second-factor/remove", remove_password=PASSWORD)
    assert removed.status_code == 303
    assert "未启用" in client.get("/account").text


def test_a_wrong_first_code_changes_nothing(app, browser):
    client = browser("leader")
    send(client, "/account/second-factor", set_up_password=PASSWORD)
    shown = phone(client.get("/account/second-factor").text)
    answer = send(client, "/account/second-factor/confirm", code="000000")
    assert answer.status_code == 422
    assert phone(answer.text).secret == shown.secret
    assert sign_in(app.test_client()).headers["Location"] == "/tasks/"


def test_the_secret_is_kept_locked_and_the_page_needs_no_script(browser, sessions):
    client = browser("leader")
    generator, codes = bind(client)
    with sessions() as db:
        kept = db.execute(select(SecondFactor.secret)).scalar_one()
    assert generator.secret not in kept
    assert all(one not in client.get("/account").text for one in codes)


def test_the_picture_is_in_the_page_and_the_policy_stays_strict(browser):
    client = browser("leader")
    send(client, "/account/second-factor", set_up_password=PASSWORD)
    page = client.get("/account/second-factor")
    assert 'src="data:image/svg+xml' in page.text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"]


def test_with_another_house_key_recovery_codes_still_work(browser, database_url, tmp_path):
    generator, codes = bind(browser("leader"))
    given = {
        "ZHENGAI_DATABASE_URL": database_url,
        "ZHENGAI_DATA_DIR": str(tmp_path),
        "ZHENGAI_SECRET_KEY": "another",
    }
    moved = create_app(read(given))
    answer = asked_for_code(moved).post("/sign-in/code", data={"code": code(generator, 1)})
    assert (answer.status_code, "系统的密钥已更换" in answer.text) == (422, True)
    assert asked_for_code(moved).post("/sign-in/code", data={"code": codes[0]}).status_code == 303
    moved.extensions["engine"].dispose()


class TestRolesThatMust:
    """The house asks a second factor of auditors."""

    @pytest.fixture(autouse=True)
    def ask_of_auditors(self, sessions):
        rule(sessions, second_factor_roles=["auditor"])

    def test_setting_up_is_forced_at_the_next_sign_in(self, app):
        client = app.test_client()
        answer = sign_in(client, "auditor", next="/account")
        assert answer.headers["Location"] == "/sign-in/second-factor"
        assert client.get("/tasks/").status_code == 303
        generator = phone(client.get("/sign-in/second-factor").text)
        wrong = client.post("/sign-in/second-factor", data={"code": "000000"})
        assert (wrong.status_code, phone(wrong.text).secret) == (401, generator.secret)
        done = client.post("/sign-in/second-factor", data={"code": code(generator)})
        assert len(CODE.findall(done.text)) == 10
        assert 'href="/account"' in done.text
        page = client.get("/account").text
        assert "不能停用" in page
        refused = send(client, "/account/second-factor/remove", remove_password=PASSWORD)
        assert refused.status_code == 422
        asked_for_code(app, "auditor")

    def test_others_are_not_asked(self, app):
        assert sign_in(app.test_client()).headers["Location"] == "/tasks/"

    def test_a_password_alone_makes_no_token(self, app):
        asked = {"username": "auditor", "password": PASSWORD}
        answer = app.test_client().post("/api/v1/tokens", json=asked)
        assert (answer.status_code, "两步验证" in answer.json["title"]) == (401, True)


def test_a_token_asks_for_the_code_as_well(app, browser):
    generator, _codes = bind(browser("leader"))
    client, asked = app.test_client(), {"username": "leader", "password": PASSWORD}
    assert client.post("/api/v1/tokens", json=asked).status_code == 401
    wrong = client.post("/api/v1/tokens", json=asked | {"code": "000000"})
    assert wrong.status_code == 401
    right = client.post("/api/v1/tokens", json=asked | {"code": code(generator, 1)})
    assert right.status_code == 201


def test_the_people_admin_removes_it_for_a_lost_phone_with_a_reason(
    app, browser, sessions, college
):
    bind(browser("leader"))
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    admin, path = browser("office"), f"/people/{college.users['leader']}/second-factor/remove"
    assert send(admin, path, reason=" ").status_code == 422
    assert send(admin, path, reason="手机丢失").status_code == 303
    assert sign_in(app.test_client()).headers["Location"] == "/tasks/"
    told = entries(sessions, "second_factor_removed")[-1][1]
    assert (told["user"], told["reason"]) == (college.users["leader"], "手机丢失")
    watcher = f"/people/{college.users['auditor']}/second-factor/remove"
    refused = send(admin, watcher, reason="手机丢失")
    assert (refused.status_code, "zhengai sign-in-link" in refused.text) == (422, True)
    assert send(browser("stranger"), path, reason="手机丢失").status_code == 403


def test_a_new_password_by_link_leaves_the_second_step(app, browser, sessions, college):
    generator, _codes = bind(browser("leader"))
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    made = send(browser("office"), f"/people/{college.users['leader']}/sign-in-link").text
    path = "/sign-in/link/" + made.split("/sign-in/link/")[1].split("<")[0]
    client = app.test_client()
    given = {"new": GOOD, "again": GOOD}
    assert client.post(path, data=given).headers["Location"] == "/sign-in/code"
    right = client.post("/sign-in/code", data={"code": code(generator, 1)})
    assert right.status_code == 303
    assert csrf(client)
