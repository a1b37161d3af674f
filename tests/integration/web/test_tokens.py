"""Tokens of programs: made and ended on one's page and over REST, good for their scope only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from engine import clock
from engine.models import ApiToken, IdempotentAnswer, Role
from tests.integration.web.api.program import Program
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import GOOD, change_user, entries, give_role, rule, send
from web.api import scopes
from web.api.routing import OPERATIONS
from web.signin.tokens import SCOPES

MADE = re.compile(r'id="new-token">([\w-]+)<')
REF = re.compile(r"/account/tokens/([0-9a-f]{16})/end")


@pytest.fixture
def token(app):
    """Make a token over the interface, for `leader` unless told."""

    def make(username="leader", **more):
        asked = {"username": username, "password": PASSWORD} | more
        answer = app.test_client().post("/api/v1/tokens", json=asked)
        assert answer.status_code == 201, answer.text
        return Program(app.test_client(), answer.json["token"])

    return make


def test_a_token_is_made_on_ones_page_and_shown_once(app, browser, sessions):
    client = browser("leader")
    page = send(client, "/account/tokens", name="教务同步", scope=["read"], days="30").text
    secret = MADE.search(page)[1]
    program = Program(app.test_client(), secret)
    assert program.get("/me").status_code == 200
    again = client.get("/account").text
    assert secret not in again
    assert "教务同步" in again
    with sessions() as db:
        row = db.execute(select(ApiToken)).scalar_one()
    assert row.token_hash != secret
    assert row.expires_at - row.created_at == timedelta(days=30)
    (ref,) = REF.findall(again)
    assert send(client, f"/account/tokens/{ref}/end").status_code == 303
    assert program.get("/me").status_code == 401
    kinds = [kind for kind, _asked in entries(sessions)]
    assert kinds == ["signed_in", "token_made", "token_ended"]
    assert secret not in str(entries(sessions))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "起一个名字"),
        ({"name": "x" * 101}, "最多 100 个字"),
        ({"scope": []}, "至少一项"),
        ({"scope": ["root"]}, "至少一项"),
        ({"days": "366"}, "列出的几项"),
        ({"days": "-1"}, "列出的几项"),
        ({"days": "x"}, "列出的几项"),
    ],
)
def test_what_cannot_be_made_is_told_and_what_was_typed_stays(browser, wrong, said):
    client = browser("leader")
    given = {"name": "教务同步", "scope": ["work"], "days": "7"} | wrong
    answer = send(client, "/account/tokens", **given)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert "name" in wrong or 'value="教务同步"' in answer.text
    assert MADE.search(answer.text) is None


def test_tokens_are_listed_and_ended_over_the_interface(token):
    first, second = token(name="甲", scope="read"), token(name="乙")
    listed = second.get("/tokens").json
    assert [(one["name"], one["scope"]) for one in listed["items"]] == [
        ("乙", "all"),
        ("甲", "read"),
    ]
    assert listed["next"] is None
    assert first.token not in str(listed)
    ref = listed["items"][1]["ref"]
    assert second.delete(f"/tokens/{ref}").status_code == 204
    assert second.delete(f"/tokens/{ref}").status_code == 404
    assert first.get("/me").status_code == 401


def test_nobody_sees_or_ends_the_tokens_of_somebody_else(token):
    leader, stranger = token(), token("stranger")
    (mine,) = leader.get("/tokens").json["items"]
    assert [one["ref"] for one in stranger.get("/tokens").json["items"]] != [mine["ref"]]
    assert stranger.delete(f"/tokens/{mine['ref']}").status_code == 404
    for wrong in ("%25" * 5, "_" * 16, mine["ref"][:8]):
        assert leader.delete(f"/tokens/{wrong}").status_code == 404
    assert leader.get("/me").status_code == 200


def test_a_token_is_good_for_what_it_was_made_for(token):
    reader = token(scope="read")
    assert reader.get("/me").status_code == 200
    refused = reader.post("/instances", {"definition": "approval_major", "values": {}})
    assert refused.status_code == 403
    assert "work" in refused.json["title"]
    worker = token(scope="work")
    assert worker.get("/me").status_code == 403
    assert worker.post("/instances", {"definition": "gone", "values": {}}).status_code == 404
    both = token(scope="read work")
    assert both.get("/me").status_code == 200
    assert reader.delete("/tokens/current").status_code == 204


def test_a_narrow_token_makes_no_wider_one_and_ends_no_other(token):
    reader, other = token(scope="read"), token()
    (ref,) = [one["ref"] for one in other.get("/tokens").json["items"] if one["scope"] == "all"]
    assert reader.delete(f"/tokens/{ref}").status_code == 403
    assert other.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"scope": "root"}, "scope"),
        ({"scope": " "}, "scope"),
        ({"expires_in": 59}, "expires_in"),
        ({"expires_in": 366 * 24 * 3600}, "expires_in"),
        ({"expires_in": "1"}, "expires_in"),
        ({"name": "x" * 101}, "name"),
    ],
)
def test_a_wrong_wish_is_named(app, more, place):
    asked = {"username": "leader", "password": PASSWORD} | more
    answer = app.test_client().post("/api/v1/tokens", json=asked)
    assert (answer.status_code, place in answer.json["errors"]) == (422, True)


def test_a_token_ends_in_time(token):
    short = token(expires_in=60)
    assert short.get("/me").status_code == 200
    with clock.freeze(clock.now() + timedelta(seconds=61)):
        dead = short.get("/me")
        assert (dead.status_code, dead.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_house_says_how_long_a_token_may_live(app, token, sessions, browser):
    rule(sessions, token_days=7)
    asked = {"username": "leader", "password": PASSWORD, "expires_in": 8 * 24 * 3600}
    refused = app.test_client().post("/api/v1/tokens", json=asked)
    assert (refused.status_code, "7 天" in refused.json["title"]) == (422, True)
    assert token().get("/me").status_code == 200
    assert '<option value="30"' not in browser("leader").get("/account").text


def test_the_last_use_is_noted(token, sessions):
    program = token()
    with sessions() as db:
        assert db.execute(select(ApiToken.used_at)).scalar_one() is None
    program.get("/me")
    with sessions() as db:
        first = db.execute(select(ApiToken.used_at)).scalar_one()
    assert first is not None
    with clock.freeze(clock.now() + timedelta(minutes=6)):
        program.get("/me")
    with sessions() as db:
        assert db.execute(select(ApiToken.used_at)).scalar_one() > first


def test_tokens_die_with_the_password_the_account_and_by_the_people_admin(
    token, browser, sessions, college
):
    program = token()
    given = {"current": PASSWORD, "new": GOOD, "again": GOOD}
    send(browser("leader"), "/account/password", **given)
    assert program.get("/me").status_code == 401
    program = token("reviewer")
    change_user(sessions, "reviewer", is_active=False)
    assert program.get("/me").status_code == 401
    give_role(sessions, college.users["office"], Role.PEOPLE_ADMIN)
    program = token("stranger")
    send(browser("office"), f"/people/{college.users['stranger']}/sessions/end")
    assert program.get("/me").status_code == 401


def test_a_token_is_never_kept_in_clear_however_it_was_asked_for(token, sessions):
    program = token()
    asked = {"username": "leader", "password": PASSWORD}
    made = program.post("/tokens", asked, **{"Idempotency-Key": "same"})
    assert made.status_code == 201
    with sessions() as db:
        assert db.execute(select(IdempotentAnswer)).all() == []
        everything = [
            str(db.execute(text(f"SELECT * FROM {table.name}")).all())  # noqa: S608  (our own names)
            for table in ApiToken.metadata.sorted_tables
        ]
    assert made.json["token"] not in "".join(everything)
    assert PASSWORD not in "".join(everything)


def test_every_route_that_changes_something_says_its_scope():
    asked = {(one.method, one.rule): scopes.needed(one.method, one.rule) for one in OPERATIONS}
    unknown = {word for word in asked.values() if word} - set(SCOPES)
    assert unknown == set()
    assert asked["POST", "/tasks/batch"] == "work"
    assert asked["GET", "/tasks"] == "read"
    assert asked["DELETE", "/tokens/<word:ref>"] == "all"


def test_the_description_names_the_scope_of_each_operation(app):
    told = app.test_client().get("/api/v1/openapi.json").json["paths"]
    assert told["/tasks"]["get"]["security"] == [{"token": ["read"]}]
    assert told["/instances"]["post"]["security"] == [{"token": ["work"]}]
    assert told["/tokens"]["post"]["security"] == []
