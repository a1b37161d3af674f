"""OIDC against running providers: the honest way, and every way a token can be wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from engine.college import persons
from engine.db import begin_writing
from engine.models import Identity, LogEntry, RoleGrant, User, WebSession
from engine.people import SYSTEM
from tests.integration.web.signin.conftest import HERE, abroad, gone_and_back, home, who
from tests.signin import oidc_provider
from tests.signin.listening import Answer
from tests.signin.oidc_provider import CLIENT, KEY, OTHER_KEY, SECRET, as_json

BUTTON = "/sign-in/oidc"
# what does not touch data is tried on one database
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(provider):
    provider.claims = {"sub": "subject-1", "preferred_username": "leader", "name": "吴允恭"}
    return {
        "ZHENGAI_PUBLIC_URL": HERE,
        "ZHENGAI_OIDC_ISSUER": provider.url,
        "ZHENGAI_OIDC_CLIENT_ID": CLIENT,
        "ZHENGAI_OIDC_CLIENT_SECRET": SECRET,
        "ZHENGAI_OIDC_NAME": "校园统一登录",
    }


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


def with_claims(**changed):
    def change(claims):
        told = claims | changed
        return {name: value for name, value in told.items() if value is not None}

    return change


def signed(header, key):
    return lambda claims: jwt.encode(header, claims, key, algorithms=[header["alg"]])


def unsigned(claims):
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(encoded(orjson.dumps(one)) for one in parts) + "."


def encoded(said):
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def by_public_key(claims):
    """Signed with the public key as a shared secret, as a careless reader would accept."""
    said = ({"alg": "HS256", "kid": "one"}, claims)
    sent = ".".join(encoded(orjson.dumps(one)) for one in said)
    shared = hmac.new(KEY.as_pem(private=False), sent.encode(), hashlib.sha256).digest()
    return f"{sent}.{encoded(shared)}"


CHANGES = {
    "expired": with_claims(exp=int(time.time()) - 120),
    "never expires": with_claims(exp=None),
    "expires at no time": with_claims(exp="tomorrow"),
    "not yet": with_claims(nbf=int(time.time()) + 3600),
    "from the future": with_claims(iat=int(time.time()) + 3600),
    "for another": with_claims(aud="another"),
    "for nobody": with_claims(aud=None),
    "for us too, given to another": with_claims(aud=[CLIENT, "another"], azp="another"),
    "for several, given to nobody": with_claims(aud=[CLIENT, "another"]),
    "of another issuer": with_claims(iss="https://evil.example"),
    "of no issuer": with_claims(iss=None),
    "of another way": with_claims(nonce="another"),
    "of no way": with_claims(nonce=None),
    "of nobody": with_claims(sub=None),
    "of a number": with_claims(sub=7),
    "of an endless subject": with_claims(sub="a" * 300),
}


@ON_ONE
@pytest.mark.parametrize("name", CHANGES)
def test_a_token_that_is_not_for_this_sign_in_is_refused(app, provider, name):
    provider.change = CHANGES[name]
    refused(app, "不能采信")


SIGNATURES = {
    "nobody": unsigned,
    "another": signed({"alg": "RS256", "kid": "one"}, OTHER_KEY),
    "another, unnamed": signed({"alg": "RS256"}, OTHER_KEY),
    "an unknown key": signed({"alg": "RS256", "kid": "two"}, OTHER_KEY),
    "the public key": by_public_key,
    "a key it brings along": lambda claims: jwt.encode(
        {"alg": "RS256", "jwk": OTHER_KEY.as_dict(private=False)}, claims, OTHER_KEY
    ),
    "nonsense": lambda _claims: "a.b.c",
    "one part": lambda _claims: "abc",
    "nothing": lambda _claims: "",
    "far too much": lambda _claims: "a" * 100_000,
    "a list": lambda _claims: ["a"],
    "deep nonsense": lambda _claims: base64.urlsafe_b64encode(b"[" * 30_000).decode() + ".a.b",
}


@ON_ONE
@pytest.mark.parametrize("name", SIGNATURES)
def test_a_token_that_the_provider_did_not_sign_is_refused(app, provider, name):
    provider.sign = SIGNATURES[name]
    refused(app, "不能采信")


@ON_ONE
def test_keys_that_changed_since_are_asked_again(app, provider, college, monkeypatch):
    gone_and_back(app.test_client(), BUTTON)
    new = RSAKey.generate_key(2048, {"kid": "new", "use": "sig"})
    provider.keys = [new.as_dict(private=False)]
    provider.sign = signed({"alg": "RS256", "kid": "new"}, new)
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


BAD_ANSWERS = {
    "/.well-known/openid-configuration": [
        Answer(b"no json"),
        Answer(b"[" * 100_000),
        Answer(b"[]"),
        Answer(status=500),
        as_json({"issuer": "https://evil.example"}),
        Answer(b"{" + b" " * 300_000 + b"}"),
        Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
    "/keys": [Answer(b"no json"), as_json({"keys": 7}), as_json({"keys": [{"kty": "RSA"}, 3]})],
    "/token": [
        Answer(b"no json"),
        as_json([]),
        as_json({"access_token": "a"}),
        as_json({"error": "x"}, 400),
        Answer(status=500),
        Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}),
        Answer(b" " * 300_000),
    ],
}


@ON_ONE
@pytest.mark.parametrize(
    ("path", "number"),
    [(path, number) for path, said in BAD_ANSWERS.items() for number in range(len(said))],
)
def test_whatever_a_provider_answers_is_a_sentence(app, provider, path, number):
    provider.says[path] = BAD_ANSWERS[path][number]
    client = app.test_client()
    out = client.get(BUTTON)
    answer = home(client, abroad(out.headers["Location"])) if out.status_code == 303 else out
    assert answer.status_code in (401, 503)
    assert "校园统一登录" in answer.text
    assert who(client) is None


@ON_ONE
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_addresses_to_which_secrets_would_go_unencrypted_are_not_used(app, provider, name):
    told = provider.configuration() | {name: "http://elsewhere.example/"}
    provider.says["/.well-known/openid-configuration"] = as_json(told)
    answer = app.test_client().get(BUTTON)
    assert answer.status_code == 401
    assert "地址不能用" in answer.text


@ON_ONE
def test_an_answer_without_end_is_cut_off(app, provider, monkeypatch):
    monkeypatch.setattr("web.signin.outward.WHOLE_SECONDS", 0.3)
    provider.says["/.well-known/openid-configuration"] = Answer(b"{", drip=True)
    answer = app.test_client().get(BUTTON)
    assert answer.status_code == 503
    assert "没有应答" in answer.text


@ON_ONE
def test_when_too_many_wait_for_the_provider_the_others_are_told(app, monkeypatch):
    monkeypatch.setattr("web.signin.outward.WAITS_FOR_TURN", 0.01)
    monkeypatch.setattr("web.signin.outward._turns.acquire", lambda **_given: False)
    assert app.test_client().get(BUTTON).status_code == 503


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


def refused(app, said, status=401):
    """Go to the provider and back; nobody is in, and the page says so."""
    client = app.test_client()
    answer = gone_and_back(client, BUTTON)
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert who(client) is None
    return answer
