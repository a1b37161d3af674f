"""The one way in: whoever has shown who somebody is calls `enter`, which asks what is missing.

A person with a second factor, or with a role that must have one, is not in yet: who they are said
to be waits in a signed cookie for a few minutes, until the code comes. The cookie is worth nothing
once the password, an account of a provider or the second factor is another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Response, current_app, make_response, redirect, session, url_for

from engine import clock, people
from engine import settings as house
from engine.errors import NotFound, Refused
from engine.people import Actor
from web.security import own_path
from web.session import db
from web.signin import marks, second_factor, sessions

WAITS: Final = timedelta(minutes=10)
PENDING: Final = "entering"
FIRST_PAGE: Final = "welcome.show"


class NobodyEnters(Refused):
    """Nobody has shown who they are, or too long ago, or with what opens nothing any more."""

    sentence = "这一步已过时，请重新登录。"


@dataclass(frozen=True, slots=True)
class Pending:
    """Who has shown who they are and still owes a code; where they want to go."""

    user_id: int
    method: str
    onward: str


def enter(user_id: int, method: str, onward: str = "") -> Response:
    """Let a person in, or lead to the step that is missing.

    Call it in a writing transaction (`begin_writing(db())` in a view that answers GET). Raises
    `NotFound` for somebody who has left.
    """
    actor = people.actor(db(), user_id)
    if second_factor.is_on(db(), user_id):
        _wait(user_id, method, onward)
        return make_response(redirect(url_for("auth.ask_code"), 303))
    if must_have_second_factor(actor):
        second_factor.begin(db(), user_id)
        _wait(user_id, method, onward)
        return make_response(redirect(url_for("auth.set_up"), 303))
    return let_in(actor, method, onward)


def must_have_second_factor(actor: Actor) -> bool:
    """Whether the house asks a second factor of one of the person's roles."""
    return not actor.roles.isdisjoint(house.words(db(), "second_factor_roles"))


def let_in(actor: Actor, method: str, onward: str = "") -> Response:
    """Open the session and go on."""
    response = make_response(redirect(target(actor, onward), 303))
    return open_session(response, actor, method)


def target(actor: Actor, onward: str) -> str:
    """Where a person goes on to; who has neither post nor role comes to a page that says so."""
    if not actor.roles and not actor.units and FIRST_PAGE in current_app.view_functions:
        return url_for(FIRST_PAGE)
    return own_path(onward) or url_for("tasks.index")


def open_session(response: Response, actor: Actor, method: str) -> Response:
    """Open the session with this answer; nobody waits at the door any more."""
    session.pop(PENDING, None)
    return sessions.keep(response, sessions.open(int(actor.id or 0), method))


def _wait(user_id: int, method: str, onward: str) -> None:
    session[PENDING] = {
        "user": user_id,
        "method": method,
        "onward": own_path(onward) or "",
        "at": clock.now().timestamp(),
        "mark": marks.of_ways_in(db(), user_id),
    }


def pending() -> Pending:
    """Who stands before the second step. Raises `NobodyEnters`."""
    told = session.get(PENDING)
    if not isinstance(told, dict):
        raise NobodyEnters
    at = datetime.fromtimestamp(float(told["at"]), UTC)
    user_id = int(told["user"])
    is_same = told.get("mark") == marks.of_ways_in(db(), user_id)
    if not (at <= clock.now() <= at + WAITS and is_same):
        session.pop(PENDING, None)
        raise NobodyEnters
    return Pending(user_id, str(told["method"]), str(told["onward"]))


def pending_actor(one: Pending) -> Actor:
    """The person who stands there. Raises `NobodyEnters` for one who has left meanwhile."""
    try:
        return people.actor(db(), one.user_id)
    except NotFound as gone:
        raise NobodyEnters from gone
