"""The record is whole, and every way of tampering with it is found and named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from engine import db as database
from engine import eventlog, tasks, verify
from tests import tampering
from tests.college import College
from tests.integration.engine import flow


@pytest.fixture
def case(db: Session, college: College) -> int:
    """A case with six entries, committed."""
    leader = college.actor(db, "leader")
    xml = flow.chain("tampered", flow.step("one"), flow.step("two"), flow.step("three"))
    number = flow.begin(db, xml, by=leader)
    for element in ("one", "two"):
        tasks.claim(db, flow.open_tasks(db, number)[element], by=leader)
        flow.do(db, number, element, by=leader)
    db.commit()
    return number


@pytest.fixture
def tamper(engine: Engine) -> Callable[..., None]:
    """Somebody with the database's password: takes the guards off and runs a statement."""

    def run(statement: str, **values: object) -> None:
        with engine.connect() as plain:
            tampering.tamper(plain.execution_options(**database.WRITING), statement, **values)

    return run


@pytest.fixture
def found(sessions: sessionmaker[Session]) -> Callable[..., list[tuple[str, int]]]:
    """What verification finds, as chain and entry."""

    def run(**options: object) -> list[tuple[str, int]]:
        with sessions() as db:
            differences = list(verify.verify(db, **options))
            assert all("{" not in one.text() for one in differences)
            return [(one.chain, one.seq) for one in differences]

    return run


def test_an_untouched_record_is_whole(
    case: int, found: Callable[..., list[tuple[str, int]]]
) -> None:
    assert found() == []
    assert found(instance_id=case) == []


def test_the_guards_refuse_to_change_or_delete_an_entry(case: int, engine: Engine) -> None:
    for statement in (
        "UPDATE event_log SET body = '{}'",
        "DELETE FROM event_log",
        "DELETE FROM content",
        "UPDATE content SET data = salt",
    ):
        with engine.connect() as connection, pytest.raises(Exception, match="append-only"):
            connection.execution_options(**database.WRITING).execute(text(statement))
    assert case


def test_one_changed_byte_is_named(
    case: int, tamper: Callable[..., None], found: Callable[..., list[tuple[str, int]]]
) -> None:
    tamper(
        "UPDATE event_log SET body = replace(body, '\"two\"', '\"twp\"')"
        " WHERE chain = :chain AND seq = 3",
        chain=f"case:{case}",
    )
    assert found() == [(f"case:{case}", 3)]


def test_a_published_diagram_that_was_changed_is_named(
    case: int, tamper: Callable[..., None], found: Callable[..., list[tuple[str, int]]]
) -> None:
    """Even one that no longer can be read: its cases are not replayed on it."""
    tamper("UPDATE process_version SET bpmn = :changed WHERE name = 'tampered'", changed=b"<x")
    assert found() == [("house", 0)]
    assert case


def test_a_changed_diagram_does_not_hide_a_changed_entry(
    case: int,
    engine: Engine,
    tamper: Callable[..., None],
    found: Callable[..., list[tuple[str, int]]],
) -> None:
    with engine.connect().execution_options(**database.WRITING) as connection:
        changed = text("UPDATE process_version SET bpmn = :changed WHERE name = 'tampered'")
        connection.execute(changed, {"changed": b"<x"})
        connection.commit()
    tamper(
        "UPDATE event_log SET body = '{}' WHERE chain = :chain AND seq = 3", chain=f"case:{case}"
    )
    assert found() == [("house", 0), (f"case:{case}", 3)]


def test_bytes_that_are_no_text_or_no_json_are_named(
    case: int,
    engine: Engine,
    tamper: Callable[..., None],
    found: Callable[..., list[tuple[str, int]]],
) -> None:
    """SQLite keeps bytes that are no UTF-8 in a text; PostgreSQL refuses them."""
    broken = {"sqlite": "CAST(x'7bff7d' AS TEXT)", "postgresql": "'{'"}[engine.dialect.name]
    tamper(
        f"UPDATE event_log SET body = {broken}"  # noqa: S608  (written above)
        " WHERE seq = 2 AND chain IN ('house', :chain)",
        chain=f"case:{case}",
    )
    assert found() == [("house", 2), (f"case:{case}", 2)]


def test_a_damaged_entry_is_exported_as_it_stands(
    case: int, sessions: sessionmaker[Session], tamper: Callable[..., None]
) -> None:
    tamper("UPDATE event_log SET body = '{' WHERE chain = :chain AND seq = 2", chain=f"case:{case}")
    with sessions() as db:
        rows = verify.export(db, 0, 10_000)
    assert [row["seq"] for row in rows if row["body"] == "{"] == [2]


def test_a_damaged_seal_is_named_and_the_others_still_bind(
    case: int,
    sessions: sessionmaker[Session],
    tamper: Callable[..., None],
    found: Callable[..., list[tuple[str, int]]],
) -> None:
    with sessions() as db:
        eventlog.seal(database.begin_writing(db))
        db.commit()
    tamper("UPDATE event_log SET body = 'x' WHERE chain = 'seal' AND seq = 1")
    assert found() == [("seal", 1)]
    assert case


def test_the_newest_entry_deleted_is_named(
    case: int, tamper: Callable[..., None], found: Callable[..., list[tuple[str, int]]]
) -> None:
    tamper("DELETE FROM event_log WHERE chain = :chain AND seq = 5", chain=f"case:{case}")
    assert found() == [(f"case:{case}", 5)]


def test_the_newest_entry_deleted_together_with_its_head_is_found_against_a_seal(
    case: int,
    sessions: sessionmaker[Session],
    tamper: Callable[..., None],
    found: Callable[..., list[tuple[str, int]]],
) -> None:
    with sessions() as db:
        head = eventlog.seal(database.begin_writing(db))
        db.commit()
    assert head is not None
    tamper("DELETE FROM event_log WHERE chain = :chain AND seq = 5", chain=f"case:{case}")
    tamper_head = (
        "UPDATE process_instance SET log_seq = 4, log_hash ="
        " (SELECT hash FROM event_log WHERE chain = :chain AND seq = 4) WHERE id = :case"
    )
    with sessions() as db:
        database.begin_writing(db).execute(
            text(tamper_head), {"chain": f"case:{case}", "case": case}
        )
        db.commit()
    assert (f"case:{case}", 5) in found(head=head.hash)


def test_two_entries_swapped_are_named(
    case: int,
    engine: Engine,
    tamper: Callable[..., None],
    found: Callable[..., list[tuple[str, int]]],
) -> None:
    tamper(
        "UPDATE event_log SET seq = -seq WHERE chain = :chain AND seq IN (2, 3)",
        chain=f"case:{case}",
    )
    with engine.connect() as connection:
        swap = text("UPDATE event_log SET seq = 5 + seq WHERE chain = :chain AND seq < 0")
        connection.execution_options(**database.WRITING).execute(swap, {"chain": f"case:{case}"})
        connection.commit()
    assert found() == [(f"case:{case}", 2)]


def test_an_entry_inserted_is_named(
    case: int, tamper: Callable[..., None], found: Callable[..., list[tuple[str, int]]]
) -> None:
    tamper(
        "INSERT INTO event_log (chain, seq, at, kind, by, body, hash)"
        " SELECT chain, 6, at, kind, by, body, hash"
        " FROM event_log WHERE chain = :chain AND seq = 5",
        chain=f"case:{case}",
    )
    assert found() == [(f"case:{case}", 6)]


def test_an_entry_forged_with_a_right_hash_is_still_found(
    case: int,
    engine: Engine,
    tamper: Callable[..., None],
    found: Callable[..., list[tuple[str, int]]],
) -> None:
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT * FROM event_log WHERE chain = :c AND seq = 5"), {"c": f"case:{case}"}
        ).one()
    forged = eventlog.digest(row.hash, row.chain, 6, row.at, row.kind, row.by, row.body)
    tamper(
        "INSERT INTO event_log (chain, seq, at, kind, by, body, hash)"
        " VALUES (:chain, 6, :at, :kind, :by, :body, :hash)",
        chain=row.chain,
        at=row.at,
        kind=row.kind,
        by=row.by,
        body=row.body,
        hash=forged,
    )
    assert found() == [(f"case:{case}", 6)]


def test_an_opinion_changed_is_named(
    case: int,
    tamper: Callable[..., None],
    found: Callable[..., list[tuple[str, int]]],
    engine: Engine,
) -> None:
    with engine.connect() as connection:
        ((number, data),) = connection.execute(
            text(
                "SELECT c.id, c.data FROM content c WHERE instance_id = :case"
                " ORDER BY id DESC LIMIT 1"
            ),
            {"case": case},
        )
    tamper(
        "UPDATE content SET data = :data WHERE id = :id",
        data=bytes(data).replace("意".encode(), "恶".encode()),
        id=number,
    )
    assert found() == [(f"case:{case}", 5)]


def test_a_task_row_changed_behind_the_record_is_named(
    case: int, sessions: sessionmaker[Session], found: Callable[..., list[tuple[str, int]]]
) -> None:
    with sessions() as db:
        database.begin_writing(db).execute(
            text("UPDATE user_task SET outcome = 'refuse' WHERE element_id = 'one'")
        )
        db.commit()
    assert found() == [(f"case:{case}", 0)]


def test_an_act_outside_cases_changed_is_named(
    case: int, tamper: Callable[..., None], found: Callable[..., list[tuple[str, int]]]
) -> None:
    tamper("UPDATE event_log SET by = 'user:1' WHERE chain = 'house' AND seq = 2")
    assert found() == [("house", 2)]
    assert case


def test_an_older_copy_put_back_is_found_against_the_anchored_head(
    case: int,
    engine: Engine,
    sessions: sessionmaker[Session],
    college: College,
    copied: Callable[[], sessionmaker[Session]],
) -> None:
    older = copied()
    with sessions() as db:
        database.begin_writing(db)
        flow.do(db, case, "three", by=college.actor(db, "leader"))
        head = eventlog.seal(db)
        db.commit()
    assert head is not None
    with sessions() as db:
        assert list(verify.verify(db, head=head.hash)) == []
    with older() as db:
        assert list(verify.verify(db)) == []
        (missing,) = verify.verify(db, head=head.hash)
        assert missing.chain == "seal"
    assert engine


@pytest.fixture
def copied(engine: Engine, tmp_path: Path) -> Iterator[Callable[[], sessionmaker[Session]]]:
    """Copies the database as it stands and gives sessions on the copy: a backup put back."""
    made: list[Engine] = []

    def copy() -> sessionmaker[Session]:
        engine.dispose()
        if engine.dialect.name == "sqlite":
            path = tmp_path / "older.sqlite"
            shutil.copy(str(engine.url.database), path)
            made.append(database.connect(f"sqlite:///{path}"))
        else:
            name = f"{engine.url.database}_older"
            home = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
            with home.connect() as connection:
                connection.execute(
                    text(f'CREATE DATABASE "{name}" TEMPLATE "{engine.url.database}"')
                )
            home.dispose()
            address = engine.url.set(database=name).render_as_string(hide_password=False)
            made.append(database.connect(address))
        return database.sessions(made[-1])

    yield copy
    for one in made:
        one.dispose()
