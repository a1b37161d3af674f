"""The database: the declarative base, the naming of constraints, UTC times, and how to connect.

One portable schema serves SQLite and PostgreSQL. On SQLite a transaction that writes says so when
it begins (`BEGIN IMMEDIATE`), so that it waits for its turn instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final

import psycopg
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine

WRITING: Final = {"zhengai_writing": True}
BUSY_SECONDS: Final = 30
MOST_TRACED: Final = 10

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; SQLite counts only INTEGER keys up by itself."""

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def sorted_text(length: int) -> TypeEngine[str]:
    """A text ordered by code point on both databases: a beginning is a range of its index."""
    return String(length, collation="C").with_variant(String(length), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; a naive one is refused at the door."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite stores UTC without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a zone cannot be stored"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand times out aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables."""

    __table__: ClassVar[Table]
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UTCDateTime()}  # noqa: RUF012  (SQLAlchemy's own convention)


def connect(url: str, *, pool_size: int = 10) -> Engine:
    """Make the engine for `url`, durable on both databases."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address,
            hide_parameters=True,  # what people wrote must not stand in a log because it failed
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            pool_size=pool_size,
            max_overflow=50,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return create_engine(address, hide_parameters=True, pool_size=pool_size, max_overflow=50)


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions that keep what they loaded after a commit."""
    return sessionmaker(engine, expire_on_commit=False)


def begin_writing(db: Session) -> Session:
    """Say that the transaction about to begin will write; call it before anything else."""
    db.connection(execution_options=WRITING)
    return db


@contextmanager
def writing(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session for transactions that write, one after the other on one connection.

    Each is a `with db:` that ends with a commit and leaves nothing of it behind in the session. The
    pool is asked once; a connection that broke is made anew for the next.
    """
    engine: Engine = sessions.kw["bind"]
    with engine.connect().execution_options(**WRITING) as connection:
        yield sessions(bind=connection)


def fault(error: BaseException) -> str:
    """An error in words that may be logged and stored: of a database's, what kind it is.

    Its own words are left out: they repeat what was to be kept (`Key (number)=(…) exists`).
    """
    inner = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(inner, psycopg.Error | sqlite3.Error):
        return f"{type(error).__name__}: {error}"
    if isinstance(inner, sqlite3.Error):
        told = [getattr(inner, "sqlite_errorname", "") or "SQLite"]
    else:
        told = [inner.sqlstate or "PostgreSQL", inner.diag.constraint_name or ""]
        if isinstance(error, OperationalError | psycopg.OperationalError) and not inner.sqlstate:
            told.append(str(inner))  # nobody answered: there is nothing of a row in it
    return f"{type(inner).__name__} ({' '.join(filter(None, told))})"


_PASSING_STATES: Final = ("08", "40", "53", "55", "57")
"""What PostgreSQL says of broken connections, lost races, lack of room, locks, and of stopping."""
_PASSING_CODES: Final = frozenset({5, 6, 10, 13, 14})
"""SQLite's words for busy, locked, a disk that fails or is full, a file it cannot open now."""


def is_passing(error: BaseException) -> bool:
    """Whether the database was away, busy or full: the same may well succeed a little later."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(inner, sqlite3.Error):
        return getattr(inner, "sqlite_errorcode", 0) & 0xFF in _PASSING_CODES
    if isinstance(inner, psycopg.Error):
        state = inner.sqlstate
        no_answer = isinstance(inner, psycopg.OperationalError | psycopg.InterfaceError)
        return state.startswith(_PASSING_STATES) if state else no_answer
    return isinstance(error, PoolTimeout)


def trace(error: BaseException) -> str:
    """Where an error came from, and the errors behind it, each in words that may be logged."""
    lines: list[str] = []
    one: BaseException | None = error
    while one is not None and len(lines) < MOST_TRACED:
        lines.insert(0, "".join(traceback.format_tb(one.__traceback__)) + fault(one))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n\n".join(lines)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    # a byte that is no text must not hide the row it stands in: verification has to name it
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    for line in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        connection.execute(f"PRAGMA {line}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin; a transaction left open by a commit that failed (a full disk) is dropped first."""
    driver: Any = connection.connection.driver_connection
    if driver.in_transaction:
        driver.rollback()
    writing = connection.get_execution_options().get("zhengai_writing", False)
    begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
    try:
        driver.execute(begin)
    except sqlite3.OperationalError as error:
        raise OperationalError(begin, None, error) from error
