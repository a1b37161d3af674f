"""LDAP and Active Directory: find the entry of a user name, then bind as it with the password."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from web.config_outside import Outside
from web.signin import outward
from web.signin.outside import Found, NoKey, OutsideRefused, ProviderSilent, ProviderWrong

PROVIDER: Final = "ldap"
LONGEST: Final = 200
TWO: Final = 2
SECONDS: Final = 5
SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT = 0, 4, 32
AWAY: Final = frozenset({3, 11, 51, 52, 80})
"""Result codes of a server that cannot answer now: limits of time, busy, unavailable."""
LASTING: Final = ("entryUUID", "objectGUID")
"""Attributes that stay with an entry whatever it is called: OpenLDAP and others; AD."""


class Several(OutsideRefused):
    """More than one entry of the directory fits what was typed."""

    sentence = (
        "{provider}里有不止一个账号叫“{key}”，不知道您是哪一个，没有登录。"
        "请换工号或完整账号再试，或请信息中心核对。"
    )


def check(settings: Outside, username: str, password: str) -> Found | None:
    """Whom this name and password belong to in the directory; None if they belong to nobody.

    Raises `ProviderSilent`, `ProviderWrong`, `Several`, `NoKey`. An empty password is asked of
    nobody: many servers take a bind without one for an anonymous one, and say yes.
    """
    if not username or not password or "\0" in password or len(username + password) > LONGEST * TWO:
        return None
    try:
        with outward.turn():
            return _check(settings, username, password)
    except (LDAPException, outward.Unanswered, OSError) as problem:
        raise ProviderSilent(provider=settings.ldap_name) from problem
    except (ValueError, TypeError, LookupError, AttributeError) as problem:
        raise ProviderWrong(provider=settings.ldap_name, why="读不懂。") from problem


def _check(settings: Outside, username: str, password: str) -> Found | None:
    with _connected(settings, settings.ldap_bind_dn, settings.ldap_bind_password) as searcher:
        if not searcher.bind():
            _require_here(settings, searcher)
            raise ProviderWrong(provider=settings.ldap_name, why="平台的查询账号登录不上。")
        entry = _entry(settings, searcher, username)
    if entry is None or not entry["dn"]:
        return None
    with _connected(settings, entry["dn"], password) as person:
        if not person.bind():
            _require_here(settings, person)
            return None
    return _found(settings, username, entry["dn"], _texts(entry["raw_attributes"]))


@contextmanager
def _connected(settings: Outside, user: str, password: str) -> Iterator[ldap3.Connection]:
    """A connection that is encrypted, where it has to be, before anything is said."""
    tls = _Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.ca_file or None)
    server = ldap3.Server(settings.ldap_url, get_info=ldap3.NONE, connect_timeout=SECONDS, tls=tls)
    connection = ldap3.Connection(
        server,
        user=user or None,
        password=password or None,
        authentication=ldap3.SIMPLE if user else ldap3.ANONYMOUS,
        auto_referrals=False,
        receive_timeout=SECONDS,
        read_only=True,
    )
    try:
        connection.open()
        if not server.ssl and settings.ldap_start_tls and not connection.start_tls():
            raise outward.Unanswered
        yield connection
    finally:
        with suppress(LDAPException, OSError):
            connection.unbind()
        if connection.socket is not None:  # left open where unbinding failed
            connection.socket.close()


class _Tls(ldap3.Tls):
    """Encryption by the context of today, which checks certificate and name.

    The library's own way asks for a function that Python 3.12 no longer has.
    """

    def wrap_socket(self, connection: ldap3.Connection, do_handshake: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  (the library's signature)
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        name = connection.server.host
        connection.socket = context.wrap_socket(connection.socket, server_hostname=name)


def _require_here(settings: Outside, connection: ldap3.Connection) -> None:
    if connection.result["result"] in AWAY:
        raise ProviderSilent(provider=settings.ldap_name)


def _entry(
    settings: Outside, connection: ldap3.Connection, username: str
) -> Mapping[str, Any] | None:
    """The one entry that fits; what was typed is escaped and cannot become part of the filter."""
    connection.search(
        settings.ldap_base,
        settings.ldap_filter.replace("{username}", escape_filter_chars(username)),
        dereference_aliases=ldap3.DEREF_NEVER,
        attributes=[*_wanted(settings), *LASTING],
        size_limit=TWO,
        time_limit=SECONDS,
    )
    _require_here(settings, connection)
    if connection.result["result"] not in (SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT):
        raise ProviderWrong(
            provider=settings.ldap_name, why="平台没有查询的权限，或查询的设置不对。"
        )
    found = [one for one in connection.response or [] if one["type"] == "searchResEntry"]
    if len(found) > 1:
        raise Several(provider=settings.ldap_name, key=username)
    return found[0] if found else None


def _wanted(settings: Outside) -> list[str]:
    return [
        name
        for name in (
            settings.ldap_attribute_username,
            settings.ldap_attribute,
            settings.ldap_attribute_name,
            settings.ldap_attribute_email,
        )
        if name
    ]


def _texts(raw: Mapping[str, list[bytes]]) -> dict[str, list[bytes]]:
    """The attributes by name in lower case, as directories do not tell them apart."""
    return {name.lower(): [one for one in values if one.strip()] for name, values in raw.items()}


def _found(settings: Outside, typed: str, dn: str, said: Mapping[str, list[bytes]]) -> Found:
    def first(name: str) -> str:
        values = said.get(name.lower(), [])
        return values[0].decode().strip() if values else ""

    names = [one.decode().strip() for one in said.get(settings.ldap_attribute_username.lower(), [])]
    if not names:
        raise NoKey(provider=settings.ldap_name, attribute=settings.ldap_attribute_username)
    number = first(settings.ldap_attribute)
    return Found(
        provider=PROVIDER,
        called=settings.ldap_name,
        subject=_lasting(said) or number or dn.casefold()[:255],
        key=next((one for one in names if one.casefold() == typed.casefold()), names[0]),
        number=number,
        name=first(settings.ldap_attribute_name),
        email=first(settings.ldap_attribute_email),
    )


def _lasting(said: Mapping[str, list[bytes]]) -> str:
    """What the directory calls the entry for ever: a text in most, sixteen bytes in AD."""
    if values := said.get("entryuuid"):
        return values[0].decode()
    if values := said.get("objectguid"):
        return str(uuid.UUID(bytes_le=values[0]))
    return ""
