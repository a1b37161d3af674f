"""OIDC against running providers: the honest way, and every way a token can be wrong."""

from __future__ import annotations

import logging
import time

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from engine.college import persons
from engine.db import begin_writing
from engine.models import Identity, LogEntry, RoleGrant, User, WebSession
from engine.people import SYSTEM
from tests.integration.web.signin.conftest import abroad, gone_and_back, home, refused, who
from tests.signin import oidc_provider
from tests.signin.oidc_provider import SECRET, as_json

BUTTON = "/sign-in/oidc"
# what does not touch data is tried on one database
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(oidc_settings):
    return oidc_settings


@ON_ONE
def test_the_sign_in_page_has_a_button_for_the_provider_and_for_no_other(app):
    page = app.test_client().get("/sign-in?next=/account").text
    assert "校园统一登录" in page
    assert 'href="/sign-in/oidc?next=/account"' in page
    assert "/sign-in/cas" not in page
    assert app.test_client().get("/sign-in/cas").status_code == 404


def test_a_person_is_found_by_the_user_name_and_comes_where_they_wanted(app, college):
    client = app.test_client()
    answer = gone_and_back(client, f"{BUTTON}?next=/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert who(client) == college.users["leader"]


def test_a_person_is_found_by_the_number(app, college, provider, numbered):
    numbered("reviewer", "2001")
    provider.claims["preferred_username"] = 2001
    client = app.test_client()
    gone_and_back(client, BUTTON)
    assert who(client) == college.users["reviewer"]


def test_an_account_that_is_renamed_still_finds_its_person(app, college, provider):
    gone_and_back(app.test_client(), BUTTON)
    provider.claims["preferred_username"] = "reviewer"
    client = app.test_client()
    gone_and_back(client, BUTTON)
    assert who(client) == college.users["leader"]


def test_the_first_sign_in_leaves_an_entry_and_how_one_got_in_is_kept(app, college, sessions):
    gone_and_back(app.test_client(), BUTTON)
    with sessions() as db:
        kinds = db.scalars(select(LogEntry.kind).order_by(LogEntry.id.desc()).limit(2)).all()
        assert sorted(kinds) == ["signed_in", "user_changed"]
        assert db.scalar(select(WebSession.method)) == "oidc"
        assert db.scalar(select(Identity.user_id)) == college.users["leader"]


@ON_ONE
def test_nobody_is_led_to_another_site(app):
    answer = gone_and_back(app.test_client(), f"{BUTTON}?next=https://evil.example/")
    assert answer.headers["Location"] == "/tasks/"


def test_what_the_provider_says_more_of_somebody_is_asked_where_the_token_lacks_it(
    app, college, provider
):
    provider.change = lambda claims: {
        name: value for name, value in claims.items() if name != "preferred_username"
    }
    client = app.test_client()
    gone_and_back(client, BUTTON)
    assert who(client) == college.users["leader"]


@ON_ONE
def test_more_that_is_said_of_somebody_else_is_not_believed(app, provider):
    provider.change = lambda claims: {
        name: value for name, value in claims.items() if name != "preferred_username"
    }
    provider.says["/userinfo"] = as_json({"sub": "other", "preferred_username": "leader"})
    refused(app, "用户信息是别人的")


def test_somebody_unknown_is_told_whom_to_ask(app, provider):
    provider.claims |= {"sub": "subject-2", "preferred_username": "newcomer"}
    answer = refused(app, "本平台还没有您的账号", 401)
    assert "newcomer" in answer.text
    assert "人员管理员" in answer.text


def test_somebody_who_left_is_told_so(app, college, provider, db):
    begin_writing(db)
    user = college.users["stranger"]
    db.execute(User.__table__.update().where(User.id == user).values(is_active=False))
    db.commit()
    provider.claims["preferred_username"] = "stranger"
    refused(app, "的账号已经停用", 401)


def test_two_people_are_not_taken_for_one(app, numbered):
    numbered("reviewer", "leader")
    refused(app, "对应不同的人", 401)


def test_a_second_account_with_the_same_number_is_refused(app, provider):
    gone_and_back(app.test_client(), BUTTON)
    provider.claims["sub"] = "subject-2"
    refused(app, "已经由校园统一登录的另一个账号使用", 401)


@ON_ONE
def test_a_state_from_nowhere_is_refused(app):
    client = app.test_client()
    answer = client.get(f"{BUTTON}/back?code=x&state=forged")
    assert answer.status_code == 401
    assert "这次登录已过时" in answer.text


@ON_ONE
def test_the_answer_of_another_browser_is_refused(app):
    mine, other = app.test_client(), app.test_client()
    back = abroad(mine.get(BUTTON).headers["Location"])
    other.get(BUTTON)
    assert home(other, back).status_code == 401
    assert who(other) is None


def test_an_answer_is_good_once(app):
    client = app.test_client()
    back = abroad(client.get(BUTTON).headers["Location"])
    assert home(client, back).status_code == 303
    client.delete_cookie("zhengai")
    assert home(client, back).status_code == 401


@ON_ONE
def test_an_answer_that_comes_too_late_is_refused(app, monkeypatch):
    client = app.test_client()
    back = abroad(client.get(BUTTON).headers["Location"])
    late = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: late)
    assert home(client, back).status_code == 401


@ON_ONE
def test_pressing_twice_does_not_frighten_who_is_in(app):
    client = app.test_client()
    back = abroad(client.get(BUTTON).headers["Location"])
    home(client, back)
    assert home(client, back).headers["Location"] == "/tasks/"


@ON_ONE
@pytest.mark.parametrize(
    "said",
    ["error=access_denied", "error=server_error", "code=", "", f"code={'a' * 5000}", "code=wrong"],
)
def test_an_error_of_the_provider_is_a_sentence(app, said):
    client = app.test_client()
    state = client.get(BUTTON).headers["Location"].partition("state=")[2].partition("&")[0]
    answer = client.get(f"{BUTTON}/back?state={state}&{said}")
    assert answer.status_code == 401
    assert "校园统一登录" in answer.text
    assert who(client) is None


@ON_ONE
def test_somebody_who_says_no_at_the_provider_is_not_signed_in(app):
    client = app.test_client()
    state = client.get(BUTTON).headers["Location"].partition("state=")[2].partition("&")[0]
    assert "您没有同意登录" in client.get(f"{BUTTON}/back?state={state}&error=access_denied").text


@ON_ONE
def test_an_answer_that_names_another_server_is_refused(app):
    client = app.test_client()
    back = abroad(client.get(BUTTON).headers["Location"])
    assert home(client, f"{back}&iss=https://evil.example").status_code == 401


@ON_ONE
def test_keys_that_changed_since_are_asked_again(app, provider, college, monkeypatch):
    gone_and_back(app.test_client(), BUTTON)
    new = RSAKey.generate_key(2048, {"kid": "new", "use": "sig"})
    provider.keys = [new.as_dict(private=False)]
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "new"}, claims, new)
    refused(app, "不能采信")
    known = app.extensions["gates"]["oidc"]
    monkeypatch.setattr("web.signin.oidc.ASKED_AGAIN_AFTER", known._known.at - known._known.at)
    client = app.test_client()
    gone_and_back(client, BUTTON)
    assert who(client) == college.users["leader"]


@ON_ONE
def test_the_provider_is_asked_about_itself_once(app, provider):
    for _time in range(3):
        gone_and_back(app.test_client(), BUTTON)
    paths = [one.path for one in provider.asked]
    assert paths.count("/.well-known/openid-configuration") == 1
    assert paths.count("/keys") == 1


def test_the_secret_is_nowhere(app, provider, caplog, sessions):
    caplog.set_level(logging.DEBUG)
    seen = [gone_and_back(app.test_client(), BUTTON).text]
    provider.says["/token"] = as_json({"error": "invalid_client"}, 401)
    seen += [gone_and_back(app.test_client(), BUTTON).text, caplog.text]
    with sessions() as db:
        seen += [str(row) for row in db.execute(select(LogEntry.body)).all()]
    assert [one for one in seen if SECRET in one] == []


class TestSignUp:
    """With accounts for everybody whom the provider knows."""

    @pytest.fixture
    def settings(self, settings, provider):
        provider.claims = {
            "sub": "subject-9",
            "preferred_username": "newcomer",
            "name": "新来的",
            "email": "new@example.edu.cn",
        }
        return settings | {"ZHENGAI_SIGN_UP": "create"}

    def test_a_newcomer_gets_an_account_and_nothing_else(self, app, sessions):
        client = app.test_client()
        answer = gone_and_back(client, f"{BUTTON}?next=/account")
        assert answer.headers["Location"] == "/welcome"
        with sessions() as db:
            row = db.execute(select(User).where(User.username == "newcomer")).scalar_one()
            assert (row.name, row.email, row.number) == ("新来的", "new@example.edu.cn", None)
            assert row.password_hash is None
            roles = select(func.count()).select_from(RoleGrant)
            assert db.scalar(roles.where(RoleGrant.user_id == row.id)) == 0
        gone_and_back(app.test_client(), BUTTON)
        with sessions() as db:
            same = select(func.count()).select_from(User).where(User.username == "newcomer")
            assert db.scalar(same) == 1

    def test_nobody_without_a_name_gets_an_account(self, app, provider, sessions):
        del provider.claims["name"]
        refused(app, "没有给出您的姓名", 401)
        with sessions() as db:
            assert db.scalar(select(Identity.user_id)) is None
            assert db.scalar(select(User.id).where(User.username == "newcomer")) is None

    def test_an_address_that_is_none_keeps_nobody_out(self, app, provider, sessions):
        provider.claims["email"] = "no address"
        client = app.test_client()
        gone_and_back(client, BUTTON)
        assert who(client)
        with sessions() as db:
            assert db.scalar(select(User.email).where(User.username == "newcomer")) == ""

    @pytest.mark.parametrize("name", ["preferred_username", "name"])
    def test_what_cannot_be_kept_makes_no_account(self, app, provider, name):
        provider.claims[name] = "x" * 150
        refused(app, "没有开通账号", 401)

    def test_who_has_an_account_already_gets_no_second_one(self, app, db):
        begin_writing(db)
        made = persons.create(db, "newcomer", "新来的", by=SYSTEM)
        db.commit()
        client = app.test_client()
        gone_and_back(client, BUTTON)
        assert who(client) == made


@pytest.fixture(scope="module")
def independent():
    claims = {"sub": "abc", "preferred_username": "leader", "name": "吴允恭"}
    with oidc_provider.independent(claims) as url:
        yield url


class TestIndependentProvider:
    """Against a provider that others wrote."""

    @pytest.fixture
    def settings(self, settings, independent):
        return settings | {"ZHENGAI_OIDC_ISSUER": independent}

    def test_a_person_signs_in(self, app, college):
        client = app.test_client()
        out = client.get(BUTTON).headers["Location"]
        answer = home(client, abroad(out, "sub=abc"))
        assert answer.status_code == 303
        assert who(client) == college.users["leader"]

    def test_somebody_without_the_claim_is_told_which(self, app):
        client = app.test_client()
        answer = home(client, abroad(client.get(BUTTON).headers["Location"], "sub=other"))
        assert answer.status_code == 401
        assert "preferred_username" in answer.text
