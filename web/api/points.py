"""The points of each year's work, the school's and each unit's: list, read, enter, change."""

from __future__ import annotations

from flask import url_for

from engine import clock
from engine.models import Unit
from engine.permissions import Action
from quality.registers import points
from quality.registers.models import WorkPoint
from quality.registers.plans import FIRST_YEAR, LAST_YEAR
from quality.registers.points import PointRow
from quality.registers.used import Named as NamedBy
from web.access import needs, signed_in
from web.api import college, paging, preconditions, uses
from web.api.college import CODE, Named
from web.api.fields import Digits, Flag, Json, ListOf, Number, Object, Shape, Switch, Text
from web.api.paging import Listed, Paged
from web.api.routing import Told, route
from web.session import db, me

NAME = points.NAME[1]
NUMBER = points.NUMBER[1]


class PointsWanted(Paged):
    """Which points: the school's, or those of one unit."""

    year = Digits("This year without it.", least=FIRST_YEAR, most=LAST_YEAR)
    unit = Digits("Number of a unit; the school's points without it.", least=1)
    retired = Switch("Also those that are out of use.")


class PointsAsked(Shape):
    """Points to be entered: all of them, or none."""

    year = Number(least=FIRST_YEAR, most=LAST_YEAR, required=True)
    unit = Text(CODE, "Code of a unit; without it they are the school's.", nullable=True, least=1)
    lines = ListOf(
        Text(2 * NAME),
        "A point each, its number in front: `3.1 …`.",
        most=points.MOST,
        required=True,
    )


class PointChange(Shape):
    """What is said of a point; what is left out stays as it is."""

    number = Text(NUMBER, "As it is numbered in the paper it comes from.")
    name = Text(NAME, least=1)
    is_active = Flag("In use; else retired.")


class PointTold(Shape):
    """A point of a year's work."""

    id = Number(required=True)
    year = Number(required=True)
    unit = Object(Named, "Null for the school's.", required=True, nullable=True)
    number = Text(NUMBER, required=True)
    name = Text(NAME, required=True)
    is_active = Flag(required=True)


class Points(Listed):
    """A page of points, by number."""

    items = ListOf(Object(PointTold), required=True)


class PointsMade(Shape):
    """Points that were entered, in the order of the lines."""

    items = ListOf(Object(PointTold), required=True)


@route("GET", "/points", "The points of a year's work", query=PointsWanted, answers={200: Points})
@signed_in
def list_points(wanted: Json) -> Json:
    """In the order they were entered."""
    year = wanted.get("year", clock.today().year)
    found = points.listed(db(), year, wanted.get("unit"), retired=wanted.get("retired", False))
    return paging.sliced([_told(row) for row in found], wanted)


@route("POST", "/points", "Enter points", body=PointsAsked, answers={201: PointsMade})
@needs(Action.REGISTER_EDIT)
def add_points(asked: Json) -> Told:
    """Numbers in front of lines are taken off; empty lines are none."""
    unit_id = college.number_of(asked, "unit", Unit)
    made = points.add(db(), asked["year"], unit_id, asked["lines"], by=me())
    here = {row.id: row for row in points.listed(db(), asked["year"], unit_id)}
    where = url_for("api.list_points", year=asked["year"], unit=unit_id)
    return Told({"items": [_told(here[one]) for one in made]}, 201, {"Location": where})


@route("GET", "/points/<int:point_id>", "A point", answers={200: PointTold})
@signed_in
def show_point(point_id: int) -> Told:
    """As it stands."""
    return _shown(points.one(db(), point_id))


@route(
    "PUT",
    "/points/<int:point_id>",
    "Change a point, or retire it",
    body=PointChange,
    answers={200: PointTold},
    conditional=True,
)
@needs(Action.REGISTER_EDIT)
def change_point(point_id: int, asked: Json) -> Told:
    """What is left out stays; its year and unit always do."""
    preconditions.hold(WorkPoint.id, point_id)
    row = points.one(db(), point_id)
    preconditions.require(_tag(row), _told(row))
    given = {"number": row.number, "name": row.name, "is_active": row.is_active} | asked
    points.change(db(), point_id, by=me(), **given)
    return _shown(points.one(db(), point_id))


@route(
    "GET",
    "/points/<int:point_id>/uses",
    "The published standards that name a point",
    query=Paged,
    answers={200: uses.Uses},
)
@signed_in
def list_point_uses(point_id: int, wanted: Json) -> Json:
    """As far as this person may read them."""
    points.one(db(), point_id)
    return uses.of(NamedBy.POINT, point_id, wanted)


def _shown(row: PointRow) -> Told:
    return Told(_told(row), headers={"ETag": _tag(row)})


def _tag(row: PointRow) -> str:
    return preconditions.etag("point", row)


def _told(row: PointRow) -> Json:
    return {
        "id": row.id,
        "year": row.year,
        "unit": college.named(row.unit_id, row.unit),
        "number": row.number,
        "name": row.name,
        "is_active": row.is_active,
    }
