"""Half in: who owes a code, or was shown a secret, when the password or the account changes."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select

from engine import clock
from engine.db import begin_writing
from engine.models import Identity, SecondFactor
from engine.people import SYSTEM
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.door import GOOD, bind, code, phone, rule, send, sign_in
from web.signin import links


@pytest.fixture
def reset(app, sessions, college):
    """Have a person follow a one-time link. Returns their browser."""

    def done(name):
        with app.test_request_context(), sessions() as db:
            user_id = college.users[name]
            made = links.make(begin_writing(db), user_id, by=SYSTEM, how="command")
            db.commit()
        client = app.test_client()
        path = f"/sign-in/link/{made.secret}"
        assert client.post(path, data={"new": GOOD, "again": GOOD}).status_code == 303
        return client

    return done


def half_in(app, name="leader"):
    client = app.test_client()
    assert sign_in(client, name).headers["Location"].startswith("/sign-in/")
    return client


def is_out(client, path, given):
    answer = client.post(path, data={"code": given})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert client.get("/account").status_code == 303


def test_a_code_after_the_password_was_reset_lets_nobody_in(app, browser, reset):
    generator, _codes = bind(browser("leader"))
    thief = half_in(app)
    reset("leader")
    is_out(thief, "/sign-in/code", code(generator, 1))


def test_a_code_after_the_factor_was_changed_lets_nobody_in(app, browser):
    owner = browser("leader")
    bind(owner)
    thief = half_in(app)
    send(owner, "/account/second-factor/remove", remove_password=PASSWORD)
    generator, _codes = bind(owner)
    is_out(thief, "/sign-in/code", code(generator, 1))


def test_a_code_after_the_account_of_the_provider_is_let_go_lets_nobody_in(
    app, browser, sessions, college
):
    generator, _codes = bind(browser("leader"))
    row = {"provider": "oidc", "subject": "x", "created_at": clock.now()}
    with sessions() as db:
        db.execute(insert(Identity), row | {"user_id": college.users["leader"]})
        db.commit()
    waiting = half_in(app)
    with sessions() as db:
        db.execute(delete(Identity.__table__))
        db.commit()
    is_out(waiting, "/sign-in/code", code(generator, 1))


def test_a_secret_in_use_is_shown_to_nobody_who_owes_a_code(app, browser):
    generator, _codes = bind(browser("leader"))
    answer = half_in(app).get("/sign-in/second-factor")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/code")
    assert generator.secret not in answer.text


class TestForced:
    """The house asks a second factor of auditors, who set it up on their way in."""

    @pytest.fixture(autouse=True)
    def ask_of_auditors(self, sessions):
        rule(sessions, second_factor_roles=["auditor"])

    def test_who_knew_the_old_password_binds_no_phone_after_a_reset(self, app, reset):
        thief = half_in(app, "auditor")
        seen = phone(thief.get("/sign-in/second-factor").text)
        owner = reset("auditor")
        fresh = phone(owner.get("/sign-in/second-factor").text)
        assert fresh.secret != seen.secret
        is_out(thief, "/sign-in/second-factor", code(seen))
        assert owner.post("/sign-in/second-factor", data={"code": code(fresh)}).status_code == 200
        assert owner.get("/account").status_code == 200

    def test_each_beginning_has_a_secret_of_its_own(self, app):
        first = half_in(app, "auditor")
        seen = phone(first.get("/sign-in/second-factor").text)
        second = half_in(app, "auditor")
        assert phone(second.get("/sign-in/second-factor").text).secret != seen.secret
        assert first.get("/sign-in/second-factor").headers["Location"] == "/sign-in"
        is_out(first, "/sign-in/second-factor", code(seen))


def test_a_secret_shown_before_the_password_was_changed_is_forgotten(browser, sessions):
    thief, owner = browser("leader"), browser("leader")
    send(thief, "/account/second-factor", set_up_password=PASSWORD)
    seen = phone(thief.get("/account/second-factor").text)
    send(owner, "/account/password", current=PASSWORD, new=GOOD, again=GOOD)
    with sessions() as db:
        assert db.execute(select(SecondFactor)).first() is None
    send(owner, "/account/second-factor", set_up_password=GOOD)
    fresh = phone(owner.get("/account/second-factor").text)
    assert fresh.secret != seen.secret
    wrong = send(owner, "/account/second-factor/confirm", code=code(seen))
    assert wrong.status_code == 422
