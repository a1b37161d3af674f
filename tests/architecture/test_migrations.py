"""The schema that the migrations make is the schema that the models say, on both databases."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import engine.models
import migrations
import quality.models
from engine.db import Base

TABLES = (engine.models, quality.models)


def differences(connection, metadata):
    options = {"compare_type": True, "render_as_batch": connection.dialect.name == "sqlite"}
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_migrations_make_what_the_models_say(engine):
    assert len(Base.metadata.tables) > 15
    with engine.connect() as connection:
        assert differences(connection, Base.metadata) == []


def test_a_column_without_a_migration_is_found(engine):
    changed = sa.MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(changed)
    changed.tables["unit"].append_column(sa.Column("colour", sa.String(10)))
    with engine.connect() as connection:
        found = differences(connection, changed)
    assert [(change[0], change[2], change[3].name) for change in found] == [
        ("add_column", "unit", "colour")
    ]


def test_migrations_run_again_change_nothing(engine):
    migrations.upgrade(engine)
    with engine.connect() as connection:
        assert differences(connection, Base.metadata) == []


def test_revisions_are_numbered_one_after_another():
    script = ScriptDirectory.from_config(migrations.configuration())
    numbers = sorted(revision.revision for revision in script.walk_revisions())
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert len(script.get_heads()) == 1
    names = [path.name for path in (migrations.HERE / "versions").glob("*.py")]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)
