"""Every address times every role, made from the routes: exactly what the policy table says.

A new view joins by itself; one that does not declare who may call it fails here, and is not served.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from engine import people, permissions, roles
from engine.college import persons
from engine.models import Role, WebSession
from engine.people import SYSTEM
from engine.permissions import Action
from tests.college import College
from web.access import PUBLIC, SIGNED_IN
from web.routing import RowNumber

NOWHERE = 999_999_999_999
METHODS = ("GET", "POST", "PUT", "DELETE")
PUBLIC_PAGES = {
    "account.set_language",
    "account.set_theme",
    "auth.close_session",
    "auth.open_session",
    "auth.sign_in",
    "tasks.home",
}


ENDING = {"auth.close_session", "api.delete_token"}
HTMX = {"HX-Request": "true"}


def rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every address with each of its methods, the static files aside."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if method in rule.methods and rule.endpoint != "static"
    ]


def declared(app: Flask, rule: Rule) -> object:
    return getattr(app.view_functions[rule.endpoint], "access", None)


def address(app: Flask, rule: Rule) -> str:
    """The address with things that do not exist: no answer may depend on whether they do."""
    values = {name: _value(converter) for name, converter in rule._converters.items()}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, values, method=None, force_external=False
        )


def _value(converter: object) -> object:
    return NOWHERE if isinstance(converter, RowNumber) else "nothing"


def ask(
    client: FlaskClient, app: Flask, rule: Rule, method: str, headers: dict[str, str] | None = None
) -> int:
    return client.open(address(app, rule), method=method, headers=headers).status_code


def test_every_view_declares_who_may_call_it(app: Flask) -> None:
    silent = [rule.endpoint for rule, _method in rules(app) if declared(app, rule) is None]
    assert silent == []
    assert len(rules(app)) > 60


def test_nobody_reaches_more_than_the_public_pages(app: Flask) -> None:
    client = app.test_client()
    reached = set()
    for rule, method in rules(app):
        status = ask(client, app, rule, method)
        if declared(app, rule) == PUBLIC:
            reached.add(rule.endpoint)
        elif rule.rule.startswith("/api/"):
            assert (rule.rule, method, status) == (rule.rule, method, 401)
        else:
            assert (rule.rule, method, status) == (rule.rule, method, 303)
    pages = {one for one in reached if not one.startswith(("health.", "api."))}
    assert pages == PUBLIC_PAGES


@pytest.fixture
def everybody(db, college: College) -> dict[str, int]:
    """One person for every role of the product, and one without any."""
    made = {"nobody special": college.users["leader"]}
    for role in Role:
        user_id = persons.create(db, f"only_{role}", role, by=SYSTEM, password="test-password")
        roles.give(db, user_id, role, by=SYSTEM)
        made[role] = user_id
    db.commit()
    return made


def test_every_role_gets_what_the_policy_says(
    everybody: dict[str, int], app: Flask, db, browser: Callable[[str], FlaskClient]
) -> None:
    for name, user_id in everybody.items():
        username = "leader" if name == "nobody special" else f"only_{name}"
        client, actor = browser(username), people.actor(db, user_id)
        csrf = db.query(WebSession.csrf).filter_by(user_id=user_id).scalar()
        db.rollback()
        signed = {"username": username, "password": "test-password"}
        token = client.post("/api/v1/tokens", json=signed).json["token"]
        for rule, method in rules(app):
            action = declared(app, rule)
            if action == PUBLIC or rule.endpoint in ENDING:
                continue
            headers = (
                {"Authorization": f"Bearer {token}"}
                if rule.rule.startswith("/api/")
                else {"HX-Request": "true", "X-CSRF-Token": csrf}
            )
            status = ask(client, app, rule, method, headers)
            told = (name, method, rule.rule, status)
            assert status < 500, told
            assert status != 401, told
            if isinstance(action, Action):
                assert (status == 403) is not permissions.may(actor, action), told
            else:
                assert action == SIGNED_IN, told


def test_what_does_not_exist_is_404_for_everybody_who_may_ask(
    app: Flask, browser: Callable[[str], FlaskClient]
) -> None:
    client = browser("leader")
    for rule, method in rules(app):
        needs_thing = bool(rule.arguments)
        if (
            method == "GET"
            and needs_thing
            and declared(app, rule) == SIGNED_IN
            and not rule.rule.startswith("/api/")
        ):
            assert (rule.rule, ask(client, app, rule, method, HTMX)) == (rule.rule, 404)
