"""An installation of an earlier release is brought up to date, with the people who were in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
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
from engine.tasks import drafts

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
DAY = datetime(2026, 9, 1, tzinfo=UTC)
LOGGED = {"revision": 1, "log_seq": 1, "log_hash": "0" * 64, "content_hash": ""}
BEGUN: tuple[tuple[str, dict[str, object]], ...] = (
    ("process_definition", {"id": 1, "key": "plan", "name": "计划", "created_at": DAY}),
    (
        "process_version",
        {"id": 1, "definition_id": 1, "number": 1, "name": "计划", "bpmn": b"", "forms": "{}"}
        | {"decisions": "{}", "sha256": "0" * 64, "note": "", "published_at": DAY},
    ),
    (
        "process_instance",
        {"id": 1, "version_id": 1, "status": "running", "title": "计划", "variables": "{}"}
        | {"state": "{}", "started_at": DAY, **LOGGED},
    ),
    (
        "user_task",
        {"id": 1, "instance_id": 1, "token": "1", "element_id": "write", "name": "填写"}
        | {"number": 1, "status": "ready", "candidates": "[]", "returned": False, "opened_at": DAY},
    ),
    (
        "draft",
        {
            "task_id": 1,
            "data": '{"现状":"写了一半"}',
            "revision": 1,
            "saved_by": 1,
            "saved_at": DAY,
        },
    ),
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
        for name, row in BEGUN:
            connection.execute(sa.insert(sa.table(name, *map(sa.column, row))), row)
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
        assert drafts.draft(db, 1).values == {"现状": "写了一半"}
    assert jobs.run_due(sessions, "test") == 1
    with sessions() as db:
        assert {"吴允恭", "允恭", "wyg", "wu"} <= set(db.execute(select(PersonWord.word)).scalars())
