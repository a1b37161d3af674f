"""`zhengai init`: two administrators, since nobody may be both, and the first grants."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from engine import db as database
from engine import people, roles
from engine.models import Grant, RoleGrant, User
from web import cli


@pytest.fixture
def run(database_url, tmp_path, monkeypatch, capsys):
    """Runs `zhengai init` with these lines piped in; returns its exit code and what it said."""
    monkeypatch.setenv("ZHENGAI_DATABASE_URL", database_url)
    monkeypatch.setenv("ZHENGAI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ZHENGAI_SECRET_KEY", "test")

    def init(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        code = cli.main(["init"])
        told = capsys.readouterr()
        return code, told.out + told.err

    return init


@pytest.fixture
def known(database_url):
    """The roles and the password of every account, as they are now."""

    def read():
        engine = database.connect(database_url)
        with database.sessions(engine)() as db:
            rows = db.execute(select(User.id, User.username, User.password_hash)).all()
            found = {
                row.username: (people.actor(db, row.id).roles, row.password_hash) for row in rows
            }
            grants = len(db.execute(select(Grant.id)).all())
        engine.dispose()
        return found, grants

    return read


def test_two_lines_make_two_administrators_who_are_never_one(run, known):
    code, told = run("first-password", "second-password")
    assert (code, told.count("ready: sign in as")) == (0, 2)
    found, grants = known()
    held = {name: one for name, (one, _hash) in found.items()}
    assert held == {
        "admin": {"process_admin", "people_admin", "operator"},
        "security": {"security_admin"},
    }
    assert {roles.group_of(one) for one in held["admin"]} == {"system"}
    assert people.password_matches(found["admin"][1], "first-password")
    assert people.password_matches(found["security"][1], "second-password")
    assert grants > 10


def test_one_line_is_enough_for_the_first(run, known):
    code, told = run("first-password")
    assert (code, "zhengai sign-in-link security" in told) == (0, True)
    found, _grants = known()
    assert people.password_matches(found["admin"][1], "first-password")
    assert found["security"][1] is None


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ((), "at least 8"),
        (("short",), "at least 8"),
        (("first-password", "short"), "at least 8"),
        (("zhengai-demo",), "everybody knows"),
        (("first-password", "zhengai-demo"), "everybody knows"),
        (("one-password", "one-password"), "two people"),
    ],
)
def test_a_password_that_cannot_be_leaves_the_installation_empty(run, known, lines, word):
    code, told = run(*lines)
    assert (code, word in told) == (1, True)
    assert known() == ({}, 0)


def test_a_second_time_changes_nothing(run, known):
    run("first-password", "second-password")
    before = known()
    code, told = run("third-password", "fourth-password")
    assert (code, "nothing was changed" in told) == (1, True)
    assert known() == before


def test_an_installation_of_before_gets_somebody_who_gives_rights(run, known, database_url):
    run("first-password", "second-password")
    engine = database.connect(database_url)
    with database.sessions(engine)() as db:
        database.begin_writing(db)
        security = select(User.id).where(User.username == "security").scalar_subquery()
        db.execute(RoleGrant.__table__.delete().where(RoleGrant.user_id == security))
        db.execute(User.__table__.update().where(User.id == security).values(username="old"))
        db.commit()
        db.execute(Grant.__table__.delete())
        db.commit()
    engine.dispose()
    code, told = run("another-password")
    assert (code, told.count("ready: sign in as security")) == (0, 1)
    found, grants = known()
    assert found["security"][0] == {"security_admin"}
    assert grants > 10
