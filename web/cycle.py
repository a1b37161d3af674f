"""The years of the quality cycle and their named dates in the browser.

GET  /cycle    POST /cycle    GET /cycle/new?year=2027    GET /cycle/2027    POST /cycle/2027
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock, deadlines
from engine.errors import NotFound, Refused
from engine.permissions import Action
from quality import cycle
from web.access import needs
from web.asked import number, row_number
from web.errors import status_of
from web.i18n import say
from web.session import db, me

bp = Blueprint("cycle", __name__, url_prefix="/cycle")

SPARE: Final = 2
PARTS: Final = ("key", "name", "day")


@bp.get("")
@needs(Action.CALENDAR_EDIT)
def index() -> ResponseReturnValue:
    """The years that were opened, with their dates."""
    rows = [
        (year, name, [one for one in cycle.dates(db(), year) if one.day is not None])
        for year, name in cycle.years(db())
    ]
    opened = {year for year, *_rest in rows}
    this = clock.today().year
    following = next(year for year in range(this, this + 20) if year not in opened)
    return render_template("cycle/index.html", rows=rows, following=following)


@bp.get("/new")
@needs(Action.CALENDAR_EDIT)
def new() -> ResponseReturnValue:
    """A year to open, with the dates of the year before."""
    year = number("year") or clock.today().year
    if not cycle.FIRST_YEAR <= year <= cycle.LAST_YEAR:
        raise NotFound
    rows = [_row(one) for one in cycle.proposed(db(), year)]
    name = gettext("%(year)s 年度", year=year)
    return _form(None, {"year": str(year), "name": name}, rows, "")


@bp.post("")
@needs(Action.CALENDAR_EDIT)
def create() -> ResponseReturnValue:
    """Open a year."""
    return _save(None)


@bp.get("/<int:year>")
@needs(Action.CALENDAR_EDIT)
def edit(year: int) -> ResponseReturnValue:
    """The dates of a year."""
    name = dict(cycle.years(db())).get(year)
    if name is None:
        raise NotFound
    rows = [_row(one) for one in cycle.dates(db(), year)]
    return _form(year, {"year": str(year), "name": name}, rows, "")


@bp.post("/<int:year>")
@needs(Action.CALENDAR_EDIT)
def change(year: int) -> ResponseReturnValue:
    """Change the dates of a year."""
    if year not in dict(cycle.years(db())):
        raise NotFound
    return _save(year)


def _save(year: int | None) -> ResponseReturnValue:
    given = {part: request.form.get(part, "").strip() for part in ("year", "name")}
    given["name"] = request.form.get("title", "").strip()
    columns = [request.form.getlist(part) for part in PARTS]
    rows = [dict(zip(PARTS, row, strict=True)) for row in zip(*columns, strict=False)]
    rows = rows[: cycle.MOST_DATES + SPARE]
    kept = [row for row in rows if any(value.strip() for value in row.values())]
    try:
        cycle.save(
            db(),
            year or row_number(given["year"]) or 0,
            by=me(),
            name=given["name"],
            rows=kept,
            is_new=year is None,
        )
    except Refused as refusal:
        db().rollback()
        return _form(year, given, kept, say(refusal)), status_of(refusal)
    deadlines.fill(db())
    flash(gettext("年度日期已保存。待办的期限还没有动，请到“期限调整”看会变哪些。"))
    return redirect(url_for("cycle.index"), 303)


def _row(one: cycle.Named) -> dict[str, str]:
    return {"key": one.key, "name": one.name, "day": str(one.day or "")}


def _form(
    year: int | None, given: Mapping[str, str], rows: Sequence[Mapping[str, str]], error: str
) -> str:
    spare = [dict.fromkeys(PARTS, "") for _number in range(SPARE)]
    fixed = {one["key"] for one in cycle.catalogue()}
    return render_template(
        "cycle/form.html", year=year, given=given, rows=[*rows, *spare], fixed=fixed, error=error
    )
