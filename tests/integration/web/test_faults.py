"""What goes wrong at the database is logged and stored without what people wrote."""

from __future__ import annotations

import logging
import re

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from engine import clock
from engine.db import fault, trace
from engine.models import User
from web.access import public
from web.session import db as request_db

SECRET = "110101199003074514"


@pytest.fixture
def broken(own_app, app):  # noqa: ARG001  (it makes the application this test's own)
    """The application with views whose statements fail."""

    @app.get("/broken/<word:how>")
    @public
    def broken(how):
        found = {"name": SECRET, "number": SECRET, "created_at": clock.now()}
        statements = {
            "twice": (insert(User), [found | {"username": SECRET}] * 2),
            "no-table": (text("INSERT INTO nothere VALUES (:told)"), {"told": SECRET}),
            "no-number": (text("SELECT CAST(:told AS INTEGER) / 0 FROM nothere"), {"told": SECRET}),
            "in-another": (text("SELECT :told FROM nothere"), {"told": SECRET}),
        }
        statement, given = statements[how]
        try:
            request_db().execute(statement, given)
        except DBAPIError as problem:
            if how == "in-another":
                message = "the cause is logged as well"
                raise RuntimeError(message) from problem
            raise
        return ""

    return app.test_client()


@pytest.mark.parametrize("how", ["twice", "no-table", "no-number", "in-another"])
def test_a_failed_statement_leaves_no_values_in_the_log(broken, caplog, how):
    caplog.set_level(logging.DEBUG)
    answer = broken.get(f"/broken/{how}")
    assert answer.status_code in (500, 503)
    told = "\n".join(logging.Formatter().format(one) for one in caplog.records)
    assert SECRET not in told + answer.text
    assert re.search(r"\w+ \((SQLITE_|[0-9A-Z]{5})", told)


def test_the_log_still_says_where_and_what(broken, caplog):
    broken.get("/broken/in-another")
    told = "\n".join(logging.Formatter().format(one) for one in caplog.records)
    assert "test_faults.py" in told
    assert "RuntimeError: the cause is logged as well" in told


def test_of_a_database_s_words_the_kind_is_kept(db, college):
    assert college
    row = {"username": SECRET, "name": SECRET, "number": SECRET, "created_at": clock.now()}
    with pytest.raises(IntegrityError) as refusal:
        db.execute(insert(User), [row, row | {"username": "other"}])
    db.rollback()
    assert SECRET not in str(refusal.value.statement) + fault(refusal.value) + trace(refusal.value)
    assert fault(refusal.value) in {
        "IntegrityError (SQLITE_CONSTRAINT_UNIQUE)",
        "UniqueViolation (23505 ix_user_account_number)",
    }
    assert fault(ValueError("plain")) == "ValueError: plain"
    assert db.scalar(select(User.id).where(User.number == SECRET)) is None
