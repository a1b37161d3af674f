"""CAS (统一身份认证), protocol 3: the ticket that came back is shown to the server, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from xml.parsers import expat

import requests
from cas import CASClientV3

from web.config_outside import Outside
from web.signin import outward
from web.signin.outside import Found, NoKey, ProviderSilent, ProviderWrong
from web.signin.ways import Way

PROVIDER: Final = "cas"
LONGEST_TICKET: Final = 256
MOST_ELEMENTS: Final = 1000
DEEPEST: Final = 20
UNREADABLE: Final = (
    requests.RequestException,
    expat.ExpatError,
    SyntaxError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
)
"""What the library and the parser raise for answers that are no answers."""


class Server:
    """The CAS server of the settings."""

    def __init__(self, settings: Outside) -> None:
        self._settings = settings

    @property
    def called(self) -> str:
        """What people call it."""
        return self._settings.cas_name

    def leave(self, way: Way, back: str) -> str:
        """The address to lead the browser to."""
        return str(self._client(way, back).get_login_url())

    def back(self, way: Way, back: str, given: Mapping[str, str]) -> Found:
        """Whom the ticket is for. Raises `ProviderSilent`, `ProviderWrong`, `NoKey`."""
        ticket = given.get("ticket", "")
        is_ticket = ticket.startswith("ST-") and ticket.isascii() and ticket.isprintable()
        if not is_ticket or len(ticket) > LONGEST_TICKET:
            raise self._wrong("里面没有票据。")
        client = self._client(way, back)
        try:
            with outward.turn():
                answer = client.get_verification_response(ticket)
            require_plain(answer)
            user, said, _granting = client.verify_response(answer)
        except outward.Unanswered as problem:
            raise ProviderSilent(provider=self.called) from problem
        except UNREADABLE as problem:
            raise self._wrong("读不懂。") from problem
        if user is None:
            raise self._wrong("票据无效，或者已经用过。")
        return _found(self._settings, user.strip(), said)

    def _client(self, way: Way, back: str) -> CASClientV3:
        return CASClientV3(
            service_url=f"{back}?{urlencode({'state': way.state})}",
            server_url=f"{self._settings.cas_url}/",
            session=outward.bound(requests.Session(), self._settings.ca_file),
        )

    def _wrong(self, why: str) -> ProviderWrong:
        return ProviderWrong(provider=self.called, why=why)


def _found(settings: Outside, user: str, said: Mapping[str, Any]) -> Found:
    wanted = settings.cas_attribute
    number = _first(said.get(wanted)) if wanted else ""
    if not user or (wanted and not number):
        raise NoKey(provider=settings.cas_name, attribute=wanted if user else "user")
    return Found(
        provider=PROVIDER,
        called=settings.cas_name,
        subject=number or user,
        key=user,
        number=number,
        name=_first(said.get(settings.cas_attribute_name)),
        email=_first(said.get(settings.cas_attribute_email)),
    )


def _first(value: object) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return value.strip() if isinstance(value, str) else ""


class _NotPlain(ValueError):
    """An answer with entities, too many parts, or a name in a place where it is nobody's."""


def require_plain(answer: bytes) -> None:
    """Refuse what no CAS server needs to say, before the library reads it.

    The library reads with the standard parser and takes the first `user` it finds, however deep.
    So: no document type (and thus no entity), few parts, and that `user` where it belongs.
    """
    path: list[str] = []
    count = 0
    is_found = False

    def doctype(*_said: object) -> None:
        raise _NotPlain

    def start(name: str, _attributes: Mapping[str, str]) -> None:
        nonlocal count, is_found
        count += 1
        path.append(name.rpartition(" ")[2])
        if count > MOST_ELEMENTS or len(path) > DEEPEST:
            raise _NotPlain
        if path[-1] == "user" and not is_found:
            is_found = True
            if path != ["serviceResponse", "authenticationSuccess", "user"]:
                raise _NotPlain

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: path.pop()
    parser.Parse(answer, True)  # noqa: FBT003  (the whole of it; expat takes no keyword)
