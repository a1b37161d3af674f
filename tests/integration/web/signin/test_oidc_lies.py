"""OIDC against a provider that lies: every way in which a token or an answer can be wrong."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import orjson
import pytest
from joserfc import jwt

from tests.integration.web.signin.conftest import abroad, home, refused, who
from tests.signin.listening import Answer
from tests.signin.oidc_provider import CLIENT, KEY, OTHER_KEY, as_json

pytestmark = pytest.mark.slow
BUTTON = "/sign-in/oidc"
# what does not touch data is tried on one database
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(oidc_settings):
    return oidc_settings


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
