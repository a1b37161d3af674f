"""The school's plans with their sub-plans: list them, read, enter and change one."""

from __future__ import annotations

from typing import Any

from flask import url_for

from engine.models import Unit
from engine.permissions import Action
from quality import kinds
from quality.registers import plans
from quality.registers.models import SchoolPlan
from quality.registers.plans import FIRST_YEAR, LAST_YEAR, Given, PlanRow
from quality.registers.used import Named as NamedBy
from web.access import needs, signed_in
from web.api import college, paging, preconditions, uses
from web.api.college import CODE, Named
from web.api.fields import Choice, Flag, Json, ListOf, Number, Object, Shape, Switch, Text
from web.api.paging import Listed, Paged
from web.api.routing import Told, route
from web.api.schemas import KEY
from web.session import db, me

NAME = plans.NAME[1]


class PlansWanted(Paged):
    """Which plans."""

    retired = Switch("Also those that are out of use.")


class PlanChange(Shape):
    """What is said of a plan; what is left out stays as it is."""

    name = Text(NAME, least=1)
    first_year = Number(least=FIRST_YEAR, most=LAST_YEAR)
    last_year = Number(least=FIRST_YEAR, most=LAST_YEAR)
    parent = Number("Number of the plan it is a part of.", least=1, nullable=True)
    unit = Text(CODE, "Code of the unit in charge; null for the school.", nullable=True, least=1)
    kinds = ListOf(Choice(kinds.KEYS), "Whose goals come from it.", least=0, most=len(kinds.KEYS))
    is_active = Flag("In use; else retired.")


class PlanAsked(PlanChange):
    """A plan to be entered."""

    name = Text(NAME, required=True, least=1)
    first_year = Number(least=FIRST_YEAR, most=LAST_YEAR, required=True)
    last_year = Number(least=FIRST_YEAR, most=LAST_YEAR, required=True)


class PlanTold(Shape):
    """A plan, or a part of one."""

    id = Number(required=True)
    name = Text(NAME, required=True)
    first_year = Number(required=True)
    last_year = Number(required=True)
    parent = Object(Named, "The plan it is a part of.", required=True, nullable=True)
    unit = Object(Named, "Null for the school.", required=True, nullable=True)
    kinds = ListOf(Text(KEY), required=True)
    is_active = Flag(required=True)


class Plans(Listed):
    """A page of plans, by number."""

    items = ListOf(Object(PlanTold), required=True)


class PlanInFull(PlanTold):
    """A plan with its parts."""

    below = ListOf(Object(PlanTold), required=True)


@route("GET", "/plans", "The school's plans", query=PlansWanted, answers={200: Plans})
@signed_in
def list_plans(wanted: Json) -> Json:
    """With their sub-plans, by number."""
    found = plans.listed(db(), retired=wanted.get("retired", False))
    return paging.sliced([_told(row) for row in found], wanted)


@route("POST", "/plans", "Enter a plan", body=PlanAsked, answers={201: PlanInFull})
@needs(Action.REGISTER_EDIT)
def create_plan(asked: Json) -> Told:
    """In use from now on."""
    told = _shown(plans.create(db(), Given(**_said(asked)), by=me()))
    where = {"Location": url_for("api.show_plan", plan_id=told.body["id"])}
    return Told(told.body, 201, {**told.headers, **where})


@route("GET", "/plans/<int:plan_id>", "A plan with its parts", answers={200: PlanInFull})
@signed_in
def show_plan(plan_id: int) -> Told:
    """As it stands."""
    return _shown(plan_id)


@route(
    "PUT",
    "/plans/<int:plan_id>",
    "Change a plan, or retire it",
    body=PlanChange,
    answers={200: PlanInFull},
    conditional=True,
)
@needs(Action.REGISTER_EDIT)
def change_plan(plan_id: int, asked: Json) -> Told:
    """What is left out stays."""
    preconditions.hold(SchoolPlan.id, plan_id)
    stands = _shown(plan_id)
    preconditions.require(stands.headers["ETag"], stands.body)
    row = plans.one(db(), plan_id)
    given = {name: getattr(row, name) for name in Given.__dataclass_fields__}
    plans.change(db(), plan_id, Given(**(given | _said(asked))), by=me())
    return _shown(plan_id)


@route(
    "GET",
    "/plans/<int:plan_id>/uses",
    "The published goals that name a plan",
    query=Paged,
    answers={200: uses.Uses},
)
@signed_in
def list_plan_uses(plan_id: int, wanted: Json) -> Json:
    """As far as this person may read them."""
    plans.one(db(), plan_id)
    return uses.of(NamedBy.PLAN, plan_id, wanted)


def _said(asked: Json) -> dict[str, Any]:
    """What a request says, by the words of the register."""
    found = {name: asked[name] for name in asked if name not in {"parent", "unit", "kinds"}}
    if "parent" in asked:
        found["parent_id"] = asked["parent"]
    if "unit" in asked:
        found["unit_id"] = college.number_of(asked, "unit", Unit)
    if "kinds" in asked:
        found["kinds"] = tuple(asked["kinds"])
    return found


def _shown(plan_id: int) -> Told:
    row, below = plans.one(db(), plan_id), plans.below(db(), plan_id)
    told = {**_told(row), "below": [_told(one) for one in below]}
    return Told(told, headers={"ETag": preconditions.etag("plan", row)})


def _told(row: PlanRow) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "first_year": row.first_year,
        "last_year": row.last_year,
        "parent": college.named(row.parent_id, row.parent),
        "unit": college.named(row.unit_id, row.unit),
        "kinds": list(row.kinds),
        "is_active": row.is_active,
    }
