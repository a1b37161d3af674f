"""Settings of signing in through the school's own systems: OIDC, CAS, LDAP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 500
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
READABLE: Final = frozenset({"http", "ldap"})
REFUSED: Final = "off"
CREATED: Final = "create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How people get in who have their account elsewhere; docs/sign-in.md says how to connect each.

    `public_url`: how browsers reach this site; providers send people back there.
    `sign_up`: what happens to somebody whom a provider knows and we do not: `off` or `create`.
    `ca_file`: certificates of the school's own authority, for all providers.
    `…_name`: what the button or the hint calls the provider. `oidc_claim`: the claim that is the
    user name or number here. `cas_attribute`, `ldap_attribute`: the attribute that is the number.
    """

    public_url: str
    sign_up: str
    ca_file: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_name: str
    oidc_scope: str
    oidc_claim: str
    cas_url: str
    cas_name: str
    cas_attribute: str
    cas_attribute_name: str
    cas_attribute_email: str
    ldap_url: str
    ldap_name: str
    ldap_start_tls: bool
    ldap_bind_dn: str
    ldap_bind_password: str = field(repr=False)
    ldap_base: str
    ldap_filter: str
    ldap_attribute: str
    ldap_attribute_username: str
    ldap_attribute_name: str
    ldap_attribute_email: str


def _text(text: str) -> str:
    if len(text) > LONGEST or not (text.isprintable() or not text):
        raise ValueError
    return text


def _address(*schemes: str) -> Callable[[str], str]:
    def convert(text: str) -> str:
        parts = urlsplit(text)
        if text and (
            parts.scheme not in schemes
            or not parts.hostname
            or parts.username is not None
            or parts.query
            or parts.fragment
            or len(text) > LONGEST
        ):
            raise ValueError
        parts.port  # noqa: B018 - asking is the check: a port that is no number raises here
        return text.rstrip("/")

    return convert


def _filter(text: str) -> str:
    fits = text.startswith("(") and text.count("(") == text.count(")") and "{username}" in text
    if not fits or _text(text).replace("{username}", "").count("{"):
        raise ValueError
    return text


def _file(text: str) -> str:
    if text and not Path(text).is_file():
        raise ValueError
    return text


SECRET: Final = frozenset({"oidc_client_secret", "ldap_bind_password"})
READ: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "public_url": ("", _address("https", "http")),
    "sign_up": (REFUSED, {REFUSED: REFUSED, CREATED: CREATED}.__getitem__),
    "ca_file": ("", _file),
    "oidc_issuer": ("", _address("https", "http")),
    "oidc_client_id": ("", _text),
    "oidc_client_secret": ("", _text),
    "oidc_name": ("统一身份认证", _text),
    "oidc_scope": ("openid profile email", _text),
    "oidc_claim": ("preferred_username", _text),
    "cas_url": ("", _address("https", "http")),
    "cas_name": ("统一身份认证", _text),
    "cas_attribute": ("", _text),
    "cas_attribute_name": ("cn", _text),
    "cas_attribute_email": ("mail", _text),
    "ldap_url": ("", _address("ldaps", "ldap")),
    "ldap_name": ("校园账号", _text),
    "ldap_start_tls": ("1", {"1": True, "0": False}.__getitem__),
    "ldap_bind_dn": ("", _text),
    "ldap_bind_password": ("", _text),
    "ldap_base": ("", _text),
    "ldap_filter": ("(uid={username})", _filter),
    "ldap_attribute": ("employeeNumber", _text),
    "ldap_attribute_username": ("uid", _text),
    "ldap_attribute_name": ("cn", _text),
    "ldap_attribute_email": ("mail", _text),
}
NEEDED: Final = {
    "oidc_issuer": ("public_url", "oidc_client_id", "oidc_claim"),
    "cas_url": ("public_url",),
    "ldap_url": ("ldap_base", "ldap_attribute_username"),
    "ldap_bind_dn": ("ldap_bind_password",),
}


def lacking(given: Outside, called: Callable[[str], str]) -> str:
    """What does not fit together, as a sentence naming the settings; empty if all is well."""
    for name, others in NEEDED.items():
        for other in others:
            if getattr(given, name) and not getattr(given, other):
                return f"{called(name)} needs {called(other)} beside it"
    if urlsplit(given.public_url).path:
        return f"{called('public_url')} is the address of the whole site, without a path"
    for name in ("oidc_issuer", "cas_url", "ldap_url"):
        parts = urlsplit(getattr(given, name))
        is_veiled = name == "ldap_url" and given.ldap_start_tls
        if parts.scheme in READABLE and parts.hostname not in LOOPBACK and not is_veiled:
            return (
                f"{called(name)} would send passwords or tickets over the network for everybody to "
                f"read: use https, ldaps, or ldap with {called('ldap_start_tls')}"
            )
    return ""
