"""Alembic's entry: runs the revisions on the connection it is handed."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

import engine.models
import quality.evidence.models
import quality.imports.models
import quality.models
import quality.printing.models
import quality.registers.models
import quality.standards.models
import quality.templates.models
from engine.db import Base

TABLES = (
    engine.models,
    quality.models,
    quality.imports.models,
    quality.templates.models,
    quality.registers.models,
    quality.standards.models,
    quality.evidence.models,
    quality.printing.models,
)


def run() -> None:
    """Run inside the caller's connection, or on a throw-away database for writing a revision."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        connection = create_engine("sqlite://").connect()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


run()
