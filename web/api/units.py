"""Units: the tree as a list, adding, changing and moving, closing."""

from __future__ import annotations

from dataclasses import asdict

from flask import url_for

from engine.college import units as units_of_college
from engine.models import Unit
from engine.permissions import Action
from engine.queries import units
from engine.queries.units import UnitRow
from web.access import needs
from web.api import college, paging, preconditions
from web.api.fields import Json
from web.api.preconditions import Stale
from web.api.routing import Told, route
from web.session import db, me


@route("GET", "/units", "Units", query=college.UnitsWanted, answers={200: college.Units})
@needs(Action.UNIT_VIEW)
def list_units(wanted: Json) -> Json:
    """By number; `parent` makes the tree."""
    every = units.listed(db(), closed=wanted.get("closed", False))
    return paging.sliced([_told(one) for one in every], wanted)


@route(
    "POST",
    "/units",
    "Add a unit",
    body=college.UnitAsked,
    answers={201: college.UnitRow},
)
@needs(Action.UNIT_EDIT)
def create_unit(asked: Json) -> Told:
    """Below its parent, if it names one."""
    code, name, kind = asked.pop("code"), asked.pop("name"), asked.pop("kind")
    unit_id = units_of_college.create(db(), code, name, kind, by=me(), **_placed(asked))
    return _one(unit_id, 201)


@route("GET", "/units/<int:unit_id>", "One unit", answers={200: college.UnitRow})
@needs(Action.UNIT_VIEW)
def show_unit(unit_id: int) -> Told:
    """As it stands today."""
    return _one(unit_id)


@route(
    "PUT",
    "/units/<int:unit_id>",
    "Change or move a unit",
    body=college.UnitChange,
    answers={200: college.UnitRow},
    conditional=True,
)
@needs(Action.UNIT_EDIT)
def change_unit(unit_id: int, asked: Json) -> Told:
    """What is left out stays; with another parent it moves, with all below it."""
    unit = units.one(db(), unit_id)
    if not preconditions.matches(_tag(unit)):
        raise Stale(_told(unit), _tag(unit))
    units_of_college.change(db(), unit_id, by=me(), **_placed(asked))
    return _one(unit_id)


@route(
    "POST",
    "/units/<int:unit_id>/closure",
    "Close a unit",
    body=college.DayAsked,
    answers={200: college.UnitRow},
)
@needs(Action.UNIT_EDIT)
def close_unit(unit_id: int, asked: Json) -> Told:
    """After its last day; only when nobody and nothing is in it any more."""
    units_of_college.close(db(), unit_id, by=me(), on=asked["on"])
    return _one(unit_id)


def _placed(asked: Json) -> Json:
    """The request with units by number instead of by code."""
    named = {part: college.number_of(asked, part, Unit) for part in ("parent", "campus")}
    return {**asked, **{part: number for part, number in named.items() if part in asked}}


def _one(unit_id: int, status: int = 200) -> Told:
    unit = units.one(db(), unit_id)
    headers = {"ETag": _tag(unit)}
    if status == 201:  # noqa: PLR2004  (HTTP's own number)
        headers["Location"] = url_for("api.show_unit", unit_id=unit_id)
    return Told(_told(unit), status, headers)


def _tag(unit: UnitRow) -> str:
    return preconditions.etag("unit", *_told(unit).values())


def _told(unit: UnitRow) -> Json:
    told = asdict(unit) | {"parent": unit.parent_id, "campus": unit.campus_id}
    return {name: told[name] for name in college.UnitRow().fields}
