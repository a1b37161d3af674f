"""Units: the tree, one unit with who leads it and who was what on a day, adding, moving, closing.

GET  /units        the tree               GET  /units/new     POST /units
GET  /units/N?on=  one unit, on a day     GET  /units/N/edit  POST /units/N
POST /units/N/closure
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock, people
from engine.college import errors, history, kinds, posts
from engine.college import units as college
from engine.college.posts import Held
from engine.errors import Refused
from engine.models import Holding, Post, PostKind
from engine.permissions import Action
from engine.queries import directory, units
from engine.queries.directory import Wanted
from engine.queries.units import UnitRow
from quality import subjects
from web import house
from web.access import needs
from web.asked import number
from web.errors import UNPROCESSABLE
from web.session import db, me
from web.written import Written, seen

bp = Blueprint("units", __name__, url_prefix="/units")

ENTRIES: Final = 20
PEOPLE: Final = 20
SUBJECTS: Final = 20
HEAD: Final = "head"
COUNSELLOR: Final = "counsellor"
LONGEST: Final[dict[str, int]] = {"code": 60, "name": 200}
NAMED: Final = {"单位代码": "code", "单位名称": "name"}
FIELDS: Final[dict[type[Refused], str]] = {
    errors.CodeTaken: "code",
    errors.UnitBelowItself: "parent",
    errors.UnitMisplaced: "parent",
    errors.UnitClosed: "parent",
    errors.TooDeep: "parent",
    errors.NotACampus: "campus",
    errors.UnknownUnitKind: "kind",
    errors.PeriodEndsBeforeItBegins: "since",
}


@bp.get("")
@needs(Action.UNIT_VIEW)
def index() -> str:
    """The tree, foldable, with how many people belong where."""
    closed = request.args.get("closed") == "1"
    return render_template(
        "units/index.html",
        tree=units.tree(db(), closed=closed),
        closed=closed,
        kinds=kinds.UNIT_KINDS,
    )


@bp.get("/new")
@needs(Action.UNIT_EDIT)
def new() -> str:
    """An empty form, below a unit if one is told."""
    return _form(Written({"parent": request.args.get("parent", "")}), None)


@bp.post("")
@needs(Action.UNIT_EDIT)
def create() -> ResponseReturnValue:
    """Add a unit."""
    written, given = _parts()
    since = written.day("since")
    if not written.errors:
        try:
            code, name, kind = (given.pop(part) for part in ("code", "name", "kind"))
            unit_id = college.create(db(), code, name, kind, by=me(), since=since, **given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已新建单位"))
            return redirect(url_for("units.show", unit_id=unit_id), 303)
    db().rollback()
    return _form(written, None), UNPROCESSABLE


@bp.get("/<int:unit_id>")
@needs(Action.UNIT_VIEW)
def show(unit_id: int) -> str:
    """One unit: who held which post in it on a day, and who made it so."""
    unit = units.one(db(), unit_id)
    asked = Written(request.args)
    day = asked.day("on") or clock.today()
    offices = _held(unit_id, PostKind.OFFICE, day)
    below = units.below(db(), unit_id)
    classes = [one for one in below if one.kind == kinds.CLASS]
    members, further = directory.search(db(), Wanted(unit_id=unit_id), limit=PEOPLE)
    thing = f"unit:{unit_id}"
    entries = history.of(db(), thing, reader=me(), after=number("after"), limit=ENTRIES)
    return render_template(
        "units/show.html",
        unit=unit,
        above=list(reversed(college.above(db(), unit_id))),
        campus=college.campus(db(), unit_id),
        kinds=kinds.UNIT_KINDS,
        on=day,
        errors=asked.errors,
        given=asked.given,
        leaders=_held(unit_id, PostKind.LEADER, day),
        heads=[one for one in offices if one.post_key == HEAD],
        offices=[one for one in offices if one.post_key != HEAD],
        below=[one for one in below if one.kind != kinds.CLASS],
        classes=classes,
        counsellors=units.holders(db(), [one.id for one in classes], COUNSELLOR),
        members=members,
        has_more=further is not None,
        subjects=subjects.visible(
            db(), me(), subjects.Wanted(unit_id=unit_id, is_active=True), limit=SUBJECTS
        ),
        lines=[house.told(one, thing) for one in entries.items],
        next_url=_older(unit_id, entries.next),
    )


def _held(unit_id: int, kind: PostKind, day: date) -> list[Held]:
    """Who held posts of a kind in a unit on a day."""
    of_kind = (Holding.unit_id == unit_id) & (Post.kind == kind)
    return posts.held(db(), of_kind, people.in_force(Holding, day))


def _older(unit_id: int, after: int | None) -> str | None:
    if after is None:
        return None
    return url_for("units.show", unit_id=unit_id, after=after, _anchor="history")


@bp.get("/<int:unit_id>/edit")
@needs(Action.UNIT_EDIT)
def edit(unit_id: int) -> str:
    """The form with what is known of a unit."""
    unit = units.one(db(), unit_id)
    return _form(Written(_known(unit)), unit)


def _known(unit: UnitRow) -> dict[str, str]:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "parent": str(unit.parent_id or ""),
        "campus": str(unit.campus_id or ""),
        "position": str(college.one(db(), unit.id).position or ""),
    }


@bp.post("/<int:unit_id>")
@needs(Action.UNIT_EDIT)
def change(unit_id: int) -> ResponseReturnValue:
    """Rename a unit, move it with all below it, or change what else is known of it."""
    unit = units.one(db(), unit_id)
    written, given = _parts()
    written.unless_changed(seen(_known(unit)))
    if not written.errors:
        try:
            differs = college.change(db(), unit_id, by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已保存") if differs else gettext("没有改动"))
            return redirect(url_for("units.show", unit_id=unit_id), 303)
    db().rollback()
    return _form(written, unit), UNPROCESSABLE


@bp.post("/<int:unit_id>/closure")
@needs(Action.UNIT_EDIT)
def close(unit_id: int) -> ResponseReturnValue:
    """Close a unit after a day; what it was stays on record."""
    unit, written = units.one(db(), unit_id), Written()
    on = written.day("on", needed=True)
    if on is not None:
        try:
            college.close(db(), unit_id, by=me(), on=on)
        except Refused as refusal:
            written.refused(refusal, {Refused: "on"})
        else:
            flash(gettext("已撤销；以前的人和事仍然查得到"))
            return redirect(url_for("units.show", unit_id=unit_id), 303)
    db().rollback()
    return _closing(written, unit), UNPROCESSABLE


@bp.get("/<int:unit_id>/closure")
@needs(Action.UNIT_EDIT)
def closing(unit_id: int) -> str:
    """Asks for the last day."""
    return _closing(Written({}), units.one(db(), unit_id))


def _closing(written: Written, unit: UnitRow) -> str:
    return render_template(
        "units/closure.html", unit=unit, given=written.given, errors=written.errors
    )


def _parts() -> tuple[Written, dict[str, Any]]:
    written = Written()
    given: dict[str, Any] = {
        name: written.text(name, most=most, needed=True) for name, most in LONGEST.items()
    }
    given["kind"] = written.choice("kind", list(kinds.UNIT_KINDS))
    given["parent"] = written.row("parent")
    given["campus"] = written.row("campus")
    given["position"] = written.number("position") or 0
    return written, given


def _form(written: Written, unit: UnitRow | None) -> str:
    every = units.listed(db())
    return render_template(
        "units/form.html",
        unit=unit,
        seen=seen(_known(unit)) if unit else "",
        given=written.given,
        errors=written.errors,
        kinds=[(key, gettext(kind.label)) for key, kind in kinds.UNIT_KINDS.items()],
        parents=options([one for one in every if one.kind != kinds.CLASS]),
        campuses=[(one.id, one.name) for one in every if one.kind == kinds.CAMPUS],
    )


def options(rows: list[UnitRow] | tuple[UnitRow, ...]) -> list[tuple[int, str]]:
    """Units to choose from, drawn as a tree."""
    return [(one.id, "\u3000" * one.depth + one.name) for one in rows]
