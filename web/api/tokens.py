"""Tokens: a name and a password for a bearer token, and giving it back."""

from __future__ import annotations

from engine.db import begin_writing
from web.access import public, signed_in
from web.api import schemas
from web.api.fields import Json
from web.api.routing import Told, route
from web.session import db, me
from web.signin import passwords, tokens


@route(
    "POST",
    "/tokens",
    "Get a bearer token",
    body=schemas.TokenAsked,
    answers={201: schemas.Token},
)
@public
def create_token(asked: Json) -> Told:
    """A wrong name and a wrong password are answered alike; tries are counted and slowed."""
    db().rollback()  # wrong tries are counted by a writer of their own, which must not wait for us
    user_id = passwords.check(asked["username"], asked["password"]).user_id
    begin_writing(db())
    token, seconds = tokens.make(user_id)
    return Told({"token": token, "token_type": "Bearer", "expires_in": seconds}, 201)


@route("DELETE", "/tokens/current", "Give the token back", answers={204: None})
@signed_in
def delete_token() -> Told:
    """The token is dead from here on."""
    tokens.end_this(int(me().id or 0), by=me())
    return Told(None, 204)
