"""Somebody with the database's password: takes the guards off, and changes rows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

GUARDS: Final = {
    "sqlite": (
        "DROP TRIGGER event_log_no_update",
        "DROP TRIGGER event_log_no_delete",
        "DROP TRIGGER content_no_delete",
        "DROP TRIGGER content_only_erased",
    ),
    "postgresql": (
        "DROP TRIGGER event_log_guard ON event_log",
        "DROP TRIGGER content_no_delete ON content",
        "DROP TRIGGER content_only_erased ON content",
    ),
}


def tamper(connection: Connection, statement: str, **values: object) -> None:
    """Run a statement behind the program's back, in a transaction that writes."""
    for guard in GUARDS[connection.dialect.name]:
        connection.execute(text(guard))
    connection.execute(text(statement), values)
    connection.commit()
