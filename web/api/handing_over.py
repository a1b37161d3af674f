"""Leavers' hand-over: what is theirs, with who should get it; confirming it; what became of it."""

from __future__ import annotations

from typing import Any, Final

import orjson
from sqlalchemy import select

from engine import handing_over
from engine.models import User
from engine.permissions import Action
from web.access import needs
from web.api import task_acts
from web.api.fields import Flag, Json, ListOf, Moment, Object, Shape, Text, Who
from web.api.routing import route
from web.api.schemas import KEY, LONG, WORD
from web.i18n import in_words
from web.session import db, me

MOST: Final = 500


class Receiver(Shape):
    """Who should get a thing."""

    username = Text(KEY, required=True)
    name = Text(WORD, required=True)


class HandOverThing(Shape):
    """Something a person has in hand."""

    id = Text(KEY, "How confirming names it.", required=True)
    sort = Text(KEY, "task, case, post, deputy, subject.", required=True)
    name = Text(WORD, required=True)
    detail = Text(WORD, required=True)
    ends = Flag("Confirming ends it; nobody gets it.", required=True)
    proposed = Object(Receiver, nullable=True)


class HandOverResult(Shape):
    """What became of a thing."""

    id = Text(KEY, required=True)
    name = Text(WORD, required=True)
    to = Text(WORD, "Name of who got it.", required=True, nullable=True)
    status = Text(KEY, "waiting, done or refused.", required=True)
    sentence = Text(LONG, required=True)
    confirmed_at = Moment(required=True)


class HandOverList(Shape):
    """All that is theirs, and what was handed over before."""

    items = ListOf(Object(HandOverThing), required=True)
    results = ListOf(Object(HandOverResult), required=True)


class HandOverChoice(Shape):
    """Who gets a thing; nobody where it only ends."""

    id = Text(KEY, required=True)
    to = Who(KEY, "User name, or number of the account.", nullable=True)


class HandOverAsked(Shape):
    """What is handed over, and why. What is not named stays where it is."""

    reason = Text(LONG, required=True)
    items = ListOf(Object(HandOverChoice), most=MOST, required=True)


@route(
    "GET",
    "/people/<int:user_id>/hand-over",
    "What a leaver has in hand",
    answers={200: HandOverList},
)
@needs(Action.WORK_HAND_OVER)
def show_hand_over(user_id: int) -> Json:
    """Each thing with who should get it: another holder of the post, else the head of the unit."""
    return _told(user_id)


@route(
    "POST",
    "/people/<int:user_id>/hand-over",
    "Hand over what a leaver has in hand",
    body=HandOverAsked,
    answers={200: HandOverList},
)
@needs(Action.WORK_HAND_OVER)
def confirm_hand_over(user_id: int, asked: Json) -> Json:
    """A few things at once; many are worked off in the background."""
    chosen = {
        one["id"]: task_acts.person(one["to"]) if one.get("to") is not None else None
        for one in asked["items"]
    }
    handing_over.confirm(db(), user_id, chosen, by=me(), reason=asked["reason"])
    return _told(user_id)


def _told(user_id: int) -> Json:
    things = handing_over.listed(db(), user_id, by=me())
    wanted = {thing.proposed for thing in things if thing.proposed is not None}
    columns = select(User.id, User.username, User.name).where(User.id.in_(wanted))
    receivers = {
        row.id: {"username": row.username, "name": row.name} for row in db().execute(columns)
    }
    items = [
        {
            "id": thing.id,
            "sort": thing.sort,
            "name": thing.name,
            "detail": in_words(thing.detail, thing.detail_values),
            "ends": thing.ended,
            "proposed": receivers.get(thing.proposed or 0),
        }
        for thing in things
    ]
    results = [_result(row) for row in handing_over.results(db(), user_id)]
    return {"items": items, "results": results}


def _result(row: Any) -> Json:
    return {
        "id": f"{row.sort}:{row.reference}",
        "name": row.name,
        "to": row.to,
        "status": row.status,
        "sentence": in_words(row.sentence, orjson.loads(row.data)) if row.sentence else "",
        "confirmed_at": row.confirmed_at,
    }
