"""A program that knows the address of a running server and nothing of what is inside."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from typing import Any

import orjson

PASSWORD = "test-password"
PATIENCE = 20.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Visitor:
    """A person over HTTP; signs in when first needed."""

    port: int
    username: str
    token: str = ""

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        if not self.token and path != "/tokens":
            asked = {"username": self.username, "password": PASSWORD}
            self.token = self.post("/tokens", asked).json["token"]
        headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"/api/v1{path}", body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, asked: Any = None, **headers: str) -> Answer:
        headers["Content-Type"] = "application/json"
        return self.send("POST", path, orjson.dumps(asked or {}), **headers)

    def put(self, path: str, asked: Any, **headers: str) -> Answer:
        headers["Content-Type"] = "application/json"
        return self.send("PUT", path, orjson.dumps(asked), **headers)

    def waits_until_ended(self, case: int) -> str:
        """Ask until the worker has brought the case to its end; its state."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            state = self.get(f"/instances/{case}").json["state"]
            if state != "running":
                return str(state)
            time.sleep(0.1)
        return "running"
