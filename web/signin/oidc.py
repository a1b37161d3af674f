"""OpenID Connect: authorization code with PKCE; the ID token is checked before it is believed."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from engine import clock
from web.config_outside import LOOPBACK, Outside
from web.signin import outward
from web.signin.outside import Found, NoKey, ProviderSilent, ProviderWrong
from web.signin.ways import Way

SIGNED_WITH: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
)
KEY_TYPES: Final = frozenset({"RSA", "EC"})
MOST_KEYS: Final = 50
MOST_TOKEN: Final = 64 * 1024
LEEWAY_SECONDS: Final = 60
KNOWN_FOR: Final = timedelta(hours=1)
ASKED_AGAIN_AFTER: Final = timedelta(minutes=1)
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LONGEST_CODE: Final = 4096
UNREADABLE: Final = (
    AuthlibBaseError,
    JoseError,
    requests.RequestException,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
)
"""What the libraries raise for answers and tokens that are none."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the provider says of itself: its addresses, its keys, and when it said so."""

    told: Mapping[str, Any]
    keys: KeySet
    at: datetime


class Provider:
    """The provider of the settings; what it says of itself is asked once an hour."""

    def __init__(self, settings: Outside) -> None:
        self._settings = settings
        self._known: Known | None = None
        self._lock = threading.Lock()

    @property
    def called(self) -> str:
        """What people call it."""
        return self._settings.oidc_name

    def leave(self, way: Way, back: str) -> str:
        """The address to lead the browser to. Raises `ProviderSilent`, `ProviderWrong`."""
        told = self._ask().told
        url, _state = self._client(told, back).create_authorization_url(
            told["authorization_endpoint"],
            state=way.state,
            nonce=way.secret("nonce"),
            code_verifier=way.secret("verifier"),
        )
        return str(url)

    def back(self, way: Way, back: str, given: Mapping[str, str]) -> Found:
        """Whom the provider vouches for, from what came back. Raises as `leave`, and `NoKey`."""
        known = self._ask()
        if "error" in given or not 0 < len(given.get("code", "")) <= LONGEST_CODE:
            refused = given.get("error") == "access_denied"
            raise self._wrong("您没有同意登录。" if refused else "它没有完成登录。")
        if given.get("iss") not in (None, known.told["issuer"]):
            raise self._wrong("它来自另一个服务器。")
        client = self._client(known.told, back)
        token = self._token(client, known.told, given["code"], way.secret("verifier"))
        claims = self._believed(known, token.get("id_token"), way.secret("nonce"))
        wanted = self._settings.oidc_claim
        if not _word(claims.get(wanted)) and known.told.get("userinfo_endpoint"):
            claims = {**self._more(client, known.told, claims["sub"]), **claims}
        if not _word(claims.get(wanted)):
            raise NoKey(provider=self.called, attribute=wanted)
        return Found(
            provider=f"oidc:{hashlib.sha256(known.told['issuer'].encode()).hexdigest()[:16]}",
            called=self.called,
            subject=claims["sub"],
            key=_word(claims[wanted]),
            name=_word(claims.get("name")),
            email=_word(claims.get("email")),
        )

    def _client(self, told: Mapping[str, Any], back: str) -> OAuth2Session:
        secret = self._settings.oidc_client_secret
        ways = told.get("token_endpoint_auth_methods_supported")
        posts = isinstance(ways, list) and "client_secret_basic" not in ways
        method = "none" if not secret else "client_secret_post" if posts else "client_secret_basic"
        client = OAuth2Session(
            self._settings.oidc_client_id,
            secret or None,
            token_endpoint_auth_method=method,
            scope=self._settings.oidc_scope,
            redirect_uri=back,
            code_challenge_method="S256",
        )
        return outward.bound(client, self._settings.ca_file)

    def _token(
        self, client: OAuth2Session, told: Mapping[str, Any], code: str, verifier: str
    ) -> dict[str, Any]:
        try:
            with outward.turn():
                token = client.fetch_token(
                    told["token_endpoint"], code=code, code_verifier=verifier
                )
        except outward.Unanswered as problem:
            raise ProviderSilent(provider=self.called) from problem
        except UNREADABLE as problem:
            raise self._wrong("它不认这次登录。") from problem
        return dict(token)

    def _believed(self, known: Known, id_token: object, nonce: str) -> dict[str, Any]:
        """The claims of the ID token: signed, ours, of this time and of this very way."""
        if not isinstance(id_token, str) or not 0 < len(id_token) <= MOST_TOKEN:
            raise self._wrong("里面没有身份令牌。")
        try:
            token = self._opened(known, id_token)
            jwt.JWTClaimsRegistry(
                now=int(clock.now().timestamp()),
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": known.told["issuer"]},
                aud={"essential": True, "value": self._settings.oidc_client_id},
                sub={"essential": True},
                exp={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(token.claims)
        except UNREADABLE as problem:
            raise self._wrong("身份令牌的签名、有效期或收件人不对。") from problem
        claims = dict(token.claims)
        mine = self._settings.oidc_client_id
        is_alone = claims["aud"] in (mine, [mine])
        if claims.get("azp", mine if is_alone else None) != mine:
            raise self._wrong("身份令牌是发给别的系统的。")
        return claims

    def _opened(self, known: Known, id_token: str) -> jwt.Token:
        """The token with its signature checked; keys may have changed since they were asked."""
        try:
            return jwt.decode(id_token, known.keys, algorithms=list(SIGNED_WITH))
        except UNREADABLE:
            newer = self._ask(again=True)
            if newer is known:
                raise
            return jwt.decode(id_token, newer.keys, algorithms=list(SIGNED_WITH))

    def _more(self, client: OAuth2Session, told: Mapping[str, Any], subject: str) -> dict[str, Any]:
        more = self._fetched(client, str(told["userinfo_endpoint"]))
        if more.get("sub") != subject:
            raise self._wrong("用户信息是别人的。")
        return more

    def _ask(self, *, again: bool = False) -> Known:
        """What the provider says of itself; asked `again` at most once a minute."""
        known, now = self._known, clock.now()
        if known is not None and now < known.at + (ASKED_AGAIN_AFTER if again else KNOWN_FOR):
            return known
        if not self._lock.acquire(timeout=outward.WAITS_FOR_TURN):
            raise ProviderSilent(provider=self.called)
        try:
            if self._known is known or self._known is None:
                self._known = self._asked(now)
            return self._known
        finally:
            self._lock.release()

    def _asked(self, now: datetime) -> Known:
        issuer = self._settings.oidc_issuer
        session = outward.bound(requests.Session(), self._settings.ca_file)
        told = self._fetched(session, f"{issuer}/.well-known/openid-configuration")
        said = told.get("issuer")
        if not isinstance(said, str) or said.rstrip("/") != issuer:
            raise self._wrong("它自称是另一个服务器。")
        if not all(_is_safe(told.get(name)) for name in ENDPOINTS) or not (
            told.get("userinfo_endpoint") is None or _is_safe(told["userinfo_endpoint"])
        ):
            raise self._wrong("它给出的地址不能用。")
        return Known(told, _keys(self._fetched(session, told["jwks_uri"])), now)

    def _fetched(self, session: requests.Session, url: str) -> dict[str, Any]:
        try:
            with outward.turn():
                answer = session.get(url)
            told = answer.json() if answer.ok else None
        except outward.Unanswered as problem:
            raise ProviderSilent(provider=self.called) from problem
        except UNREADABLE as problem:
            raise self._wrong("读不懂。") from problem
        if not isinstance(told, dict):
            raise self._wrong("读不懂。")
        return told

    def _wrong(self, why: str) -> ProviderWrong:
        return ProviderWrong(provider=self.called, why=why)


def _keys(told: Mapping[str, Any]) -> KeySet:
    """The keys that may sign; a key we do not know is left out, and one that is shared is none."""
    keys = []
    listed = told.get("keys")
    for one in listed[:MOST_KEYS] if isinstance(listed, list) else []:
        if (
            isinstance(one, dict)
            and one.get("kty") in KEY_TYPES
            and one.get("use") in (None, "sig")
        ):
            try:
                keys.append(JWKRegistry.import_key(one))
            except UNREADABLE:
                continue
    return KeySet(keys)


def _is_safe(url: object) -> bool:
    """An address to send secrets to: encrypted, or on this very machine."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _word(value: object) -> str:
    """A claim as a text; some providers send numbers as numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()
