"""Tokens: a name and a password for a bearer token; listing one's tokens and ending them."""

from __future__ import annotations

from engine import people
from engine.db import begin_writing
from engine.errors import SignInFailed
from engine.sentence import Sentence
from web.access import public, signed_in
from web.api import schemas
from web.api.fields import Json
from web.api.routing import Malformed, Told, route
from web.session import db, me
from web.signin import door, entering, keys, passwords, second_factor, tokens


class CodeNeeded(SignInFailed):
    """The account has a second factor: a password alone opens nothing."""

    sentence = "这个账号启用了两步验证，请同时给出 code，或在“我的”页面生成令牌。"


class SetUpNeeded(SignInFailed):
    """The person's role asks for a second factor, which is set up in a browser."""

    sentence = "这个账号必须先在网页上登录，设置两步验证。"


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
    scope = asked.get("scope", tokens.ALL).split()
    unknown = [word for word in scope if word not in tokens.SCOPES]
    if unknown or not scope:
        said = Sentence("这里只能是：{words}。", words="、".join(tokens.SCOPES))
        raise Malformed({"scope": said}, {})
    db().rollback()  # wrong tries are counted by a writer of their own, which must not wait for us
    user_id = passwords.check(asked["username"], asked["password"]).user_id
    _second_step(user_id, asked.get("code", ""))
    token, seconds = tokens.make(
        user_id, name=asked.get("name", ""), scope=scope, seconds=asked.get("expires_in", 0)
    )
    return Told(
        {
            "token": token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": " ".join(sorted(set(scope))),
            "ref": keys.hashed(token)[: keys.SHOWN],
        },
        201,
    )


def _second_step(user_id: int, code: str) -> None:
    """Ask for the code where the account has a second factor; leaves the request writing."""
    if not second_factor.is_on(db(), user_id):
        if entering.must_have_second_factor(people.actor(db(), user_id)):
            raise SetUpNeeded
        db().rollback()
        begin_writing(db())
        return
    db().rollback()
    if not code:
        raise CodeNeeded
    count = second_factor.take_try(user_id)
    begin_writing(db())
    try:
        second_factor.check(db(), user_id, code)
    except SignInFailed:
        db().rollback()
        door.refused(user_id, "code", count)
        raise
    second_factor.forget_tries(db(), user_id)


@route("GET", "/tokens", "My tokens", answers={200: schemas.Tokens})
@signed_in
def list_tokens() -> Json:
    """The newest first; none of them is shown again."""
    found = [
        {
            "ref": one.ref,
            "name": one.name,
            "scope": " ".join(one.scope),
            "created_at": one.made_at,
            "expires_at": one.expires_at,
            "used_at": one.used_at,
        }
        for one in tokens.listed(int(me().id or 0))
    ]
    return {"items": found, "next": None}


@route("DELETE", "/tokens/current", "Give the token back", answers={204: None})
@signed_in
def delete_token() -> Told:
    """The token is dead from here on."""
    tokens.end_this(int(me().id or 0), by=me())
    return Told(None, 204)


@route("DELETE", "/tokens/<word:ref>", "End one of my tokens", answers={204: None})
@signed_in
def end_token(ref: str) -> Told:
    """It is dead from here on."""
    tokens.end(int(me().id or 0), ref, by=me())
    return Told(None, 204)
