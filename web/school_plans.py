"""The school's plans with their sub-plans: the list, one with the goals under it, editing.

GET  /plans        the list        GET  /plans/new        POST /plans
GET  /plans/N      one             GET  /plans/N/edit     POST /plans/N
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock, permissions
from engine.errors import Refused
from engine.permissions import Action
from engine.queries import units
from quality import kinds
from quality.registers import errors, plans, rights, used
from quality.registers.plans import Given, PlanRow
from quality.registers.used import Named
from web.access import needs, signed_in
from web.asked import number
from web.errors import UNPROCESSABLE, status_of
from web.session import db, me
from web.units import options as unit_options
from web.written import Written, seen

bp = Blueprint("school_plans", __name__, url_prefix="/plans")

FIELDS: Final[dict[type[Refused], str]] = {
    errors.YearsWrong: "last_year",
    errors.SubPlanOfSubPlan: "parent",
    errors.PlanThere: "name",
    errors.MayNotKeep: "unit",
}
NAMED: Final = {plans.NAME[0]: "name"}
LENGTH: Final = 4


@bp.get("")
@signed_in
def index() -> str:
    """The plans in use, or all that there ever were."""
    retired = request.args.get("retired") == "1"
    return render_template(
        "school_plans/index.html",
        rows=plans.listed(db(), retired=retired),
        retired=retired,
        labels=_labels(),
        may_edit=permissions.may(me(), Action.REGISTER_EDIT),
    )


@bp.get("/new")
@needs(Action.REGISTER_EDIT)
def new() -> str:
    """An empty form."""
    year = clock.today().year
    told = {"first_year": str(year), "last_year": str(year + LENGTH), "is_active": "1"}
    return _form(Written(told | {"parent": request.args.get("parent", "")[:20]}), None)


@bp.post("")
@needs(Action.REGISTER_EDIT)
def create() -> ResponseReturnValue:
    """Enter a plan."""
    return _save(None)


@bp.get("/<int:plan_id>")
@signed_in
def show(plan_id: int) -> str:
    """One plan: its sub-plans, and the published goals that name it."""
    plan = plans.one(db(), plan_id)
    page = used.of(db(), me(), Named.PLAN, plan_id, after=number("after"))
    kept = rights.units(db(), me())
    return render_template(
        "school_plans/show.html",
        plan=plan,
        below=plans.below(db(), plan_id),
        labels=_labels(),
        uses=page.items,
        next_url=url_for("school_plans.show", plan_id=plan_id, after=page.next)
        if page.next
        else None,
        may_edit=kept is None or plan.unit_id in kept,
    )


@bp.get("/<int:plan_id>/edit")
@needs(Action.REGISTER_EDIT)
def edit(plan_id: int) -> str:
    """The form with what is known of a plan."""
    plan = plans.one(db(), plan_id)
    return _form(Written(_known(plan)), plan)


@bp.post("/<int:plan_id>")
@needs(Action.REGISTER_EDIT)
def change(plan_id: int) -> ResponseReturnValue:
    """Change a plan, or retire it."""
    return _save(plans.one(db(), plan_id))


def _save(plan: PlanRow | None) -> ResponseReturnValue:
    written, given = _parts(is_new=plan is None)
    status = UNPROCESSABLE
    if plan is not None:
        written.unless_changed(seen(_known(plan)))
    if not written.errors and given is not None:
        try:
            plan_id = _keep(plan, given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
            status = status_of(refusal)
        else:
            flash(gettext("已保存"))
            return redirect(url_for("school_plans.show", plan_id=plan_id), 303)
    db().rollback()
    return _form(written, plan), status


def _keep(plan: PlanRow | None, given: Given) -> int:
    if plan is None:
        return plans.create(db(), given, by=me())
    plans.change(db(), plan.id, given, by=me())
    return plan.id


def _parts(*, is_new: bool) -> tuple[Written, Given | None]:
    written = Written()
    name = written.text("name", most=plans.NAME[1], needed=True)
    bounds = {"least": plans.FIRST_YEAR, "most": plans.LAST_YEAR}
    first, last = (written.number(part, **bounds) for part in ("first_year", "last_year"))
    for part, year in (("first_year", first), ("last_year", last)):
        if year is None:
            written.wrong(part, gettext("请填写年份，如 2026。"))
    wanted = request.form.getlist("kinds")
    if first is None or last is None:
        return written, None
    return written, Given(
        name=name,
        first_year=first,
        last_year=last,
        parent_id=written.row("parent"),
        unit_id=written.row("unit"),
        kinds=tuple(key for key in kinds.KEYS if key in wanted),
        is_active=is_new or written.ticked("is_active"),
    )


def _known(plan: PlanRow) -> dict[str, str]:
    return {
        "name": plan.name,
        "first_year": str(plan.first_year),
        "last_year": str(plan.last_year),
        "parent": str(plan.parent_id or ""),
        "unit": str(plan.unit_id or ""),
        "kinds": ",".join(plan.kinds),
        "is_active": "1" if plan.is_active else "",
    }


def _form(written: Written, plan: PlanRow | None) -> str:
    kept = rights.units(db(), me())
    here = [one for one in units.listed(db()) if kept is None or one.id in kept]
    ticked = set(request.form.getlist("kinds"))
    if request.method == "GET":
        ticked = set(written.given.get("kinds", "").split(","))
    return render_template(
        "school_plans/form.html",
        plan=plan,
        seen=seen(_known(plan)) if plan else "",
        given=written.given,
        errors=written.errors,
        ticked=ticked,
        kinds=list(_labels().items()),
        units=unit_options(here),
        is_all=kept is None,
        parents=[
            (one.id, one.name)
            for one in plans.listed(db())
            if one.parent_id is None and (plan is None or one.id != plan.id)
        ],
    )


def _labels() -> dict[str, str]:
    return {one.key: gettext(one.short) for one in kinds.every()}
