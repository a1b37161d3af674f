"""Servers to sign in at, and a browser that goes there and comes back."""

from __future__ import annotations

import http.client
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.college import persons
from engine.db import begin_writing
from engine.people import SYSTEM
from tests.signin import cas_server, oidc_provider
from tests.signin.slapd import Slapd

HERE = "http://localhost"


@pytest.fixture(scope="session")
def slapd_server() -> Iterator[Slapd]:
    """An LDAP server of this run's own."""
    with tempfile.TemporaryDirectory(prefix="zhengai-ldap-") as folder, Slapd(Path(folder)) as one:
        yield one


@pytest.fixture
def slapd(slapd_server: Slapd) -> Iterator[Slapd]:
    """The LDAP server, with nobody in its directory."""
    slapd_server.clear()
    yield slapd_server
    slapd_server.go_on()


@pytest.fixture
def cas() -> Iterator[cas_server.CasServer]:
    """A CAS server at which 张三 is signed in."""
    with cas_server.running() as server:
        yield server


@pytest.fixture
def provider() -> Iterator[oidc_provider.Provider]:
    """An OIDC provider that can be told to lie."""
    with oidc_provider.running() as server:
        yield server


@pytest.fixture
def oidc_settings(provider: oidc_provider.Provider) -> dict[str, str]:
    """The settings of that provider; 吴允恭 is signed in there."""
    provider.claims = {"sub": "subject-1", "preferred_username": "leader", "name": "吴允恭"}
    return {
        "ZHENGAI_PUBLIC_URL": HERE,
        "ZHENGAI_OIDC_ISSUER": provider.url,
        "ZHENGAI_OIDC_CLIENT_ID": oidc_provider.CLIENT,
        "ZHENGAI_OIDC_CLIENT_SECRET": oidc_provider.SECRET,
        "ZHENGAI_OIDC_NAME": "校园统一登录",
    }


@pytest.fixture
def numbered(db, college):
    """Give a person of the college a number."""

    def number(name: str, text: str) -> int:
        db.rollback()
        persons.change(begin_writing(db), college.users[name], by=SYSTEM, number=text)
        db.commit()
        return college.users[name]

    return number


def abroad(url: str, body: str = "") -> str:
    """Ask a page of another site as a browser does. Returns where it leads."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request("POST" if body else "GET", f"{parts.path}?{parts.query}", body or None, kind)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status in (302, 303), answer.status
    return answer.headers["Location"]


def home(client: FlaskClient, url: str) -> TestResponse:
    """Follow an address that leads back to this site."""
    assert url.startswith(HERE), url
    return client.get(url.removeprefix(HERE))


def gone_and_back(client: FlaskClient, way: str) -> TestResponse:
    """Press a button of the sign-in page, pass the provider, and come back."""
    out = client.get(way)
    assert out.status_code == 303, out.text
    return home(client, abroad(out.headers["Location"]))


def who(client: FlaskClient) -> int | None:
    """Who is signed in."""
    answer = client.get("/session", headers={"Accept": "application/json"})
    return answer.json["user"] if answer.status_code == 200 else None


def refused(app: Flask, said: str, status: int = 401) -> TestResponse:
    """Go to the provider and back; nobody is in, and the page says why."""
    client = app.test_client()
    answer = gone_and_back(client, "/sign-in/oidc")
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert who(client) is None
    return answer
