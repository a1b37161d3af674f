"""Rules of the house in the browser: changed by the security administrator, and remembered."""

from __future__ import annotations

import pytest

from engine.models import Role
from tests.integration.web.door import csrf, give_role, rule, send
from tests.integration.web.paper import Paper

PAGE = "/settings/security"
GIVEN = {
    "shortest_password": "12",
    "second_factor_roles": ["auditor", "operator"],
    "local_sign_in": "unlinked",
    "session_hours": "",
    "link_minutes": "30",
    "token_days": "90",
    "urge_hours": "1",
    "print_days": "7",
}


@pytest.fixture
def guard(browser, sessions, college):
    """The browser of a security administrator."""
    give_role(sessions, college.users["office"], Role.SECURITY_ADMIN)
    return browser("office")


def saved(client, **changed):
    seen = Paper.open(client, PAGE).tree.xpath("//input[@name='seen']/@value")[0]
    return send(client, PAGE, **({"seen": seen} | GIVEN | changed))


def test_rules_are_changed_and_the_change_is_told(guard):
    assert saved(guard).status_code == 303
    page = guard.get(PAGE).text
    assert 'value="12"' in page
    assert "密码最短长度：8 个字符 → 12 个字符" in page
    assert "必须使用两步验证的角色：无 → 审计人员、运维人员" in page
    assert "李致远" in page


@pytest.mark.parametrize("who", ["leader", "admin", "auditor"])
def test_others_neither_see_nor_change_them(browser, who):
    client = browser(who)
    assert client.get(PAGE).status_code == 403
    assert send(client, PAGE, **GIVEN).status_code == 403


@pytest.mark.parametrize("typed", ["7", "abc", "", "8.5", "-9", "99999999999999999999"])
def test_what_cannot_be_a_rule_stays_as_typed_with_the_reason(guard, typed):
    answer = saved(guard, shortest_password=typed)
    assert (answer.status_code, "“密码最短长度”要填 8 到 64 的整数。" in answer.text) == (422, True)
    assert f'value="{typed}"' in answer.text
    assert "还没有人改过" in answer.text


def test_a_choice_that_is_not_offered_is_refused(guard):
    assert saved(guard, local_sign_in="nobody").status_code == 422
    assert saved(guard, second_factor_roles=["root"]).status_code == 422


def test_whoever_was_second_is_told_and_keeps_what_was_typed(guard, sessions):
    token = csrf(guard, PAGE)
    rule(sessions, token_days=30)
    answer = guard.post(PAGE, data=GIVEN | {"seen": "", "csrf_token": token})
    assert (answer.status_code, "刚刚改过设定" in answer.text) == (409, True)
    assert 'value="12"' in answer.text
