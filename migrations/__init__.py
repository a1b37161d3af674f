"""The schema's history: Alembic revisions, and how to bring a database up to date."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

HERE: Final = Path(__file__).parent


def configuration() -> Config:
    """Alembic's settings; the connection is handed in, never read from a file."""
    config = Config(str(HERE / "alembic.ini"))
    config.set_main_option("script_location", str(HERE))
    return config


@cache
def newest() -> str:
    """The revision that this version of the product needs."""
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to `revision`; running it again changes nothing."""
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
