"""Accounts of a provider that are called like somebody with power or a password here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import clock, roles
from engine.db import begin_writing
from engine.models import Identity, Role, User
from engine.people import SYSTEM
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.signin.conftest import refused, who
from tests.integration.web.signin.test_ldap import at
from tests.signin.oidc_provider import Provider
from web.signin import outside, tries
from web.signin.outside import AdministratorByNumber, Found


def called(key: str, number: str = "") -> Found:
    return Found("cas", "统一身份认证", f"s-{key}", key, number)


@pytest.mark.parametrize("role", sorted(roles.ADMINISTRATORS))
@pytest.mark.parametrize("days", [0, 30])
def test_an_administrator_of_today_or_later_is_not_found_by_the_user_name(
    db, college, numbered, role, days
):
    user = numbered("office", "1001")
    since = clock.today() + timedelta(days=days)
    roles.give(begin_writing(db), user, role, by=SYSTEM, since=since)
    db.commit()
    begin_writing(db)
    with pytest.raises(AdministratorByNumber, match="sign-in-link"):
        outside.person(db, called("office"), may_create=True)
    assert db.scalar(select(Identity.user_id)) is None
    assert outside.person(db, called("anything", "1001"), may_create=False) == user
    other = outside.person(db, called("leader"), may_create=False)
    assert other == college.users["leader"]


def test_who_was_linked_before_comes_in_as_before(db, college):
    user = college.users["office"]
    db.rollback()
    assert outside.person(begin_writing(db), called("office"), may_create=False) == user
    roles.give(db, user, Role.PEOPLE_ADMIN, by=SYSTEM)
    assert outside.person(db, called("office"), may_create=False) == user


class TestOidc:
    """A provider where somebody is called like the process administrator."""

    @pytest.fixture
    def settings(self, oidc_settings):
        return oidc_settings

    def test_is_refused_with_whom_to_ask(self, app, provider: Provider):
        provider.claims = {"sub": "subject-2", "preferred_username": "admin", "name": "某学生"}
        refused(app, "请人员管理员为这个账号填写")


class TestLdap:
    """A directory where people are called like somebody here, in other letters."""

    @pytest.fixture
    def settings(self, slapd):
        return at(slapd)

    @pytest.mark.parametrize("name", ["admin", "ADMIN", "Admin", "ａｄｍｉｎ", "adm\u200bin"])
    def test_no_spelling_is_a_second_way_in_to_a_password_of_ours(self, app, slapd, db, name):
        slapd.person("admin", "pw-directory", cn="某学生")
        client = app.test_client()
        given = {"username": name, "password": "pw-directory"}
        assert client.post("/sign-in", data=given).status_code == 401
        assert client.post("/api/v1/tokens", json=given).status_code == 401
        assert who(client) is None
        assert db.scalar(select(Identity.user_id)) is None

    @pytest.mark.parametrize("name", ["LEADER", "ｌｅａｄｅｒ", "wu"])
    def test_who_has_a_password_here_is_told_that_it_is_wrong(
        self, app, slapd, numbered, sessions, name
    ):
        numbered("leader", "1001")
        slapd.person("wu" if name == "wu" else "leader", "pw-directory", employeeNumber="1001")
        client = app.test_client()
        answer = client.post("/sign-in", data={"username": name, "password": "pw-directory"})
        assert (answer.status_code, "账号或密码不对。" in answer.text) == (401, True)
        assert who(client) is None
        with sessions() as db:
            assert db.scalar(select(Identity.user_id)) is None
        right = client.post("/sign-in", data={"username": "leader", "password": PASSWORD})
        assert right.status_code == 303

    @pytest.mark.usefixtures("still")
    def test_no_spelling_buys_more_tries_at_the_directory(self, app, slapd, db, college):
        user = college.users["leader"]
        db.execute(update(User).where(User.id == user).values(password_hash=None))
        db.commit()
        slapd.person("leader", "pw-directory", cn="吴允恭")
        client = app.test_client()
        for _try in range(tries.FREE_TRIES):
            client.post("/sign-in", data={"username": "leader", "password": "wrong"})
        for name in (
            "LEADER",
            "ｌeader",
            "lea\u200bder",
            "lea\u00adder",
            "lea\u0301der",
            "leader ",
        ):
            given = {"username": name, "password": "pw-directory"}
            assert client.post("/sign-in", data=given).status_code == 429, name
            assert client.post("/api/v1/tokens", json=given).status_code == 429, name

    def test_a_wide_spelling_is_asked_of_the_directory_in_plain_letters(
        self, app, slapd, db, college
    ):
        user = college.users["leader"]
        db.execute(update(User).where(User.id == user).values(password_hash=None))
        db.commit()
        slapd.person("leader", "pw-directory", cn="吴允恭")
        client = app.test_client()
        given = {"username": "ｌｅａｄｅｒ", "password": "pw-directory"}
        assert client.post("/sign-in", data=given).status_code == 303
        assert who(client) == user
