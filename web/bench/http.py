"""Completing a task over HTTP, against a server in a process of its own on this machine."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import text

from web.bench import clock, scratch
from web.bench.clock import Measured
from web.bench.scratch import WRITTEN, Scratch

ROUNDS = 200
WAIT_SECONDS = 20


def measure(base: Scratch, *, only: frozenset[str], quick: bool) -> Iterator[Measured]:
    """`complete_http`: the same act as `complete`, as a program outside does it."""
    if only and "complete_http" not in only:
        return
    rounds = ROUNDS // 5 if quick else ROUNDS
    scratch.start(base)
    scratch.grow(base, _cases(base) + rounds + 20)
    numbers = scratch.open_tasks(base, rounds)
    with _server(base) as (pid, port):
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
        signed = {"username": "owner", "password": "bench-password"}
        token = _ask(client, "POST", "/api/v1/tokens", signed, {})["token"]
        heads = {"Authorization": f"Bearer {token}"}
        body = {"outcome": "approve", "values": WRITTEN, "comment": "同意，请按计划实施。"}
        yield clock.measure(
            "complete_http",
            base.name,
            lambda number: _ask(client, "POST", f"/api/v1/tasks/{number}/completion", body, heads),
            numbers,
            pids=[pid],
        )
        client.close()


def _cases(base: Scratch) -> int:
    with base.engine.connect() as connection:
        return int(connection.scalar(text("SELECT max(id) FROM process_instance")) or 0)


def _ask(
    client: http.client.HTTPConnection, method: str, path: str, body: object, heads: dict[str, str]
) -> Any:
    client.request(method, path, orjson.dumps(body), {"Content-Type": "application/json", **heads})
    answer = client.getresponse()
    content = answer.read()
    if answer.status >= http.client.BAD_REQUEST:
        message = f"{method} {path} answered {answer.status}: {content[:300]!r}"
        raise RuntimeError(message)
    return orjson.loads(content)


@contextmanager
def _server(base: Scratch) -> Iterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="zhengai-bench-") as folder:
        environment = {
            **os.environ,
            "ZHENGAI_DATABASE_URL": base.url,
            "ZHENGAI_DATA_DIR": folder,
            "ZHENGAI_PORT": str(port),
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "web.cli", "web"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _until_up(port)
            yield server.pid, port
        finally:
            server.terminate()
            server.wait(WAIT_SECONDS)


def _until_up(port: int) -> None:
    for _try in range(WAIT_SECONDS * 10):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    message = "the server did not come up"
    raise RuntimeError(message)
