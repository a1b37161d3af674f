"""People: the directory, one of them, adding, changing, leaving and coming back."""

from __future__ import annotations

from dataclasses import asdict

from flask import url_for

from engine.college import persons, posts
from engine.models import Holding, Post, Unit
from engine.permissions import Action
from engine.queries import directory
from engine.queries import persons as facts
from engine.queries.directory import PersonRow, State, Wanted
from engine.queries.persons import Person
from web.access import needs
from web.api import college, paging, preconditions
from web.api.fields import Json
from web.api.preconditions import Stale
from web.api.routing import Told, route
from web.house import masked
from web.session import db, me


@route(
    "GET",
    "/people",
    "The directory",
    query=college.PeopleWanted,
    answers={200: college.People},
)
@needs(Action.PERSON_VIEW)
def list_people(wanted: Json) -> Json:
    """By what they are found by; without `q`, by name."""
    looked_for = Wanted(
        text=wanted.get("q", ""),
        unit_id=college.number_of(wanted, "unit", Unit),
        post_id=college.number_of(wanted, "post", Post),
        state=State(wanted.get("state", State.ACTIVE)),
    )
    rows, following = directory.search(
        db(), looked_for, after=paging.number(wanted), limit=paging.limit(wanted)
    )
    return paging.page(map(_row, rows), following)


@route(
    "POST",
    "/people",
    "Add a person",
    body=college.PersonAsked,
    answers={201: college.PersonInFull},
)
@needs(Action.PERSON_EDIT)
def create_person(asked: Json) -> Told:
    """They sign in by a link, or through the college's own sign-in."""
    username, name = asked.pop("username"), asked.pop("name")
    user_id = persons.create(db(), username, name, by=me(), **asked)
    return _in_full(user_id, 201)


@route("GET", "/people/<int:user_id>", "One person", answers={200: college.PersonInFull})
@needs(Action.PERSON_VIEW)
def show_person(user_id: int) -> Told:
    """With every post held, now and before."""
    return _in_full(user_id)


@route(
    "PUT",
    "/people/<int:user_id>",
    "Change what is known of a person",
    body=college.PersonChange,
    answers={200: college.PersonInFull},
    conditional=True,
)
@needs(Action.PERSON_EDIT)
def change_person(user_id: int, asked: Json) -> Told:
    """What is left out stays."""
    person = facts.one(db(), user_id)
    if not preconditions.matches(_tag(person)):
        raise Stale(_told(person), _tag(person))
    persons.change(db(), user_id, by=me(), **asked)
    return _in_full(user_id)


@route(
    "POST",
    "/people/<int:user_id>/departure",
    "Let a person leave",
    body=college.DayAsked,
    answers={200: college.PersonInFull},
)
@needs(Action.PERSON_EDIT)
def leave(user_id: int, asked: Json) -> Told:
    """Posts, seats and roles end, every way in is closed; what was stays on record."""
    persons.leave(db(), user_id, by=me(), on=asked["on"])
    return _in_full(user_id)


@route(
    "DELETE",
    "/people/<int:user_id>/departure",
    "Take back a person who left",
    answers={200: college.PersonInFull},
)
@needs(Action.PERSON_EDIT)
def take_back(user_id: int) -> Told:
    """The account is open again; posts, seats and roles are given anew."""
    persons.take_back(db(), user_id, by=me())
    return _in_full(user_id)


def _in_full(user_id: int, status: int = 200) -> Told:
    person = facts.one(db(), user_id)
    headers = {"ETag": _tag(person)}
    if status == 201:  # noqa: PLR2004  (HTTP's own number)
        headers["Location"] = url_for("api.show_person", user_id=user_id)
    return Told(_told(person), status, headers)


def _tag(person: Person) -> str:
    return preconditions.etag("person", *asdict(person).values())


def _told(person: Person) -> Json:
    held = posts.held(db(), Holding.user_id == person.id)
    return {
        **asdict(person),
        "phone": masked(person.phone),
        "id_number": masked(person.id_number),
        "holdings": [college.holding(one) for one in held],
    }


def _row(row: PersonRow) -> Json:
    told = [{"post": one.post, "unit": {"id": one.unit_id, "name": one.unit}} for one in row.posts]
    return {**row._asdict(), "posts": told}
