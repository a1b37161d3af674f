"""The demo college, put into an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import quality
from engine import db as database
from tests.college import College
from web import demo

PEOPLE: Final = 200
NOBODY: Final = College({}, {}, {}, 0)
"""In the place of the small college: whoever wants to know people of the demo asks for them."""


def settle(url: str, files: Path, people: int = PEOPLE) -> None:
    """Put the demo college into a database; on SQLite, into its one file."""
    quality.register()
    engine = database.connect(url)
    demo.install(database.sessions(engine), files, people=people, say=lambda _line: None)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
