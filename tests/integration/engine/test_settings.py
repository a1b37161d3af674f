"""Rules of the house: data with defaults, changed by those who may, each change an entry."""

from __future__ import annotations

import pytest

from engine import settings
from engine.errors import Forbidden
from engine.models import Role
from engine.people import Actor
from engine.settings import RULES, SettingNotFitting, SettingStale, SettingUnknown


@pytest.fixture
def guard(db, college) -> Actor:
    """A security administrator."""
    someone = college.actor(db, "stranger")
    return Actor(someone.id, someone.name, frozenset({Role.SECURITY_ADMIN}))


def test_without_changes_the_defaults_stand(db):
    assert settings.number(db, "shortest_password") == 8
    assert settings.word(db, "local_sign_in") == "everybody"
    assert settings.words(db, "second_factor_roles") == frozenset()
    assert settings.standing(db).values == {key: rule.default for key, rule in RULES.items()}


def test_a_change_is_data_and_an_entry(db, guard):
    roles = ["operator", "auditor"]
    assert settings.change(db, {"second_factor_roles": roles, "token_days": 30}, by=guard) == 2
    assert settings.words(db, "second_factor_roles") == {"auditor", "operator"}
    told = settings.history(db)
    assert [(one.key, one.before, one.after, one.who) for one in told] == [
        ("token_days", 365, 30, guard.name),
        ("second_factor_roles", [], ["auditor", "operator"], guard.name),
    ]


def test_what_does_not_differ_is_no_change(db, guard):
    settings.change(db, {"token_days": 30}, by=guard)
    assert settings.change(db, {"token_days": 30, "shortest_password": 8}, by=guard) == 0
    assert len(settings.history(db)) == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("shortest_password", 7),
        ("shortest_password", 65),
        ("shortest_password", True),
        ("shortest_password", "8"),
        ("shortest_password", 0),
        ("session_hours", -1),
        ("link_minutes", 61),
        ("token_days", 366),
        ("local_sign_in", "nobody"),
        ("local_sign_in", ["everybody"]),
        ("second_factor_roles", ["root"]),
        ("second_factor_roles", "auditor"),
        ("second_factor_roles", [["auditor"]]),
    ],
)
def test_a_value_that_does_not_fit_is_named_and_changes_nothing(db, guard, key, value):
    with pytest.raises(SettingNotFitting) as refused:
        settings.change(db, {"token_days": 30, key: value}, by=guard)
    assert list(refused.value.problems) == [key]
    assert settings.history(db) == []


def test_a_rule_that_is_none_is_refused(db, guard):
    with pytest.raises(SettingUnknown):
        settings.change(db, {"secret_key": "x"}, by=guard)


def test_others_may_not(db, college):
    for name in ("admin", "auditor", "leader"):
        with pytest.raises(Forbidden):
            settings.change(db, {"token_days": 1}, by=college.actor(db, name))


def test_of_two_who_change_at_once_the_second_is_told_who_was_first(db, guard):
    seen = settings.standing(db).seen
    settings.change(db, {"token_days": 30}, by=guard, seen=seen)
    with pytest.raises(SettingStale) as refused:
        settings.change(db, {"token_days": 60}, by=guard, seen=seen)
    assert refused.value.values["who"] == guard.name
    settings.change(db, {"token_days": 60}, by=guard, seen=settings.standing(db).seen)
