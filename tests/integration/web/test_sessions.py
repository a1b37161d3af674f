"""Sessions: listed, ended one by one, never fixed from outside, dead with the rights they had."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock
from engine.models import Role, WebSession
from tests.integration.web.door import (
    change_user,
    csrf,
    entries,
    give_role,
    rule,
    send,
    sign_in,
)

CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"
REF = re.compile(r"/account/sessions/([0-9a-f]{16})/end")


def test_a_session_is_listed_with_device_and_address(app, browser):
    given = {"username": "leader", "password": "test-password"}
    app.test_client().post("/sign-in", data=given, headers={"User-Agent": CHROME})
    page = browser("leader").get("/account").text
    assert "Chrome · Windows" in page
    assert "127.0.0.1" in page
    assert page.count("本机") == 1
    assert len(REF.findall(page)) == 1


def test_one_session_can_be_ended_from_another(browser, sessions):
    here, there = browser("leader"), browser("leader")
    (ref,) = REF.findall(here.get("/account").text)
    assert send(here, f"/account/sessions/{ref}/end").status_code == 303
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert entries(sessions, "session_ended")[-1][1]["count"] == 1


def test_nobody_ends_the_session_of_somebody_else(browser, sessions, college):
    stranger, leader = browser("stranger"), browser("leader")
    with sessions() as db:
        mine = select(WebSession.token_hash).where(WebSession.user_id == college.users["leader"])
        hashes = list(db.execute(mine).scalars())
    for each in hashes:
        send(stranger, f"/account/sessions/{each[:16]}/end")
    assert leader.get("/account").status_code == 200
    for wrong in ("x" * 16, "%25" * 6, "_" * 16, hashes[0], hashes[0][:15]):
        assert leader.post(f"/account/sessions/{wrong}/end", data={}).status_code in (403, 404)


def test_all_others_can_be_ended_at_once(browser):
    here, *others = (browser("leader") for _each in range(3))
    assert send(here, "/account/sessions/end-others").status_code == 303
    assert here.get("/account").status_code == 200
    assert [one.get("/account").status_code for one in others] == [303, 303]


def test_a_session_planted_before_signing_in_is_none_after(app, browser):
    attacker = browser("stranger")
    planted = attacker.get_cookie("zhengai").value
    client = app.test_client()
    client.set_cookie("zhengai", planted)
    token = csrf(client)
    sign_in(client, csrf_token=token)
    assert client.get_cookie("zhengai").value != planted
    assert "吴允恭" in client.get("/account").text
    assert attacker.get("/account").status_code == 303


def test_a_made_up_session_is_not_adopted(app):
    client = app.test_client()
    client.set_cookie("zhengai", "A" * 43)
    sign_in(client)
    assert client.get_cookie("zhengai").value != "A" * 43
    other = app.test_client()
    other.set_cookie("zhengai", "A" * 43)
    assert other.get("/account").status_code == 303


def test_a_role_that_is_given_asks_for_a_new_session(browser, sessions, college):
    client = browser("leader")
    old = client.get_cookie("zhengai").value
    give_role(sessions, college.users["leader"], Role.QUALITY_OFFICE)
    assert client.get("/account").status_code == 303
    again = browser("leader")
    assert again.get_cookie("zhengai").value != old


def test_who_is_disabled_is_out_at_once(browser, sessions):
    client = browser("leader")
    change_user(sessions, "leader", is_active=False)
    assert client.get("/account").status_code == 303
    assert client.get("/tasks/", headers={"HX-Request": "true"}).status_code == 401


def test_a_session_that_rests_too_long_ends(app, browser):
    client = browser("leader")
    with clock.freeze(clock.now() + timedelta(hours=11)):
        assert client.get("/account").status_code == 200
    with clock.freeze(clock.now() + timedelta(hours=22)):
        assert client.get("/account").status_code == 200
    with clock.freeze(clock.now() + timedelta(hours=35)):
        assert client.get("/account").status_code == 303
    assert app.test_client().get("/account").status_code == 303


def test_no_session_lives_for_ever_however_much_it_is_used(browser):
    client, begun = browser("leader"), clock.now()
    for hours in range(10, 7 * 24, 10):
        with clock.freeze(begun + timedelta(hours=hours)):
            assert client.get("/account").status_code == 200
    with clock.freeze(begun + timedelta(days=7, minutes=1)):
        assert client.get("/account").status_code == 303


def test_the_house_says_how_long_a_session_rests(app, sessions):
    rule(sessions, session_hours=1)
    client = app.test_client()
    sign_in(client)
    with clock.freeze(clock.now() + timedelta(minutes=61)):
        assert client.get("/account").status_code == 303


def test_the_people_admin_signs_a_person_out_everywhere(browser, sessions, college):
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    leader, path = browser("leader"), f"/people/{college.users['leader']}/sessions/end"
    assert send(leader, path).status_code == 403
    assert send(browser("office"), path).status_code == 303
    assert leader.get("/account").status_code == 303
    assert send(browser("office"), "/people/999999/sessions/end").status_code == 404


def test_signing_in_and_out_is_recorded_without_secrets(browser, sessions, college):
    client = browser("leader")
    secret = client.get_cookie("zhengai").value
    send(client, "/sign-out")
    told = entries(sessions)
    assert [kind for kind, _asked in told] == ["signed_in", "signed_out"]
    assert told[0][1]["user"] == college.users["leader"]
    assert told[0][1]["method"] == "password"
    assert secret not in str(told)
    assert "127.0.0.1" not in str(told)


def test_a_post_without_the_token_of_the_session_is_refused(browser):
    client = browser("leader")
    for path in ("/sign-out", "/account/sessions/end-others", "/account/second-factor"):
        assert client.post(path).status_code == 403
        assert client.post(path, data={"csrf_token": "wrong"}).status_code == 403
    other = csrf(browser("stranger"))
    assert client.post("/sign-out", data={"csrf_token": other}).status_code == 403
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_posts_nothing(app, browser, header):
    client = browser("leader")
    token = csrf(client)
    given = {"csrf_token": token, "username": "leader", "password": "test-password"}
    for path in ("/sign-out", "/sign-in", "/password-reset", "/sign-in/code"):
        assert client.post(path, data=given, headers=header).status_code == 403
    fresh = app.test_client()
    assert fresh.post("/sign-in", data=given, headers=header).status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/password-reset", "/sign-in/link/nothing"])
def test_pages_before_one_is_in_cannot_be_framed_or_kept(app, path):
    headers = app.test_client().get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"


def flags(answer):
    """The cookies of an answer: name to its attributes."""
    cookies = answer.headers.getlist("Set-Cookie")
    return {one.split("=")[0]: {part.strip() for part in one.split(";")[1:]} for one in cookies}


def test_cookies_are_hidden_from_scripts_and_other_sites(app):
    answer = sign_in(app.test_client())
    for name in ("zhengai", "zhengai_known"):
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags(answer)[name]


class TestSecureCookies:
    """Where people reach the site by HTTPS."""

    @pytest.fixture
    def settings(self):
        return {"ZHENGAI_SECURE_COOKIES": "1"}

    def test_the_session_is_bound_to_this_host(self, app):
        client = app.test_client()
        answer = client.post(
            "/sign-in",
            data={"username": "leader", "password": "test-password"},
            base_url="https://localhost",
        )
        told = flags(answer)["__Host-zhengai"]
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= told
        assert not any(one.startswith("Domain") for one in told)
        assert "Secure" in flags(answer)["zhengai_known"]
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        page = client.get("/account", base_url="https://localhost")
        assert page.status_code == 200
