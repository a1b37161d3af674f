"""The floor: one bare durable transaction, 1 UPDATE and 2 INSERT of 2 KB, with the plain driver."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from web.bench import clock
from web.bench.clock import Measured
from web.bench.scratch import Scratch

ROUNDS = 400
TEXT = "x" * 2048
TABLES = (
    "CREATE TABLE floor_a (id INTEGER PRIMARY KEY, body TEXT)",
    "CREATE TABLE floor_b (id INTEGER, body TEXT)",
)


def measure(scratch: Scratch, *, quick: bool) -> Measured:
    """The floor of this database."""
    rounds = ROUNDS // 4 if quick else ROUNDS
    return (_sqlite if scratch.name == "sqlite" else _postgresql)(scratch, rounds)


def _sqlite(scratch: Scratch, rounds: int) -> Measured:
    """WAL, synchronous FULL, its own file beside the scratch database."""
    path = Path(make_url(scratch.url).database or "").with_name("floor.sqlite")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for statement in TABLES:
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO floor_a VALUES (?, ?)", [(number, TEXT) for number in range(1000)]
    )

    def once(number: int) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE floor_a SET body = ? WHERE id = ?", (TEXT, number))
        connection.execute("INSERT INTO floor_b VALUES (?, ?)", (number, TEXT))
        connection.execute("INSERT INTO floor_b VALUES (?, ?)", (number, TEXT))
        connection.execute("COMMIT")

    found = clock.measure("floor", "sqlite", once, range(rounds))
    connection.close()
    return found


def _postgresql(scratch: Scratch, rounds: int) -> Measured:
    """Fsync and synchronous_commit as the server has them; both must be on."""
    address = (
        make_url(scratch.url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    with psycopg.connect(address, autocommit=True) as connection:
        settings = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("fsync", "synchronous_commit")
        ]
        durable = settings == [("on",), ("on",)]
        for statement in TABLES:
            connection.execute(statement)
        for number in range(1000):
            connection.execute("INSERT INTO floor_a VALUES (%s, %s)", (number, TEXT))

        def once(number: int) -> None:
            with connection.transaction():
                connection.execute("UPDATE floor_a SET body = %s WHERE id = %s", (TEXT, number))
                connection.execute("INSERT INTO floor_b VALUES (%s, %s)", (number, TEXT))
                connection.execute("INSERT INTO floor_b VALUES (%s, %s)", (number, TEXT))

        pid = connection.info.backend_pid
        note = "" if durable else f"not durable: fsync, synchronous_commit = {settings}"
        return clock.measure("floor", "postgresql", once, range(rounds), pids=[pid], note=note)
