"""Guessing: one name in many spellings, one password on many accounts, a stolen known browser."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine.models import SignIn
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import GOOD, send, sign_in
from web.signin import names, tries

TRIES = 20
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.250"}
SPELLINGS = (
    "leader",
    "LEADER",
    " leader\u3000",
    "lea der",
    "ｌｅａｄｅｒ",
    "lea\u200bder",
    "lea\u00adder",
    "léáder",
    "lea\u0301der",
    "ⓛeader",
)


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_name_is_the_same_name_however_it_is_spelled(name):
    assert names.folded(name) == "leader"


@pytest.mark.parametrize(
    ("one", "other"), [("zhang", "zhang2"), ("张三", "张四"), ("a.b", "ab"), ("a_b", "ab")]
)
def test_other_names_are_other_names(one, other):
    assert names.folded(one) != names.folded(other)


@pytest.mark.usefixtures("still")
def test_another_spelling_buys_no_more_tries(app):
    client = app.test_client()
    for name in SPELLINGS[: tries.FREE_TRIES]:
        assert sign_in(client, name, "wrong").status_code == 401
    for name in SPELLINGS:
        assert sign_in(client, name, "wrong").status_code == 429, name
        given = {"username": name, "password": "wrong"}
        assert client.post("/api/v1/tokens", json=given).status_code == 429, name


def test_programs_may_have_spaces_around_the_name_as_people_may(app):
    given = {"username": " leader ", "password": PASSWORD}
    assert app.test_client().post("/api/v1/tokens", json=given).status_code == 201
    assert sign_in(app.test_client(), " leader ").status_code == 303


class TestAddress:
    """With few tries for an address."""

    @pytest.fixture
    def settings(self):
        return {"ZHENGAI_TRIES_PER_ADDRESS": str(TRIES)}

    @pytest.mark.usefixtures("still")
    def test_one_password_on_many_accounts_slows_the_address(self, app):
        client = app.test_client()
        answers = [
            sign_in(client, f"person{number}", "autumn-2026").status_code
            for number in range(TRIES + 10)
        ]
        assert answers == [401] * TRIES + [429] * 10
        given = {"username": "leader", "password": PASSWORD}
        assert client.post("/sign-in", data=given).status_code == 429
        there = app.test_client().post("/sign-in", data=given, environ_base=ELSEWHERE)
        assert there.status_code == 303

    @pytest.mark.usefixtures("still")
    def test_who_has_signed_in_here_before_goes_on(self, app, browser):
        owner = browser("leader")
        send(owner, "/sign-out")
        for number in range(TRIES):
            sign_in(app.test_client(), f"person{number}", "autumn-2026")
        assert sign_in(app.test_client()).status_code == 429
        assert sign_in(owner).status_code == 303

    @pytest.mark.usefixtures("still")
    def test_right_passwords_do_not_count_for_the_address(self, app, sessions):
        for _each in range(TRIES + 1):
            assert sign_in(app.test_client()).status_code == 303
        with sessions() as db:
            counted = select(func.count()).select_from(SignIn).where(SignIn.key.like("address:%"))
            assert db.scalar(counted) == 0


@pytest.mark.usefixtures("still")
def test_a_campus_behind_one_address_may_err_more_often_than_one_person(app):
    for number in range(60):
        assert sign_in(app.test_client(), f"person{number}", "wrong").status_code == 401
    assert sign_in(app.test_client()).status_code == 303


@pytest.mark.usefixtures("still")
def test_with_a_new_password_a_browser_of_before_is_a_stranger_s(app, browser):
    """Whoever knew the old password, and so a browser that is known, gets no tries of its own."""
    old, owner = browser("leader"), browser("leader")
    send(owner, "/account/password", current=PASSWORD, new=GOOD, again=GOOD)
    send(owner, "/sign-out")
    for _try in range(tries.FREE_TRIES):
        assert sign_in(app.test_client(), password="wrong").status_code == 401
    assert sign_in(old, password="wrong").status_code == 429
    assert sign_in(owner, password=GOOD).status_code == 303


@pytest.mark.parametrize("origin", ["http://[", "http://[x", "//[", "null", "http://evil.example"])
def test_an_origin_that_is_no_address_is_foreign(app, origin):
    answer = app.test_client().post("/sign-in", data={}, headers={"Origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize("wanted", ["//[", "/\\[", "http://[x"])
def test_an_onward_that_is_no_address_leads_nowhere(app, browser, wanted):
    client = app.test_client()
    assert client.get("/sign-in", query_string={"next": wanted}).status_code == 200
    assert client.post("/account/language", data={"language": "zh", "next": wanted}).location
    assert browser("leader").get("/sign-in", query_string={"next": wanted}).location == "/tasks/"
