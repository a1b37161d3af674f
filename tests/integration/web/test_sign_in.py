"""The way in and out, and what people set for themselves."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from engine import people
from engine.db import begin_writing
from engine.models import User, WebSession
from engine.people import SYSTEM
from tests.integration.web.conftest import PASSWORD
from web import demo
from web.signin import tries

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def csrf(browser):
    """The token of this browser's session, as its account page has it."""
    return TOKEN.search(browser.get("/account").text)[1]


def test_signing_in_leads_to_where_one_wanted_to_go(app):
    client = app.test_client()
    asked = client.get("/account")
    assert asked.headers["Location"] == "/sign-in?next=/account"
    given = {"username": "leader", "password": PASSWORD, "next": "/account"}
    answer = client.post("/sign-in", data=given)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "吴允恭" in client.get("/account").text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_nobody_is_led_to_another_site(app, elsewhere):
    given = {"username": "leader", "password": PASSWORD, "next": elsewhere}
    answer = app.test_client().post("/sign-in", data=given)
    assert answer.headers["Location"] == "/tasks/"


def test_a_wrong_password_keeps_the_name_and_says_nothing_about_it(app):
    client = app.test_client()
    known = client.post("/sign-in", data={"username": "leader", "password": "wrong"})
    unknown = client.post("/sign-in", data={"username": "nobody", "password": "wrong"})
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert 'value="leader"' in known.text
    assert "wrong" not in known.text
    assert "账号或密码不对。" in known.text
    assert known.text.replace("leader", "nobody") == unknown.text


def test_many_wrong_passwords_lock_the_account_for_a_while(app):
    client = app.test_client()
    for _try in range(tries.FREE_TRIES):
        client.post("/sign-in", data={"username": "leader", "password": "wrong"})
    answer = client.post("/sign-in", data={"username": "leader", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert 'value="leader"' in answer.text


def test_an_old_cookie_does_not_keep_anybody_from_signing_in(app):
    client = app.test_client()
    client.set_cookie("zhengai", "gone")
    answer = client.post("/sign-in", data={"username": "leader", "password": PASSWORD})
    assert answer.status_code == 303


def test_signing_in_again_makes_a_new_session(browser):
    client = browser("leader")
    first = client.get_cookie("zhengai").value
    again = {"username": "leader", "password": PASSWORD, "csrf_token": csrf(client)}
    client.post("/sign-in", data=again)
    assert client.get_cookie("zhengai").value != first


def test_signing_out_ends_the_session_on_the_server(browser, sessions):
    client = browser("leader")
    kept = client.get_cookie("zhengai").value
    client.post("/sign-out", data={"csrf_token": csrf(client)})
    with sessions() as db:
        assert db.scalar(select(func.count()).select_from(WebSession)) == 0
    client.set_cookie("zhengai", kept)
    assert client.get("/account").status_code == 303


def test_the_demo_accounts_are_shown_in_a_demo_only(app):
    assert "演示账号" not in app.test_client().get("/sign-in").text


def test_the_password_of_the_demo_opens_nothing_outside_a_demo(app, db, college):
    people.set_password(begin_writing(db), college.users["leader"], demo.PASSWORD, by=SYSTEM)
    db.commit()
    client, given = app.test_client(), {"username": "leader", "password": demo.PASSWORD}
    page = client.post("/sign-in", data=given)
    assert (page.status_code, client.get("/tasks/").status_code) == (401, 303)
    assert "演示账号只能在演示模式下登录。" in page.text
    assert client.post("/api/v1/tokens", json=given).status_code == 401


class TestDemo:
    """With the setting of a demo."""

    @pytest.fixture
    def settings(self):
        return {"ZHENGAI_DEMO": "1"}

    def test_the_demo_accounts_fill_in_the_form(self, app):
        page = app.test_client().get("/sign-in").text
        assert "演示账号" in page
        assert 'data-form="#sign-in"' in page

    def test_the_password_of_the_demo_opens_a_demo(self, app, db, college):
        people.set_password(begin_writing(db), college.users["leader"], demo.PASSWORD, by=SYSTEM)
        db.commit()
        given = {"username": "leader", "password": demo.PASSWORD}
        assert app.test_client().post("/sign-in", data=given).status_code == 303


def test_a_choice_of_language_and_theme_stays_with_the_person(browser, sessions):
    client = browser("leader")
    token = csrf(client)
    client.post("/account/language", data={"language": "en", "csrf_token": token})
    client.post("/account/theme", data={"theme": "dark", "csrf_token": token})
    with sessions() as db:
        kept = db.execute(select(User.language, User.theme).where(User.username == "leader")).one()
    assert kept == ("en", "dark")
    page = browser("leader").get("/account").text
    assert '<html lang="en" data-theme="dark">' in page


def test_a_language_can_be_chosen_before_signing_in(app):
    client = app.test_client()
    client.post("/account/language", data={"language": "en"})
    assert '<html lang="en"' in client.get("/sign-in").text


@pytest.mark.parametrize(("field", "value"), [("language", "xx"), ("theme", "pink")])
def test_what_cannot_be_chosen_changes_nothing(browser, sessions, field, value):
    client = browser("leader")
    client.post(f"/account/{field}", data={field: value, "csrf_token": csrf(client)})
    with sessions() as db:
        row = db.execute(select(User.language, User.theme).where(User.username == "leader")).one()
    assert row == ("", "")


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("wrong", "another-password", "another-password", "现在的密码不对。"),
        (PASSWORD, "short", "short", "新密码至少"),
        (PASSWORD, "leader-2027", "leader-2027", "不要有账号名"),
        (PASSWORD, "another-password", "another-passwort", "不一样"),
        (PASSWORD, demo.PASSWORD, demo.PASSWORD, "人人都知道"),
    ],
)
def test_a_new_password_is_refused_with_the_reason(browser, current, new, again, said):
    client = browser("leader")
    given = {"current": current, "new": new, "again": again, "csrf_token": csrf(client)}
    answer = client.post("/account/password", data=given)
    assert answer.status_code == 422
    assert said in answer.text
    assert new not in answer.text


def test_a_new_password_signs_the_other_browsers_out(app, browser):
    here, there = browser("leader"), browser("leader")
    given = {"current": PASSWORD, "new": "another-password", "again": "another-password"}
    answer = here.post("/account/password", data=given | {"csrf_token": csrf(here)})
    assert answer.status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    signed = app.test_client().post("/sign-in", data={"username": "leader", "password": PASSWORD})
    assert signed.status_code == 401


def test_every_part_of_the_look_can_be_shown(browser):
    page = browser("leader").get("/styleguide").text
    assert page.count("<symbol") == 0
    assert page.count("#alert") > 3
    assert " style=" not in page
    assert "<script>" not in page


def test_a_page_that_has_been_open_for_long_can_ask_who_is_signed_in(app, browser):
    told = browser("leader").get("/session").json
    assert set(told) == {"user", "csrf"}
    asked = app.test_client().get("/session", headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json["status"]) == (401, 401)


@pytest.mark.parametrize("header", [{"Accept": "application/json"}, {"HX-Request": "true"}])
def test_a_script_is_told_the_status_and_not_led_to_the_sign_in_page(app, header):
    assert app.test_client().get("/tasks/", headers=header).status_code == 401
    assert app.test_client().put("/tasks/1/draft", headers=header, json={}).status_code == 401
