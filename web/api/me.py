"""Who the token speaks for."""

from __future__ import annotations

from flask import g
from sqlalchemy import select

from engine import clock, people, permissions
from engine.models import Holding, Post, Unit
from engine.permissions import Action
from web.access import signed_in
from web.api import schemas
from web.api.fields import Json
from web.api.routing import route
from web.session import db, me


@route("GET", "/me", "Who am I", answers={200: schemas.Me})
@signed_in
def show_me() -> Json:
    """The person, the posts held today, and the actions that need no particular thing."""
    actor = me()
    allowed = [str(action) for action in Action if permissions.reasons(actor, action)]
    return {
        "id": actor.id,
        "username": g.user.username,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "posts": _posts(actor.id or 0),
        "permissions": allowed,
    }


def _posts(user_id: int) -> list[Json]:
    columns = select(Post.key, Post.name, Unit.id, Unit.code, Unit.name.label("unit"))
    held = (
        columns.join(Holding, Holding.post_id == Post.id)
        .join(Unit, Unit.id == Holding.unit_id)
        .where(Holding.user_id == user_id, people.in_force(Holding, clock.today()))
        .order_by(Post.key, Unit.id)
    )
    return [
        {
            "key": row.key,
            "name": row.name,
            "unit": {"id": row.id, "code": row.code, "name": row.unit},
        }
        for row in db().execute(held)
    ]
