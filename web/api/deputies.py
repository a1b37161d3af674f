"""Deputies: who acts for whom, when and in which flows; appoint one, end a period."""

from __future__ import annotations

from flask import url_for

from engine import deputies
from engine.deputies import Standing
from web.access import signed_in
from web.api import paging, task_acts, told, verb_shapes
from web.api.fields import Json, Switch
from web.api.paging import Paged
from web.api.routing import Told, route
from web.session import db, me


class DeputiesWanted(Paged):
    """Whose."""

    everybody = Switch("All that are not over, for administrators of people.")


@route(
    "GET",
    "/deputies",
    "My deputies, and those for whom I am one",
    query=DeputiesWanted,
    answers={200: told.Deputies},
)
@signed_in
def list_deputies(wanted: Json) -> Json:
    """Periods that are not over."""
    if not wanted.get("everybody"):
        return paging.page(map(_told, deputies.of(db(), me().id or 0)), None)
    after, limit = paging.number(wanted), paging.limit(wanted)
    found, following = deputies.every(db(), by=me(), after=after, limit=limit)
    return paging.page(map(_told, found), following)


@route(
    "POST",
    "/deputies",
    "Let somebody act for oneself, or for another person",
    body=verb_shapes.DeputyAsked,
    answers={201: told.Deputy},
)
@signed_in
def appoint_deputy(asked: Json) -> Told:
    """For another person: administrators of people."""
    principal = asked.get("principal")
    number = deputies.appoint(
        db(),
        by=me(),
        user_id=task_acts.person(asked["deputy"]),
        principal_id=None if principal is None else task_acts.person(principal),
        since=asked["since"],
        until=asked["until"],
        definitions=asked.get("definitions"),
    )
    where = url_for("api.show_deputy", deputy_id=number)
    return Told(_told(deputies.one(db(), number, by=me())), 201, {"Location": where})


@route("GET", "/deputies/<int:deputy_id>", "One period", answers={200: told.Deputy})
@signed_in
def show_deputy(deputy_id: int) -> Json:
    """For the two people in it and administrators of people."""
    return _told(deputies.one(db(), deputy_id, by=me()))


@route("DELETE", "/deputies/<int:deputy_id>", "End a period now", answers={204: None})
@signed_in
def end_deputy(deputy_id: int) -> Told:
    """By either of the two people, or an administrator of people."""
    deputies.end(db(), deputy_id, by=me())
    return Told(None, 204)


def _told(found: Standing) -> Json:
    return {
        "id": found.id,
        "principal": {"id": found.principal_id, "name": found.principal},
        "deputy": {"id": found.user_id, "name": found.deputy},
        "definitions": list(found.definitions or ()),
        "since": found.since,
        "until": found.until,
    }
