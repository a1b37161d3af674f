"""A program that speaks for a person, and what it fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "test-password"
BASE = "/api/v1"


@dataclass
class Program:
    """A client of the interface with a token, or without ("")."""

    client: FlaskClient
    token: str

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.open(BASE + path, method=method, headers=headers, **options)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, json: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, json=json, headers=headers)

    def put(self, path: str, json: Any = None, **headers: str) -> TestResponse:
        return self.send("PUT", path, json=json, headers=headers)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.send("DELETE", path, headers=headers)

    def xml(self, method: str, path: str, body: bytes, **headers: str) -> TestResponse:
        return self.send(method, path, data=body, content_type="application/xml", headers=headers)


def column(values: dict[str, Any], grid: str, key: str, text: str = "写好了") -> dict[str, Any]:
    """These values with one column of a grid filled in every row."""
    rows = [{**row, key: f"{text} {row['id']}"} for row in values[grid]]
    return {**values, grid: rows}
