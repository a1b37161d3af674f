"""A backup put back is the installation as it was: every row, and the record whole."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from engine import db as database
from engine import eventlog, verify
from engine.db import Base
from engine.models import LogEntry
from tests.college import College
from tests.integration.engine import flow
from web import backup


@pytest.fixture
def saved(db: Session, college: College, engine: Engine, tmp_path: Path) -> Path:
    """A backup of a college with a case under way and a sealed record."""
    leader = college.actor(db, "leader")
    case = flow.begin(db, flow.chain("kept", flow.step("one"), flow.step("two")), by=leader)
    flow.do(db, case, "one", by=leader)
    eventlog.seal(db)
    db.commit()
    (tmp_path / "seals.txt").write_text("a seal\n", encoding="utf-8")
    backup.save(engine, tmp_path / "kept.zip", tmp_path)
    return tmp_path / "kept.zip"


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_restored_elsewhere_nothing_is_missing_and_work_goes_on(
    saved: Path, engine: Engine, college: College, tmp_path: Path
) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    url = f"sqlite:///{folder / 'new.sqlite'}"
    backup.restore(url, saved, folder, replace=False)
    other = database.connect(url)
    assert counted(other) == counted(engine)
    assert (folder / "seals.txt").read_text(encoding="utf-8") == "a seal\n"
    with database.sessions(other)() as db:
        assert list(verify.verify(db)) == []
        db.rollback()
        database.begin_writing(db)
        case = flow.begin(db, flow.chain("more", flow.step("one")), by=college.actor(db, "leader"))
        flow.do(db, case, "one", by=college.actor(db, "leader"))
        db.commit()
        assert list(verify.verify(db)) == []
    other.dispose()


def test_put_back_in_its_own_place_it_takes_the_later_work_away(
    saved: Path, engine: Engine, db: Session, college: College, database_url: str, tmp_path: Path
) -> None:
    before = counted(engine)
    flow.begin(db, flow.chain("later", flow.step("one")), by=college.actor(db, "leader"))
    head = eventlog.seal(db)
    db.commit()
    db.close()
    engine.dispose()
    with pytest.raises(backup.NotEmptyHere):
        backup.restore(database_url, saved, tmp_path, replace=False)
    backup.restore(database_url, saved, tmp_path, replace=True)
    assert counted(engine) == before
    assert head is not None
    with database.sessions(engine)() as session:
        assert list(verify.verify(session)) == []
        (missing,) = verify.verify(session, head=head.hash)
        assert missing.chain == eventlog.SEAL
        assert session.execute(select(func.max(LogEntry.id))).scalar_one() == before["event_log"]


@pytest.mark.parametrize("damage", ["truncated", "changed", "foreign", "missing"])
def test_a_damaged_file_is_refused_before_anything_is_touched(
    saved: Path, engine: Engine, database_url: str, tmp_path: Path, damage: str
) -> None:
    before, broken = counted(engine), tmp_path / "broken.zip"
    engine.dispose()
    if damage == "truncated":
        broken.write_bytes(saved.read_bytes()[:-200])
    elif damage == "foreign":
        broken.write_text("no archive", encoding="utf-8")
    elif damage == "changed":
        with zipfile.ZipFile(saved) as source, zipfile.ZipFile(broken, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                target.writestr(
                    name, content.replace(b"one", b"two") if "event_log" in name else content
                )
    with pytest.raises(backup.NotABackup):
        backup.restore(database_url, broken, tmp_path, replace=True)
    assert counted(engine) == before
