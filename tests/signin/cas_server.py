"""A small CAS server (protocol 3): tickets for one service, good once; and what a bad one says."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tests.signin.listening import Answer, Asked, listening

NAMESPACE = "http://www.yale.edu/tp/cas"


@dataclass
class CasServer:
    """Who is signed in at the server, and the tickets it gave out.

    `says`: instead of the truth, this is answered to a ticket.
    """

    url: str = ""
    user: str = "zhang"
    attributes: dict[str, str | list[str]] = field(default_factory=dict)
    says: Answer | None = None
    tickets: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        """The pages of the protocol."""
        self.asked.append(asked)
        if asked.path == "/cas/login":
            ticket = f"ST-1-{secrets.token_urlsafe(16)}"
            self.tickets[ticket] = asked.given["service"]
            mark = "&" if "?" in asked.given["service"] else "?"
            back = f"{asked.given['service']}{mark}ticket={ticket}"
            return Answer(status=302, headers={"Location": back})
        if asked.path == "/cas/p3/serviceValidate":
            return self.says or self._judge(asked.given)
        return Answer(status=404)

    def _judge(self, given: dict[str, str]) -> Answer:
        service = self.tickets.pop(given.get("ticket", ""), None)
        if service is None or service != given.get("service"):
            return response(
                '<cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure>'
            )
        told = "".join(
            f"<cas:{name}>{escape(one)}</cas:{name}>"
            for name, value in self.attributes.items()
            for one in (value if isinstance(value, list) else [value])
        )
        return success(
            f"<cas:user>{escape(self.user)}</cas:user><cas:attributes>{told}</cas:attributes>"
        )


def success(inside: str) -> Answer:
    """An answer that vouches for somebody."""
    return response(f"<cas:authenticationSuccess>{inside}</cas:authenticationSuccess>")


def response(inside: str, before: str = "") -> Answer:
    """An answer of the protocol."""
    text = f'{before}<cas:serviceResponse xmlns:cas="{NAMESPACE}">{inside}</cas:serviceResponse>'
    return Answer(text.encode(), kind="application/xml")


@contextmanager
def running() -> Iterator[CasServer]:
    """A CAS server on a free port."""
    server = CasServer()
    with listening(server.answer) as url:
        server.url = f"{url}/cas"
        yield server
