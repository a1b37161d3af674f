"""Questions to servers outside: bounded in time, in size and in number, and led nowhere else.

A provider that hangs or talks for ever costs a few threads for a few seconds, not the site.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

AT_ONCE: Final = 4
WAITS_FOR_TURN: Final = 2.0
CONNECT_SECONDS: Final = 4.0
READ_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 10.0
MOST_BYTES: Final = 256 * 1024
PORTION: Final = 16 * 1024

_turns: Final = threading.BoundedSemaphore(AT_ONCE)


class Unanswered(Exception):
    """No answer, none in time, too long a one, or one that leads elsewhere."""


@contextmanager
def turn() -> Iterator[None]:
    """One of the few places for a question to outside. Raises `Unanswered` when all stay taken."""
    if not _turns.acquire(timeout=WAITS_FOR_TURN):
        message = "too many questions are waiting for an answer"
        raise Unanswered(message)
    try:
        yield
    finally:
        _turns.release()


def bound(session: requests.Session, ca_file: str) -> requests.Session:
    """Let this session ask within bounds; certificates are checked against the school's own."""
    session.headers["Accept-Encoding"] = "identity"
    if ca_file:
        session.verify = ca_file
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Bounded())
    return session


class _Bounded(HTTPAdapter):
    """Reads the whole answer here, where it can be stopped."""

    def send(  # type: ignore[override]  # the parameters are requests' own, passed on by keyword
        self, request: requests.PreparedRequest, **given: Any
    ) -> requests.Response:
        given |= {"stream": True, "timeout": (CONNECT_SECONDS, READ_SECONDS)}
        until = time.monotonic() + WHOLE_SECONDS
        try:
            answer = super().send(request, **given)
            # requests keeps there what it has read, and then reads no more
            vars(answer).update(_content=_read(answer, until), _content_consumed=True)
        except (requests.RequestException, HTTPError, OSError) as problem:
            raise Unanswered(innermost(problem)) from problem
        if answer.is_redirect:
            message = "the answer leads elsewhere"
            raise Unanswered(message)
        return answer


def innermost(problem: BaseException) -> str:
    """What went wrong at the bottom, for the operator: no address, and so no ticket and no code."""
    while inner := problem.__cause__ or problem.__context__:
        problem = inner
    return f"{type(problem).__name__}: {problem}"


def _read(answer: requests.Response, until: float) -> bytes:
    whole = bytearray()
    while portion := answer.raw.read1(PORTION, decode_content=True):
        whole += portion
        if len(whole) > MOST_BYTES or time.monotonic() > until:
            answer.close()
            message = "the answer is too long"
            raise Unanswered(message)
    answer.close()
    return bytes(whole)
