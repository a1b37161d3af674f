"""A small HTTP server in a thread, for servers of tests that answer by a function."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """A request: the path, what is in the address or in the form, and the headers."""

    path: str
    given: dict[str, str]
    headers: dict[str, str]


@dataclass
class Answer:
    """What is answered; `drip` sends the body a byte at a time, for ever."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    drip: bool = False


@contextmanager
def listening(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """Serve on a free port of this machine. Gives the address."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def _do(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            said = parts.query or self.rfile.read(length).decode()
            given = dict(parse_qsl(said, keep_blank_values=True))
            told = answer(Asked(parts.path, given, {k.lower(): v for k, v in self.headers.items()}))
            self.send_response(told.status)
            self.send_header("Content-Type", told.kind)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if not told.drip:
                self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self._write(told)

        def _write(self, told: Answer) -> None:
            try:
                self.wfile.write(told.body)
                while told.drip and not stopped.wait(0.05):
                    self.wfile.write(b" ")
            except OSError:
                pass  # whoever asked has heard enough

        do_GET = do_POST = _do  # noqa: N815  (names of the standard library)

        def log_message(self, *_said: Any) -> None:
            """Nothing: tests tell what they see."""

    stopped = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
