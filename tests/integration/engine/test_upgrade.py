"""An installation of an earlier release is brought up to date, with the people who were in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, select

import migrations
import quality
from engine import db as database
from engine import jobs, people
from engine.college import units
from engine.models import PersonWord, Post, PostKind, Role, UnitAbove

EARLIER = "0004"
PERSON = "id, username, name, is_active, language, theme, created_at"
ROWS = (
    f"user_account ({PERSON}) VALUES (1, 'wu', '吴允恭', {{yes}}, '', '', '2026-09-01 00:00:00')",
    "role_grant (user_id, role) VALUES (1, 'auditor')",
    "unit (id, code, name, kind) VALUES (1, 'school', '学院', 'school')",
    "unit (id, code, name, kind, parent_id) VALUES (2, 'machine', '智造', 'college', 1)",
    "unit (id, code, name, kind, parent_id) VALUES (3, 'robots', '机器人', 'section', 2)",
    "post (id, key, name) VALUES (1, 'teacher', '教师'), (2, 'head', '负责人')",
    "holding (user_id, post_id, unit_id, since) VALUES (1, 1, 3, '2020-01-01')",
)


@pytest.fixture
def earlier(engine: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A database as the first release left it; the one the test was given is this test's own."""
    if engine.dialect.name == "sqlite":
        made = database.connect(f"sqlite:///{tmp_path / 'earlier.sqlite'}")
    else:
        made = database.connect(engine.url.render_as_string(hide_password=False))
        with made.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
    migrations.upgrade(made, EARLIER)
    yes = "1" if engine.dialect.name == "sqlite" else "true"
    with made.begin() as connection:
        for row in ROWS:
            connection.execute(sa.text("INSERT INTO " + row.format(yes=yes)))
    yield made
    made.dispose()


def test_people_units_and_roles_of_the_first_release_are_what_they_were(earlier: Engine) -> None:
    quality.register()
    migrations.upgrade(earlier)
    sessions = database.sessions(earlier)
    with sessions() as db:
        wu = people.actor(db, 1)
        assert wu.roles == {Role.AUDITOR}
        assert wu.units == {3}
        assert [unit.code for unit in units.above(db, 3)] == ["machine", "school"]
        assert len(db.execute(select(UnitAbove)).all()) == 6
        kinds = dict(db.execute(select(Post.key, Post.kind)).all())
        assert kinds == {"teacher": PostKind.MEMBER, "head": PostKind.OFFICE}
    assert jobs.run_due(sessions, "test") == 1
    with sessions() as db:
        assert {"吴允恭", "允恭", "wyg", "wu"} <= set(db.execute(select(PersonWord.word)).scalars())
