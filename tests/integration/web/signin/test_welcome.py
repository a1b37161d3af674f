"""The first page of somebody who has nothing yet, and the accounts that lead to a person."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from sqlalchemy import select

from engine import people, roles
from engine.college import persons
from engine.db import begin_writing
from engine.models import Identity, LogEntry, Role
from engine.people import SYSTEM
from tests.integration.web.office import form
from tests.integration.web.signin.conftest import HERE, gone_and_back, who

PASSWORD = "test-password"


@pytest.fixture
def newcomer(db, college):  # noqa: ARG001  (the college is there)
    made = persons.create(begin_writing(db), "newcomer", "新来的", by=SYSTEM, password=PASSWORD)
    db.commit()
    return made


@pytest.fixture
def people_admin(db, college):
    """郑怀瑾 gives posts, and can be written to."""
    user = college.users["reviewer2"]
    roles.give(begin_writing(db), user, Role.PEOPLE_ADMIN, by=SYSTEM)
    persons.change(db, user, by=SYSTEM, email="zheng@example.edu.cn")
    db.commit()
    return user


def test_a_newcomer_lands_there_and_reads_what_is_missing_and_whom_to_ask(
    app, newcomer, people_admin
):
    client = app.test_client()
    given = {"username": "newcomer", "password": PASSWORD, "next": "/account"}
    assert client.post("/sign-in", data=given).headers["Location"] == "/welcome"
    page = client.get("/welcome").text
    for said in ("还没有岗位", "还没有工号或学号", "郑怀瑾", "现在就可以做", "newcomer"):
        assert said in page
    letter = page.partition("mailto:")[2].partition('"')[0]
    assert letter.startswith("zheng@example.edu.cn?")
    assert "新来的（账号 newcomer" in unquote(letter)
    assert who(client) == newcomer
    assert people_admin != newcomer


def test_without_an_administrator_the_page_names_an_office(browser, newcomer):
    assert newcomer
    page = browser("newcomer").get("/welcome").text
    assert "学校还没有指定人员管理员" in page


def test_who_has_something_to_do_never_sees_it(browser):
    for name in ("leader", "admin", "auditor"):
        assert browser(name).get("/welcome").headers["Location"] == "/tasks/"


def test_it_is_gone_as_soon_as_there_is_a_role(browser, newcomer, db):
    client = browser("newcomer")
    assert client.get("/welcome").status_code == 200
    roles.give(begin_writing(db), newcomer, Role.LEADER, by=SYSTEM)
    db.commit()
    assert client.get("/welcome").status_code == 303


class TestAccounts:
    """The accounts of a provider that lead to a person, as the administrator sees them."""

    @pytest.fixture
    def settings(self, cas):
        cas.user = "leader"
        return {"ZHENGAI_PUBLIC_URL": HERE, "ZHENGAI_CAS_URL": cas.url}

    def test_they_are_shown_and_let_go_with_a_reason(
        self, app, browser, college, people_admin, sessions
    ):
        person = app.test_client()
        gone_and_back(person, "/sign-in/cas")
        admin, address = browser("reviewer2"), f"/people/{college.users['leader']}/accounts"
        assert "统一身份认证（CAS）" in admin.get(address).text
        without = admin.post(f"{address}/end", data=form(admin, reason=" "))
        assert without.status_code == 422
        assert "请写明理由" in without.text
        answer = admin.post(f"{address}/end", data=form(admin, reason="账号重建"))
        assert answer.status_code == 303
        assert who(person) is None
        with sessions() as db:
            assert db.scalar(select(Identity.user_id)) is None
            mark = people.actor(db, people_admin).mark
            assert (
                "user_changed"
                in db.scalars(
                    select(LogEntry.kind).where(LogEntry.by == mark).order_by(LogEntry.id)
                ).all()
            )
        gone_and_back(person, "/sign-in/cas")
        assert who(person) == college.users["leader"]

    def test_only_the_people_s_administrator_may(self, browser, college):
        address = f"/people/{college.users['leader']}/accounts"
        assert browser("admin").get(address).status_code == 403

    def test_nobody_lets_go_of_an_auditor_s(self, browser, college, people_admin):
        assert people_admin
        admin = browser("reviewer2")
        address = f"/people/{college.users['auditor']}/accounts/end"
        assert admin.post(address, data=form(admin, reason="x")).status_code >= 400
