"""Points of each year's work: the school's and each unit's, by year; entering one or many.

GET  /points?year=&unit=    the list      GET  /points/new      POST /points
GET  /points/N              one           GET  /points/N/edit   POST /points/N
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from engine.errors import Refused
from engine.permissions import Action
from engine.queries import units
from quality.registers import errors, plans, points, rights, used
from quality.registers.points import PointRow
from quality.registers.used import Named
from web.access import needs, signed_in
from web.asked import number, row_number
from web.errors import UNPROCESSABLE, status_of
from web.session import db, me
from web.units import options as unit_options
from web.written import Written, seen

bp = Blueprint("work_points", __name__, url_prefix="/points")

FIELDS: Final[dict[type[Refused], str]] = {
    errors.YearsWrong: "year",
    errors.MayNotKeep: "unit",
    errors.NoLines: "lines",
    errors.TooManyLines: "lines",
    errors.LineWrong: "lines",
    errors.PointThere: "name",
}
NAMED: Final = {points.NAME[0]: "name", points.NUMBER[0]: "number"}
MOST_TYPED: Final = 120_000


@bp.get("")
@signed_in
def index() -> str:
    """The points of a year: the school's, or those of one unit."""
    known = points.years(db())
    this = clock.today().year
    year = number("year") or (this if this in known or not known else known[0])
    unit_id, retired = number("unit"), request.args.get("retired") == "1"
    kept = rights.units(db(), me())
    owners = points.owners(db(), year)
    return render_template(
        "work_points/index.html",
        year=year,
        years=sorted({*known, this, year}, reverse=True),
        unit=unit_id,
        owners=owners,
        named=next((name for one, name, _count in owners if one == unit_id), "") or _name(unit_id),
        rows=points.listed(db(), year, unit_id, retired=retired),
        retired=retired,
        may_edit=kept is None or unit_id in kept,
        may_add=kept is None or bool(kept),
    )


def _name(unit_id: int | None) -> str:
    if unit_id is None:
        return ""
    return units.one(db(), unit_id).name


@bp.get("/new")
@needs(Action.REGISTER_EDIT)
def new() -> str:
    """The form: as many points as there are lines."""
    kept = rights.units(db(), me())
    unit = request.args.get("unit", "")[:20]
    if not unit and kept is not None:
        unit = str(min(kept, default=""))
    year = request.args.get("year", "")[:4] or str(clock.today().year)
    return _adding(Written({"year": year, "unit": unit}))


@bp.post("")
@needs(Action.REGISTER_EDIT)
def add() -> ResponseReturnValue:
    """Enter points, one a line: all or none."""
    written = Written()
    year = written.number("year", least=plans.FIRST_YEAR, most=plans.LAST_YEAR)
    if year is None:
        written.wrong("year", gettext("请填写年份，如 2026。"))
    lines = written.given.get("lines", "")[:MOST_TYPED].splitlines()
    unit_id, status = written.row("unit"), UNPROCESSABLE
    if not written.errors and year is not None:
        try:
            ids = points.add(db(), year, unit_id, lines, by=me())
        except Refused as refusal:
            written.refused(refusal, FIELDS)
            status = status_of(refusal)
        else:
            flash(gettext("已登记 %(count)s 条工作要点", count=len(ids)))
            return redirect(url_for("work_points.index", year=year, unit=unit_id), 303)
    db().rollback()
    return _adding(written), status


def _adding(written: Written) -> str:
    kept = rights.units(db(), me())
    here = [one for one in units.listed(db()) if kept is None or one.id in kept]
    return render_template(
        "work_points/new.html",
        given=written.given,
        errors=written.errors,
        units=unit_options(here),
        is_all=kept is None,
        back=url_for(
            "work_points.index",
            year=row_number(written.given.get("year", "")),
            unit=row_number(written.given.get("unit", "")),
        ),
        most=points.MOST,
    )


@bp.get("/<int:point_id>")
@signed_in
def show(point_id: int) -> str:
    """One point, and the published standards that name it."""
    point = points.one(db(), point_id)
    page = used.of(db(), me(), Named.POINT, point_id, after=number("after"))
    kept = rights.units(db(), me())
    return render_template(
        "work_points/show.html",
        point=point,
        uses=page.items,
        next_url=url_for("work_points.show", point_id=point_id, after=page.next)
        if page.next
        else None,
        may_edit=kept is None or point.unit_id in kept,
    )


@bp.get("/<int:point_id>/edit")
@needs(Action.REGISTER_EDIT)
def edit(point_id: int) -> str:
    """The form with what is known of a point; its year and unit stay."""
    point = points.one(db(), point_id)
    return _form(Written(_known(point)), point)


@bp.post("/<int:point_id>")
@needs(Action.REGISTER_EDIT)
def change(point_id: int) -> ResponseReturnValue:
    """Change a point, or retire it."""
    point, written = points.one(db(), point_id), Written()
    given = {
        "number": written.text("number", most=points.NUMBER[1]),
        "name": written.text("name", most=points.NAME[1], needed=True),
        "is_active": written.ticked("is_active"),
    }
    written.unless_changed(seen(_known(point)))
    status = UNPROCESSABLE
    if not written.errors:
        try:
            points.change(db(), point_id, by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, {**FIELDS, errors.MayNotKeep: ""}, NAMED)
            status = status_of(refusal)
        else:
            flash(gettext("已保存"))
            return redirect(url_for("work_points.show", point_id=point_id), 303)
    db().rollback()
    return _form(written, point), status


def _known(point: PointRow) -> dict[str, str]:
    is_active = "1" if point.is_active else ""
    return {"number": point.number, "name": point.name, "is_active": is_active}


def _form(written: Written, point: PointRow) -> str:
    return render_template(
        "work_points/form.html",
        point=point,
        seen=seen(_known(point)),
        given=written.given,
        errors=written.errors,
    )
