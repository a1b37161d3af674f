"""The whole installation in one file, and back: portable between SQLite and PostgreSQL.

A backup is a zip of JSON lines, one file a table, and of the files of evidence, with a manifest
that holds the schema's revision and a SHA-256 for every file. It is read from one snapshot while
people work; restoring checks the whole file before it touches anything.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Engine,
    LargeBinary,
    Table,
    func,
    inspect,
    select,
    text,
)

import migrations
from engine import clock, eventlog
from engine import db as database
from engine.db import Base
from engine.errors import Refused
from quality.evidence.models import EvidenceFile
from quality.evidence.store import Store

log = logging.getLogger(__name__)

FORMAT: Final = 1
BATCH: Final = 1_000
MANIFEST: Final = "manifest.json"
KEPT_FILES: Final = ("seals.txt",)
EVIDENCE: Final = "evidence/"
REVISIONS: Final = "alembic_version"


class NotABackup(Refused):
    """The file is none of ours, or it is damaged."""

    sentence = "这不是完好的备份文件：{why}"


class OtherSchema(Refused):
    """The backup was made by another version of the product."""

    sentence = "备份的数据结构是 {found}，这个版本需要 {expected}。请用做备份的版本恢复，再升级。"


class NotEmptyHere(Refused):
    """There are data already, and nobody said that they may go."""

    sentence = "这里已经有数据。要换成备份里的数据，请加 --replace。"


def save(engine: Engine, path: Path, data_dir: Path) -> dict[str, int]:
    """Write everything to `path`, which appears only when it is whole. Returns rows by table."""
    unfinished = path.with_name(path.name + ".unfinished")
    rows: dict[str, int] = {}
    hashes: dict[str, str] = {}
    with (
        _snapshot(engine) as connection,
        zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for table in Base.metadata.sorted_tables:
            name = f"tables/{table.name}.jsonl"
            rows[str(table.name)], hashes[name] = _write_table(connection, table, archive, name)
        for name in KEPT_FILES:
            if (data_dir / name).exists():
                content = (data_dir / name).read_bytes()
                archive.writestr(f"files/{name}", content)
                hashes[f"files/{name}"] = hashlib.sha256(content).hexdigest()
        hashes |= _write_evidence(connection, Store(data_dir), archive)
        manifest = {
            "format": FORMAT,
            "revision": _revision(connection),
            "made_at": eventlog.moment(clock.now()),
            "rows": rows,
            "sha256": hashes,
        }
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(path)
    return rows


def _snapshot(engine: Engine) -> Connection:
    if engine.dialect.name == "sqlite":
        return engine.connect()
    return engine.connect().execution_options(isolation_level="REPEATABLE READ")


def _revision(connection: Connection) -> str:
    found: str = connection.execute(text(f"SELECT version_num FROM {REVISIONS}")).scalar_one()  # noqa: S608  (a fixed name)
    return found


def _write_table(
    connection: Connection, table: Table, archive: zipfile.ZipFile, name: str
) -> tuple[int, str]:
    count, hashed = 0, hashlib.sha256()
    wanted = select(table).order_by(*table.primary_key).execution_options(yield_per=BATCH)
    with archive.open(name, "w", force_zip64=True) as file:
        for row in connection.execute(wanted):
            line = orjson.dumps([_written(value) for value in row]) + b"\n"
            file.write(line)
            hashed.update(line)
            count += 1
    return count, hashed.hexdigest()


def _write_evidence(
    connection: Connection, store: Store, archive: zipfile.ZipFile
) -> dict[str, str]:
    """The files that rows of the snapshot name: put down before these, and never changed."""
    hashes = {}
    named = select(EvidenceFile.sha256).distinct().order_by(EvidenceFile.sha256)
    for sha256 in connection.execute(named).scalars():
        if store.size(sha256) is None:
            log.warning("a file of evidence is gone and not in the backup: %s", sha256)
            continue
        hashed, name = hashlib.sha256(), f"{EVIDENCE}{sha256}"
        # what people put down is folded already, mostly
        entry = zipfile.ZipInfo(name)
        with archive.open(entry, "w", force_zip64=True) as file:
            for part in store.read(sha256):
                file.write(part)
                hashed.update(part)
        hashes[name] = hashed.hexdigest()
    return hashes


def _written(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, (datetime, date)) else value


def restore(url: str, path: Path, data_dir: Path, *, replace: bool) -> dict[str, int]:
    """Put a backup in the place of whatever is here.

    Raises `NotABackup`, `OtherSchema`, `NotEmptyHere`; nothing has been touched then.
    """
    with _opened(path) as archive:
        manifest = _checked(archive)
        if manifest["revision"] != migrations.newest():
            raise OtherSchema(found=manifest["revision"], expected=migrations.newest())
        engine = database.connect(url)
        try:
            _clear(engine, replace=replace)
            _read_evidence(archive, Store(data_dir))
            _fill(engine, archive)
        finally:
            engine.dispose()
        for name in KEPT_FILES:
            if f"files/{name}" in manifest["sha256"]:
                (data_dir / name).write_bytes(archive.read(f"files/{name}"))
    rows: dict[str, int] = manifest["rows"]
    return rows


def _fill(engine: Engine, archive: zipfile.ZipFile) -> None:
    migrations.upgrade(engine)
    with engine.connect().execution_options(**database.WRITING) as connection:
        for table in Base.metadata.sorted_tables:
            _read_table(connection, table, archive)
        connection.commit()


def _read_evidence(archive: zipfile.ZipFile, store: Store) -> None:
    """Put the files back before the rows that name them."""
    for entry in archive.infolist():
        if entry.filename.startswith(EVIDENCE):
            with archive.open(entry) as file:
                store.put(file, most=entry.file_size)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as problem:
        raise NotABackup(why=str(problem)) from problem


def _checked(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, after every file in the archive has been held against it."""
    try:
        manifest: dict[str, Any] = orjson.loads(archive.read(MANIFEST))
        if manifest["format"] != FORMAT:
            raise NotABackup(why=f"format {manifest['format']}")
        for name, expected in manifest["sha256"].items():
            with archive.open(name) as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    raise NotABackup(why=name)
    except (KeyError, ValueError, zipfile.BadZipFile) as problem:
        raise NotABackup(why=str(problem)) from problem
    return manifest


def _clear(engine: Engine, *, replace: bool) -> None:
    if not inspect(engine).get_table_names():
        return
    with engine.connect() as connection:
        is_used = connection.execute(
            select(func.count()).select_from(_table("user_account"))
        ).scalar()
    if is_used and not replace:
        raise NotEmptyHere
    if engine.dialect.name == "sqlite":
        engine.dispose()
        place = Path(str(engine.url.database))
        for ending in ("", "-wal", "-shm"):
            place.with_name(place.name + ending).unlink(missing_ok=True)
        return
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        connection.commit()


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _read_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> None:
    columns = list(table.columns)
    with archive.open(f"tables/{table.name}.jsonl") as file:
        rows: Iterator[dict[str, Any]] = (
            {
                c.name: _read(c.type, value)
                for c, value in zip(columns, orjson.loads(line), strict=True)
            }
            for line in file
        )
        if table.name == "unit":
            rows = iter(_parents_first(rows))
        while batch := list(islice(rows, BATCH)):
            connection.execute(table.insert(), batch)
    numbered = table.autoincrement_column
    if connection.dialect.name == "postgresql" and numbered is not None:
        column = numbered.name
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column}'),"  # noqa: S608  (our own names)
                f" coalesce((SELECT max({column}) FROM {table.name}), 0) + 1, false)"
            )
        )


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    is_time = isinstance(kind, (DateTime, database.UTCDateTime))
    return datetime.fromisoformat(value) if is_time else value


def _parents_first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Units in an order in which each stands behind its parent."""
    left = {row["id"]: row for row in rows}
    placed: dict[int, dict[str, Any]] = {}
    while left:
        ready = [key for key, row in left.items() if row["parent_id"] not in left]
        placed |= {key: left.pop(key) for key in ready}
        if not ready:
            raise NotABackup(why="unit")
    return list(placed.values())
