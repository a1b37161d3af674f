"""The way in and out, and what people set for themselves."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, insert, select, update

from engine import clock, people
from engine.db import begin_writing
from engine.models import Identity, Job, SignIn, User, WebSession
from engine.people import SYSTEM
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import change_user, csrf, entries, parallel, rule, send, sign_in
from web import demo
from web.signin import passwords, tries


def test_signing_in_leads_to_where_one_wanted_to_go(app):
    client = app.test_client()
    asked = client.get("/account")
    assert asked.headers["Location"] == "/sign-in?next=/account"
    given = {"username": "leader", "password": PASSWORD, "next": "/account"}
    answer = client.post("/sign-in", data=given)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "吴允恭" in client.get("/account").text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:evil.example",
        "evil.example",
        "@evil.example",
        "/x\r\nSet-Cookie: a=b",
        "//[",
        "/\\[",
        "http://[x",
    ],
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


@pytest.mark.usefixtures("still")
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


@pytest.mark.parametrize("inside", ["/%2Fevil.example", "/%5Cevil.example", "/account?x=//e"])
def test_what_is_written_in_percents_stays_on_this_site(app, inside):
    given = {"username": "leader", "password": PASSWORD, "next": inside}
    answer = app.test_client().post("/sign-in", data=given)
    assert urlsplit(answer.headers["Location"]).netloc == ""
    assert answer.headers["Location"].startswith(("/%", "/account"))


@pytest.mark.usefixtures("still")
def test_a_hundred_wrong_passwords_are_slowed_and_the_owner_is_not_locked_out(app, browser):
    """From many addresses; whoever has signed in before in this browser goes on."""
    owner = browser("leader")
    send(owner, "/sign-out")
    tried = [
        app.test_client().post(
            "/sign-in",
            data={"username": "leader", "password": f"wrong-{number}"},
            environ_base={"REMOTE_ADDR": f"192.0.2.{number}"},
        )
        for number in range(100)
    ]
    assert [one.status_code for one in tried].index(429) <= 10
    assert {one.status_code for one in tried[10:]} == {429}
    assert all(int(one.headers["Retry-After"]) >= 1 for one in tried[10:])
    assert sign_in(app.test_client()).status_code == 429
    assert sign_in(owner).status_code == 303


@pytest.mark.usefixtures("still")
def test_a_known_browser_is_slowed_too_and_known_for_one_account_only(app, browser):
    client = browser("leader")
    send(client, "/sign-out")
    for _try in range(tries.FREE_TRIES):
        assert sign_in(client, password="wrong").status_code == 401
    assert sign_in(client).status_code == 429
    assert sign_in(app.test_client()).status_code == 303
    for _try in range(tries.FREE_TRIES):
        sign_in(client, "stranger", "wrong")
    assert sign_in(app.test_client(), "stranger").status_code == 429


def test_a_wait_ends_by_itself_grows_and_is_bounded(app):
    client, waits = app.test_client(), []
    for _round in range(8):
        while (answer := sign_in(client, password="wrong")).status_code == 401:
            pass
        waits.append(int(answer.headers["Retry-After"]))
        with clock.freeze(clock.now() + timedelta(seconds=waits[-1] + 1)):
            sign_in(client, password="wrong")
            answer = sign_in(client, password="wrong")
            waits[-1] = int(answer.headers["Retry-After"])
    assert max(waits) <= tries.LONGEST_WAIT
    with clock.freeze(clock.now() + timedelta(hours=2)):
        assert sign_in(client).status_code == 303


@pytest.mark.usefixtures("still")
def test_a_hundred_guesses_at_once_are_a_hundred_tries(app):
    asked = {"username": "leader", "password": "wrong"}
    answers = parallel(12, lambda: app.test_client().post("/sign-in", data=asked).status_code)
    assert answers.count(401) <= tries.FREE_TRIES
    assert set(answers) == {401, 429}


def test_refusals_are_recorded_without_flooding_and_without_strangers_names(app, sessions, college):
    client = app.test_client()
    sign_in(client, password="wrong")
    for number in range(70):
        sign_in(client, f"my-secret-password-{number}", "wrong")
    told = entries(sessions, "sign_in_refused")
    assert told[0][1] == {
        "kept": told[0][1]["kept"],
        "tries": 1,
        "user": college.users["leader"],
        "why": "password",
    }
    assert {asked["user"] for _kind, asked in told[1:]} == {None}
    with sessions() as db:
        kept = str(db.execute(select(SignIn.key)).all()) + str(told)
        db.execute(update(SignIn.__table__).values(failures=10_000, locked_until=None))
        db.commit()
    assert "my-secret" not in kept
    sign_in(client, password="wrong")
    assert len(entries(sessions, "sign_in_refused")) == len(told)


@pytest.mark.parametrize("name", ["a\x00b", "\ud800", "x" * 100_000, "'; DROP TABLE x; --", ""])
def test_names_that_nobody_can_have_are_wrong_names(app, name):
    given = {"username": name.encode("utf-8", "surrogatepass"), "password": "wrong"}
    assert app.test_client().post("/sign-in", data=given).status_code == 401


@pytest.mark.parametrize(
    ("wanted", "linked", "inside"),
    [
        ("everybody", False, {"leader": 303, "admin": 303}),
        ("unlinked", False, {"leader": 303, "admin": 303}),
        ("unlinked", True, {"leader": 401, "admin": 303}),
        ("administrators", False, {"leader": 401, "admin": 303}),
    ],
)
def test_the_house_says_who_may_sign_in_with_a_password(
    app, sessions, college, wanted, linked, inside
):
    rule(sessions, local_sign_in=wanted)
    if linked:
        row = {"provider": "oidc", "subject": "x", "created_at": clock.now()}
        with sessions() as db:
            db.execute(insert(Identity), row | {"user_id": college.users["leader"]})
            db.commit()
    assert {name: sign_in(app.test_client(), name).status_code for name in inside} == inside
    wrong = sign_in(app.test_client(), "leader", "wrong").text
    assert "统一登录" not in wrong.split("sign-in-error")[1][:100]


@pytest.mark.parametrize(
    "new", ["password1", "PASSWORD1", "woaini1314", "aaaaaaaaaaaa", "1q2w3e4r"]
)
def test_a_common_password_is_refused(browser, new):
    client = browser("leader")
    answer = send(client, "/account/password", current=PASSWORD, new=new, again=new)
    assert (answer.status_code, "太常见" in answer.text) == (422, True)


def test_what_everybody_knows_of_a_person_is_no_password(browser, sessions):
    change_user(sessions, "leader", number="T20180034", phone="13800001234")
    client = browser("leader")
    for new in ("T20180034", "x13800001234", "吴允恭吴允恭吴允恭", "my-leader-pass"):
        answer = send(client, "/account/password", current=PASSWORD, new=new, again=new)
        assert (answer.status_code, "不要有账号名" in answer.text) == (422, True), new


def test_the_house_says_how_short_a_password_may_be(browser, sessions):
    rule(sessions, shortest_password=15)
    client = browser("leader")
    answer = send(client, "/account/password", current=PASSWORD, new="x1y2z3w4v5", again="")
    assert "至少 15 个字符" in answer.text


def test_the_bundled_list_has_the_commonest(app):
    with app.app_context():
        common = passwords._common()
    assert len(common) == 3_000
    assert min(map(len, common)) == 8


def test_without_mail_the_page_says_whom_to_ask(app, sessions):
    page = app.test_client().get("/password-reset")
    assert "人员管理员" in page.text
    assert "<form" not in page.text.split('id="main"')[1]
    app.test_client().post("/password-reset", data={"username": "leader"})
    with sessions() as db:
        assert db.execute(select(Job).where(Job.topic == "mail.reset")).first() is None
