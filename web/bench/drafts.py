"""A draft of a large grid: saved beside a bare write of its size, opened beside a static page.

The bare write puts the same text into one row of the same database, with the plain driver. The
static page is the very HTML of the task's page, printed by a template of one line, for the same
signed-in person through the same application.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final

import orjson
import psycopg
from flask import render_template_string
from flask.testing import FlaskClient
from markupsafe import Markup
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from engine import db as database
from engine import definitions, instances, tasks
from engine.people import SYSTEM
from engine.tasks import drafts
from web import access, config, json_body
from web.app import create_app, settle
from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import HEAD, PASSWORD, Scratch

OK: Final = 200
NAMES: Final = frozenset({"draft", "draft_open"})
ROWS: Final = 60
COLUMNS: Final = 10
ROUNDS: Final = 200
OPENED: Final = 60
WORDS: Final = "课程建设质量稳步提升，二级学院按季度检查并反馈，责任到人，按期整改。"
STATIC: Final = "/bench/static"


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`draft` with `draft_bare`, `draft_open` with `draft_static`: 60 rows of 10 columns."""
    if only and NAMES.isdisjoint(only):
        return
    task_id, values = _task(base)
    body = orjson.dumps({"values": values, "revision": 0})
    note = f"{ROWS} × {COLUMNS}, {len(body) // 1024} KB"
    if not only or "draft" in only:
        yield from _saving(base, task_id, values, note, ROUNDS // 5 if quick else ROUNDS)
    if not only or "draft_open" in only:
        yield from _opening(base, task_id, note, OPENED // 5 if quick else OPENED)


def _task(base: Scratch) -> tuple[int, dict[str, Any]]:
    """A task with such a form, its rows handed in by the step before, and its draft once saved."""
    with base.sessions() as db:
        database.begin_writing(db)
        definitions.publish(db, _diagram(), by=SYSTEM, note="bench", forms={"bench_grid": _form()})
        table = [
            {
                "id": f"own-{row:012x}",
                "goal": f"own-{row:012x}",
                "label": f"任务{row}",
                "own": True,
                **{f"c{column}": f"{row}.{column} {WORDS}" for column in range(COLUMNS)},
            }
            for row in range(1, ROWS + 1)
        ]
        values = {"plans": table}
        case = instances.start(db, "bench_grid", by=base.owner)
        found = text("SELECT id FROM user_task WHERE instance_id = :case AND status = 'ready'")
        first: int = db.execute(found, {"case": case}).scalar_one()
        tasks.complete(db, first, by=base.owner, values=values)
        task_id: int = db.execute(found, {"case": case}).scalar_one()
        tasks.save_draft(db, task_id, by=base.owner, values=values, revision=0)
        db.commit()
    return task_id, values


def _saving(
    base: Scratch, task_id: int, values: dict[str, Any], note: str, rounds: int
) -> Iterator[Measured]:
    """Each save has another text in one cell, as somebody writes on."""
    with base.sessions() as db, _plain(base) as (bare, served):
        pids = [*scratch.backend_pids(base, db), *served]
        revision = drafts.draft(db, task_id).revision
        db.rollback()
        bodies = iter([_body(values, revision + number, number) for number in range(rounds)])
        texts = iter([_body(values, number, number).decode() for number in range(rounds)])
        written = [partial(_write, bare, texts)] * rounds
        saved = [partial(_save, db, base, task_id, bodies)] * rounds
        taken = [("draft_bare", None, written), ("draft", None, saved)]
        yield from _compared(base.name, taken, pids, note)


def _write(bare: Callable[[str], None], texts: Iterator[str]) -> None:
    bare(next(texts))


def _body(values: dict[str, Any], revision: int, number: int) -> bytes:
    values["plans"][number % ROWS]["c3"] = f"{WORDS}{number}"
    return orjson.dumps({"values": values, "revision": revision})


def _save(db: Session, base: Scratch, task_id: int, bodies: Iterator[bytes]) -> None:
    body = json_body.read(next(bodies))
    database.begin_writing(db)
    tasks.save_draft(db, task_id, by=base.owner, values=body["values"], revision=body["revision"])
    db.commit()


@contextmanager
def _plain(base: Scratch) -> Iterator[tuple[Callable[[str], None], list[int]]]:
    """What writes one text into one row and commits, by the plain driver, and its server."""
    table = "CREATE TABLE bench_draft (id INTEGER PRIMARY KEY, body TEXT)"
    change = "UPDATE bench_draft SET body = {} WHERE id = 1"
    address = make_url(base.url)
    if base.name == "sqlite":
        lite = sqlite3.connect(address.database or "", isolation_level=None)
        lite.execute("PRAGMA synchronous=FULL")
        lite.execute(table)
        lite.execute("INSERT INTO bench_draft VALUES (1, '')")

        def write_lite(body: str) -> None:
            lite.execute("BEGIN IMMEDIATE")
            lite.execute(change.format("?"), (body,))
            lite.execute("COMMIT")

        yield write_lite, []
        lite.execute("DROP TABLE bench_draft")
        lite.close()
        return
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as big:
        big.execute(table)
        big.execute("INSERT INTO bench_draft VALUES (1, '')")

        def write_big(body: str) -> None:
            with big.transaction():
                big.execute(change.format("%s"), (body,))

        yield write_big, [big.info.backend_pid]
        big.execute("DROP TABLE bench_draft")


def _opening(base: Scratch, task_id: int, note: str, rounds: int) -> Iterator[Measured]:
    """The task's page with its draft, and the same HTML as a page that says nothing else."""
    with tempfile.TemporaryDirectory(prefix="zhengai-bench-") as folder:
        environment = {"ZHENGAI_DATABASE_URL": base.url, "ZHENGAI_DATA_DIR": folder}
        app = create_app(config.read({**environment, "ZHENGAI_SECRET_KEY": "bench"}))
        stored: list[Markup] = []

        @access.signed_in
        def static() -> str:
            return render_template_string("{{ page }}", page=stored[0])

        app.add_url_rule(STATIC, endpoint="bench", view_func=static)
        settle()
        client = app.test_client()
        client.post("/sign-in", data={"username": "owner", "password": PASSWORD})
        ours = f"/tasks/{task_id}"
        stored.append(Markup(_get(client, ours)))  # noqa: S704  (our own page)
        taken = [
            ("draft_static", None, [partial(_get, client, STATIC)] * rounds),
            ("draft_open", None, [partial(_get, client, ours)] * rounds),
        ]
        with base.sessions() as db:
            pids = scratch.backend_pids(base, db)
        size = f"{note}, page {len(stored[0].encode()) // 1024} KB"
        yield from _compared(base.name, taken, pids, size)
        app.extensions["engine"].dispose()


def _get(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    if answer.status_code != OK:
        message = f"{path} answered {answer.status}"
        raise RuntimeError(message)
    return answer.get_data(as_text=True)


def _compared(
    name: str,
    taken: list[tuple[str, int | None, list[Callable[[], object]]]],
    pids: list[int],
    note: str,
) -> Iterator[Measured]:
    """Measured in turn; the second's note says how many times the first it costs."""
    bare, ours = clock.in_turn(name, lambda work: work(), taken, pids=pids)
    ratio = f"{ours.wall / bare.wall:.1f} × {bare.name}, CPU {ours.cpu / bare.cpu:.1f} ×"
    yield replace(bare, note=note)
    yield replace(ours, note=ratio)


def _diagram() -> bytes:
    steps = "".join(
        f'<bpmn:userTask id="{step}" name="{name}"'
        ' camunda:candidateGroups="initiator" camunda:formRef="bench_grid">'
        "<bpmn:extensionElements><camunda:properties>"
        '<camunda:property name="field_rights" value="*:edit"/>'
        "</camunda:properties></bpmn:extensionElements></bpmn:userTask>"
        for step, name in (("write", "填写"), ("amend", "修改"))
    )
    return (
        f'{HEAD}<bpmn:process id="bench_grid" name="大表" isExecutable="true">'
        f'<bpmn:startEvent id="start"/>{steps}'
        '<bpmn:endEvent id="end"/><bpmn:sequenceFlow id="f0" sourceRef="start" targetRef="write"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="write" targetRef="amend"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="amend" targetRef="end"/>'
        "</bpmn:process></bpmn:definitions>"
    ).encode()


def _form() -> str:
    columns = [
        {"type": "textarea", "key": f"c{column}", "label": f"第 {column} 列"}
        for column in range(COLUMNS)
    ]
    grid = {"type": "grid", "key": "plans", "label": "计划", "columns": columns, "own_rows": True}
    form = {"type": "default", "id": "bench_grid", "schemaVersion": 18, "components": [grid]}
    return orjson.dumps(form).decode()
