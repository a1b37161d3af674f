"""A client with a book of its own, and the check of that book against the record.

Before a request the client writes `intent key task value`, after it `ack key status` or
`unknown key`. Nothing else decides: what was acknowledged must be in the record once, with the
value that was sent; what is unknown, once or not at all.
"""

from __future__ import annotations

import http.client
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

PATIENCE = 60.0


@dataclass
class Ledger:
    """The book of one client, on disk before the request goes out."""

    path: Path
    intents: dict[str, tuple[int, str]] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)

    def write(self, *words: object) -> None:
        """Add a line and see it to the disk."""
        with self.path.open("a", encoding="utf-8") as book:
            book.write(" ".join(map(str, words)) + "\n")
            book.flush()
            os.fsync(book.fileno())


@dataclass
class Client:
    """Completes tasks over HTTP, as often as it takes, always under the same key."""

    port: int
    username: str
    password: str
    ledger: Ledger
    token: str = ""

    def complete(self, task: int) -> None:
        """Hand in one task and write down what came back; asks again until there is an answer."""
        key, value = f"{self.username}-{task}", f"opinion {self.username} {task}"
        self.ledger.intents[key] = (task, value)
        self.ledger.write("intent", key, task, value)
        body = {"outcome": "approve", "comment": value}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                status, answer = self._post(
                    f"/api/v1/tasks/{task}/completion", body, {"Idempotency-Key": key}
                )
            except (OSError, http.client.HTTPException):
                self.ledger.write("unknown", key)
                time.sleep(0.05)
                continue
            if status == http.client.UNAUTHORIZED:
                self.token = ""
            elif status < http.client.BAD_REQUEST:
                self.ledger.write("ack", key, status)
                self.ledger.acknowledged.add(key)
                self.ledger.answers[key] = answer
                return
            elif status != http.client.SERVICE_UNAVAILABLE:
                message = f"task {task} was answered {status}: {answer[:300]!r}"
                raise AssertionError(message)
        message = f"no answer for task {task} in {PATIENCE} seconds"
        raise AssertionError(message)

    def repeat(self, task: int) -> bytes:
        """The answer to the same request under the same key."""
        key = f"{self.username}-{task}"
        body = {"outcome": "approve", "comment": self.ledger.intents[key][1]}
        status, answer = self._post(
            f"/api/v1/tasks/{task}/completion", body, {"Idempotency-Key": key}
        )
        assert status < http.client.BAD_REQUEST, answer
        return answer

    def _post(self, path: str, body: object, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if not self.token and not path.endswith("/tokens"):
            _status, answer = self._post(
                "/api/v1/tokens", {"username": self.username, "password": self.password}, {}
            )
            self.token = orjson.loads(answer)["token"]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            everything = {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {self.token}",
                **headers,
            }
            connection.request("POST", path, orjson.dumps(body), everything)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def differences(ledgers: Iterable[Ledger], recorded: Iterable[tuple[int, str]]) -> list[str]:
    """What does not fit between the books and the record (task and opinion of each completion)."""
    counted = Counter(recorded)
    by_task = Counter(task for task, _opinion in counted.elements())
    wrong = [
        f"task {task} is recorded {count} times" for task, count in by_task.items() if count > 1
    ]
    for ledger in ledgers:
        for key, (task, value) in ledger.intents.items():
            found = counted[(task, value)]
            if key in ledger.acknowledged and found != 1:
                wrong.append(f"{key} was acknowledged and is recorded {found} times with its value")
            elif found > 1:
                wrong.append(f"{key} is recorded {found} times")
    return wrong
