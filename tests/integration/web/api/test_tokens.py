"""Tokens: given for a password, dead when given back, and slow to be guessed."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.models import User
from tests.integration.web.api.program import PASSWORD, Program


def ask(anybody, username, password):
    return anybody.post("/tokens", {"username": username, "password": password})


def test_a_token_speaks_until_it_is_given_back(anybody, app):
    given = ask(anybody, "leader", PASSWORD)
    assert given.status_code == 201
    assert (given.json["token_type"], given.json["expires_in"]) == ("Bearer", 12 * 3600)
    leader = Program(app.test_client(), given.json["token"])
    me = leader.get("/me").json
    assert (me["username"], me["name"]) == ("leader", "吴允恭")
    assert [(post["key"], post["unit"]["code"]) for post in me["posts"]] == [
        ("major_leader", "machine")
    ]
    assert "instance:start" in me["permissions"]
    assert "definition:edit" not in me["permissions"]
    assert leader.delete("/tokens/current").status_code == 204
    dead = leader.get("/me")
    assert (dead.status_code, dead.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_can_be_asked_for_with_a_token(program):
    asked = {"username": "office", "password": PASSWORD}
    assert program("leader").post("/tokens", asked).status_code == 201


def test_wrong_names_and_wrong_passwords_are_answered_alike(anybody):
    known, unknown = (ask(anybody, name, "wrong").json for name in ("leader", "nobody"))
    assert known == unknown


def test_guessing_is_slowed_and_the_right_password_waits_too(anybody):
    answers = [ask(anybody, "leader", "wrong").status_code for _try in range(8)]
    assert answers[:5] == [401] * 5
    assert answers[5:] == [429] * 3
    waiting = ask(anybody, "leader", PASSWORD)
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) >= 1
    assert ask(anybody, "office", PASSWORD).status_code == 201


def test_who_has_left_has_no_token(program, anybody, sessions):
    leader = program("leader")
    with sessions() as db:
        db.execute(update(User.__table__).values(is_active=False))
        db.commit()
    assert leader.get("/me").status_code == 401
    assert ask(anybody, "leader", PASSWORD).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic bGVhZGVyOng=", "Bearer \x7f", "x"])
def test_what_is_no_token_opens_nothing(app, header):
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_browser_session_is_no_token(app, program):
    client = app.test_client()
    client.set_cookie("zhengai", program("leader").token)
    assert client.get("/api/v1/me").status_code == 401
