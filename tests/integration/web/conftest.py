"""The application over the test's college, and browsers of its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import clock
from web import config
from web.app import create_app, move_in

PASSWORD = "test-password"
USUAL = {"ZHENGAI_SECRET_KEY": "test", "ZHENGAI_TIMEZONE": "Asia/Shanghai"}


class Wire(FlaskClient):
    """A client that takes nothing a server could not send: heads of an answer are Latin-1."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, and look at the heads of what comes."""
        answer = super().open(*args, **kwargs)
        for name, value in answer.headers:
            assert value.encode("latin-1") is not None, name
        return answer


@pytest.fixture
def settings() -> dict[str, str]:
    """Settings of this test beyond the usual ones; a test may fill it before it asks for `app`."""
    return {}


@pytest.fixture
def still() -> Iterator[None]:
    """The clock stands still: what waits for a moment is still waiting when it is looked at."""
    with clock.freeze(clock.now()):
        yield


@pytest.fixture
def own_app() -> None:
    """For tests that add addresses to their application: it is made for them alone."""


@pytest.fixture(scope="session")
def usual_app() -> Flask:
    """One application for all tests, one after the other: making one compiles every address."""
    return create_app(config.read(USUAL | {"ZHENGAI_DATABASE_URL": "sqlite:///nothing"}))


@pytest.fixture
def app(request, database_url, tmp_path, db, college, settings, usual_app) -> Iterator[Flask]:  # noqa: ARG001  (it is there)
    """The application over the college, which is committed; the test's own session lets go."""
    db.rollback()
    here = {"ZHENGAI_DATABASE_URL": database_url, "ZHENGAI_DATA_DIR": str(tmp_path)}
    wanted = config.read(USUAL | here | settings)
    if "own_app" in request.fixturenames:
        made = create_app(wanted)
    else:
        made = usual_app
        move_in(made, wanted)
    made.test_client_class = Wire
    yield made
    made.extensions["engine"].dispose()


@pytest.fixture
def browser(app) -> Callable[[str], FlaskClient]:
    """Make a browser in which a person is signed in."""

    def signed_in(name: str) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/sign-in", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 303
        return client

    return signed_in
