"""What is answered when the database goes away at the last moment."""

from __future__ import annotations

import sqlite3
from typing import NoReturn

from flask import Flask
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import OperationalError

from engine.models import ApiToken
from tests.college import College


def test_a_commit_that_fails_is_answered_503_and_nothing_is_kept(
    app: Flask, college: College
) -> None:
    def gone(_connection: Connection) -> NoReturn:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("the server went away"))

    engine = app.extensions["engine"]
    client = app.test_client()
    signed = {"username": "leader", "password": "test-password"}
    event.listen(engine, "commit", gone)
    refused = client.post("/api/v1/tokens", json=signed)
    event.remove(engine, "commit", gone)
    assert college.subject
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert "还没有保存" in refused.json["title"]
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(ApiToken)).scalar_one() == 0
