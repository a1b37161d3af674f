"""The demo college in a database to copy from, made once a run."""

from __future__ import annotations

import secrets

import pytest

import quality
from engine import db as database
from tests.college import College
from tests.conftest import address, in_server
from web import demo

PEOPLE = 200


def _settle(url: str) -> None:
    quality.register()
    engine = database.connect(url)
    demo.install(database.sessions(engine), people=PEOPLE, say=lambda _line: None)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_demo(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes
) -> tuple[bytes, College]:
    """A SQLite database with the demo college in it, in the place of the small one."""
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    path.write_bytes(sqlite_template)
    _settle(f"sqlite:///{path}")
    return path.read_bytes(), College({}, {}, {}, 0)


@pytest.fixture(scope="session")
def postgresql_demo(postgresql_server: str, postgresql_template: str) -> tuple[str, College]:
    """The name of a database with the demo college in it, in the place of the small one."""
    name = f"zhengai_demo_{secrets.token_hex(4)}"
    in_server(postgresql_server, f'CREATE DATABASE "{name}" TEMPLATE "{postgresql_template}"')
    _settle(address(postgresql_server, name))
    return name, College({}, {}, {}, 0)
