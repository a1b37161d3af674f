"""OIDC providers: an independent one in a process of its own, and one of ours that can be bad."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.signin.listening import Answer, Asked, listening

STARTS_WITHIN = 30.0
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
CLIENT, SECRET = "zhengai", "client-secret"


@contextmanager
def independent(claims: dict[str, Any]) -> Iterator[str]:
    """The provider that others test with (oidc-provider-mock); it knows one person."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = ["--port", str(port), "--user-claims", orjson.dumps(claims).decode()]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *said],
        env=os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    message = "oidc-provider-mock did not start"
    raise RuntimeError(message)


@dataclass
class Provider:
    """One that checks what it is sent (client, PKCE, address) and can be told to lie.

    `claims`: what it says of the person. `change`: what it does to the claims of an ID token.
    `sign`: how a token is made of them. `says`: what it answers at a path instead of the truth.
    """

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    change: Callable[[dict[str, Any]], dict[str, Any]] = dict
    sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(
        {"alg": "RS256", "kid": "one"}, claims, KEY
    )
    keys: list[dict[str, Any]] = field(default_factory=lambda: [KEY.as_dict(private=False)])
    says: dict[str, Answer] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        """The pages of the protocol."""
        self.asked.append(asked)
        if asked.path in self.says:
            return self.says[asked.path]
        page = {
            "/.well-known/openid-configuration": self._configuration,
            "/authorize": self._authorize,
            "/token": self._token,
            "/keys": lambda _given: as_json({"keys": self.keys}),
            "/userinfo": lambda _given: as_json(self.claims),
        }.get(asked.path)
        return page(asked) if page else Answer(status=404)

    def configuration(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
        }

    def _configuration(self, _asked: Asked) -> Answer:
        return as_json(self.configuration())

    def _authorize(self, asked: Asked) -> Answer:
        given = asked.given
        assert given["response_type"] == "code"
        assert given["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = given
        back = f"{given['redirect_uri']}?code={code}&state={given['state']}"
        return Answer(status=302, headers={"Location": back})

    def _token(self, asked: Asked) -> Answer:
        wanted = self.codes.pop(asked.given.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = hashlib.sha256(asked.given.get("code_verifier", "").encode()).digest()
        is_right = (
            wanted is not None
            and asked.headers.get("authorization") == f"Basic {basic}"
            and asked.given["redirect_uri"] == wanted["redirect_uri"]
            and base64.urlsafe_b64encode(challenge).decode().rstrip("=") == wanted["code_challenge"]
        )
        if not is_right or wanted is None:
            return as_json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": wanted["nonce"],
            **self.claims,
        }
        token = self.sign(self.change(claims))
        return as_json({"access_token": "a", "token_type": "Bearer", "id_token": token})


def as_json(told: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(orjson.dumps(told), status, "application/json")


@contextmanager
def running() -> Iterator[Provider]:
    """Our provider on a free port."""
    provider = Provider()
    with listening(provider.answer) as url:
        provider.url = url
        yield provider
