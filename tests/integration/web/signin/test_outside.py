"""Whom a provider has vouched for: matching and making a person, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from engine.db import begin_writing
from engine.models import Identity, User
from web.signin import outside
from web.signin.outside import Found

NEWCOMER = Found("cas", "统一身份认证", "9001", "newcomer", "9001", "新来的", "new@example.edu.cn")


def test_two_at_once_are_one_person(sessions, college):
    assert college
    made, started = [], threading.Event()

    def other():
        with sessions() as db:
            started.set()
            made.append(outside.person(begin_writing(db), NEWCOMER, may_create=True))
            db.commit()

    with sessions() as db:
        first = outside.person(begin_writing(db), NEWCOMER, may_create=True)
        thread = threading.Thread(target=other)
        thread.start()
        started.wait(10)
        db.commit()
        thread.join(30)
    assert made == [first]
    with sessions() as db:
        same = select(func.count()).select_from(User).where(User.number == "9001")
        assert db.scalar(same) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": ""},
        {"subject": "a" * 256},
        {"key": ""},
        {"key": "a\0b"},
        {"subject": "\ud800"},
        {"number": "9\n1"},
    ],
)
def test_what_no_database_keeps_is_refused_before_it_is_looked_for(db, college, changed):
    assert college
    with pytest.raises(outside.ProviderWrong):
        outside.person(db, replace(NEWCOMER, **changed), may_create=True)


@pytest.mark.parametrize(
    "changed", [{"key": "a" * 101}, {"number": "9" * 41}, {"name": "a" * 101}, {"name": "a\0b"}]
)
def test_what_cannot_be_kept_makes_nobody(db, college, changed):
    assert college
    before = db.scalar(select(func.count()).select_from(User))
    with pytest.raises(outside.Unfit):
        outside.person(db, replace(NEWCOMER, **changed), may_create=True)
    assert db.scalar(select(func.count()).select_from(User)) == before
    assert db.scalar(select(Identity.user_id)) is None


def test_a_number_that_moved_to_another_person_is_refused(db, college, numbered):
    numbered("leader", "1001")
    begin_writing(db)
    known = Found("cas", "统一身份认证", "s-1", "leader", "1001")
    assert outside.person(db, known, may_create=False) == college.users["leader"]
    db.commit()
    numbered("reviewer", "1002")
    with pytest.raises(outside.TwoPeople):
        outside.person(begin_writing(db), replace(known, number="1002"), may_create=False)


def test_a_user_name_with_another_number_here_is_another_person(db, numbered):
    numbered("leader", "1001")
    with pytest.raises(outside.TwoPeople):
        outside.person(
            begin_writing(db), replace(NEWCOMER, key="leader", number="1002"), may_create=True
        )


def test_accounts_of_two_providers_may_lead_to_one_person(db, numbered):
    user = numbered("leader", "1001")
    begin_writing(db)
    for provider in ("cas", "ldap", "oidc:1"):
        found = Found(provider, provider, f"{provider}-1", "wu", "1001")
        assert outside.person(db, found, may_create=False) == user
    assert [one.provider for one in outside.linked(db, user)] == ["cas", "ldap", "oidc:1"]
