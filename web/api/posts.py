"""Posts, and who holds them: lists, adding a post, giving one to a person, ending it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from engine.college import posts as posts_of_college
from engine.models import Holding, Post, Unit, User
from engine.permissions import Action
from engine.queries import holdings, posts
from web.access import needs
from web.api import college, paging
from web.api.fields import Json
from web.api.paging import Paged
from web.api.routing import Told, route
from web.session import db, me


@route("GET", "/posts", "Posts", query=Paged, answers={200: college.Posts})
@needs(Action.UNIT_VIEW)
def list_posts(wanted: Json) -> Json:
    """By number, those out of use among them."""
    return paging.sliced([asdict(one) for one in posts.listed(db(), unused=True)], wanted)


@route("POST", "/posts", "Add a post", body=college.PostAsked, answers={201: college.PostRow})
@needs(Action.POST_EDIT)
def create_post(asked: Json) -> Told:
    """Flows and grants name it by its key."""
    key, name = asked.pop("key"), asked.pop("name")
    post_id = posts_of_college.create(db(), key, name, by=me(), **asked)
    return Told(asdict(posts.one(db(), post_id)), 201)


@route(
    "GET",
    "/holdings",
    "Who holds or held which post where",
    query=college.HoldingsWanted,
    answers={200: college.Holdings},
)
@needs(Action.PERSON_VIEW)
def list_holdings(wanted: Json) -> Json:
    """The longest first, each with the entry that made it so."""
    asked: dict[Any, int | None] = {
        Holding.user_id: wanted.get("person"),
        Holding.unit_id: college.number_of(wanted, "unit", Unit),
        Holding.post_id: college.number_of(wanted, "post", Post),
    }
    rows, following = holdings.listed(
        db(),
        *(column == number for column, number in asked.items() if number is not None),
        on=wanted.get("on"),
        after=paging.number(wanted),
        limit=paging.limit(wanted),
    )
    return paging.page(map(college.holding, rows), following)


@route(
    "POST",
    "/holdings",
    "Give a person a post in a unit",
    body=college.HoldingAsked,
    answers={201: college.Holding},
)
@needs(Action.POST_EDIT)
def give_post(asked: Json) -> Told:
    """From `since` to `until`, both included."""
    user_id = college.number_of(asked, "person", User)
    post_id = college.number_of(asked, "post", Post)
    unit_id = college.number_of(asked, "unit", Unit)
    holding_id = posts_of_college.give(
        db(),
        user_id or 0,
        post_id or 0,
        unit_id or 0,
        since=asked["since"],
        until=asked.get("until"),
        by=me(),
    )
    return Told(college.holding(holdings.one(db(), holding_id)), 201)


@route(
    "POST",
    "/holdings/<int:holding_id>/end",
    "End a post held",
    body=college.DayAsked,
    answers={200: college.Holding},
)
@needs(Action.POST_EDIT)
def end_holding(holding_id: int, asked: Json) -> Json:
    """The day is the last one; the row stays, with the entry that ended it."""
    posts_of_college.end(db(), holding_id, by=me(), on=asked["on"])
    return college.holding(holdings.one(db(), holding_id))
