"""The way to a provider and back: a signed cookie binds it to this browser for a few minutes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from flask import Response, request
from itsdangerous import BadData, URLSafeTimedSerializer

from engine.errors import SignInFailed
from web.security import own_path
from web.session import settings

LIVES: Final = 600
MOST_ONWARD: Final = 1500


class WayLost(SignInFailed):
    """Back from a provider without having left from here, too late, or a second time."""

    sentence = "这次登录已过时，或者不是在这个浏览器里开始的。请重新登录。"


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody's way to a provider: `state` travels along and must come back."""

    provider: str
    state: str
    onward: str

    def secret(self, purpose: str) -> str:
        """A secret that only this house can make again from the state (nonce, PKCE verifier)."""
        key = settings().secret_key.encode()
        said = f"{purpose}:{self.provider}:{self.state}".encode()
        return hmac.new(key, said, hashlib.sha256).hexdigest()


def begin(provider: str, onward: str) -> Way:
    """A new way; nobody is led to another site at its end."""
    kept = own_path(onward[:MOST_ONWARD]) or ""
    return Way(provider, secrets.token_urlsafe(32), kept)


def keep(response: Response, way: Way) -> Response:
    """Let the browser keep it; never shown to scripts, sent along when it is led back here."""
    signed = _signer().dumps([way.provider, way.state, way.onward])
    secure = settings().secure_cookies
    response.set_cookie(
        _cookie(), signed, max_age=LIVES, secure=secure, httponly=True, samesite="Lax"
    )
    return response


def ended(provider: str, state: str) -> Way:
    """The way that this browser began to this provider. Raises `WayLost`."""
    try:
        way = Way(*_signer().loads(request.cookies.get(_cookie(), ""), max_age=LIVES))
    except (BadData, TypeError) as problem:
        raise WayLost from problem
    same = hmac.compare_digest(way.state.encode(), state.encode(errors="replace"))
    if way.provider != provider or not same:
        raise WayLost
    return way


def forget(response: Response) -> Response:
    """No way is gone twice."""
    secure = settings().secure_cookies
    response.delete_cookie(_cookie(), secure=secure, httponly=True, samesite="Lax")
    return response


def _cookie() -> str:
    return "__Host-zhengai_way" if settings().secure_cookies else "zhengai_way"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="the way to a provider")
