"""Standards that units keep: the list, one with versions and differences, beginning a revision.

GET  /standards        the list            GET  /standards/new       POST /standards
GET  /standards/N      one, ?version=      GET  /standards/N/edit    POST /standards/N
GET  /standards/N/changes                  POST /standards/N/revision
POST /standards/catalogue                  those of the catalogue that are not there
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import instances, permissions
from engine.errors import Refused
from engine.forms import changes as differences
from engine.forms import rights as field_rights
from engine.forms import view
from engine.forms.choices import Choices
from engine.forms.drawn import FormView
from engine.permissions import Action
from engine.queries import cases
from engine.queries import units as all_units
from quality import standards
from quality.registers import errors as kept_errors
from quality.registers import rights
from quality.standards import Due, StandardRow, catalogue, errors, register, versions
from quality.standards.models import StandardKind
from quality.standards.versions import VersionView
from web import evidence
from web.access import needs, signed_in
from web.asked import number
from web.errors import UNPROCESSABLE, status_of
from web.i18n import say
from web.session import db, me
from web.units import options as unit_options
from web.written import Written, seen

bp = Blueprint("standards", __name__, url_prefix="/standards")

KINDS: Final = {StandardKind.WORK: "工作标准", StandardKind.BASIC: "基本标准"}
DUE: Final = {
    Due.NONE: ("还没有制定", "warn"),
    Due.OVER: ("已到期，应修订", "late"),
    Due.THIS_YEAR: ("今年到期", "warn"),
    Due.IN_FORCE: ("执行中", "ok"),
}
FIELDS: Final[dict[type[Refused], str]] = {
    errors.CategoryUnknown: "category",
    errors.StandardThere: "name",
    kept_errors.MayNotKeep: "unit",
}
NAMED: Final = {register.NAME[0]: "name"}


@bp.get("")
@signed_in
def index() -> str:
    """Standards by kind, category, unit, and whether they are due."""
    given = request.args
    kind, category = given.get("kind", ""), given.get("category", "")
    wanted: dict[str, Any] = {
        "kind": kind if kind in set(StandardKind) else None,
        "category": category if category in catalogue.categories() else None,
        "text": given.get("q", "").strip()[:100],
        "due": given.get("due") == "1",
        "retired": given.get("retired") == "1",
    }
    page = standards.listed(db(), **wanted, unit_id=number("unit"), after=number("after"))
    asked = {
        "kind": wanted["kind"],
        "category": wanted["category"],
        "unit": number("unit"),
        "q": wanted["text"] or None,
        "due": 1 if wanted["due"] else None,
        "retired": 1 if wanted["retired"] else None,
    }
    return render_template(
        "standards/index.html",
        rows=page.items,
        asked=asked,
        kinds=KINDS,
        due=DUE,
        categories=list(catalogue.categories()),
        units=standards.units(db()),
        may_edit=permissions.may(me(), Action.REGISTER_EDIT),
        keeps_all=rights.keeps_all(me()),
        next_url=url_for("standards.index", **asked, after=page.next) if page.next else None,
    )


@bp.get("/new")
@needs(Action.REGISTER_EDIT)
def new() -> str:
    """An empty form."""
    return _form(Written({"kind": StandardKind.WORK.value}), None)


@bp.post("")
@needs(Action.REGISTER_EDIT)
def create() -> ResponseReturnValue:
    """Register a standard."""
    written = Written()
    name = written.text("name", most=register.NAME[1], needed=True)
    kind = written.choice("kind", [one.value for one in StandardKind])
    unit_id, status = written.row("unit", needed=True), UNPROCESSABLE
    if not written.errors and unit_id is not None:
        category = written.given.get("category", "")
        try:
            made = standards.create(
                db(), StandardKind(kind), name, unit_id, by=me(), category=category
            )
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
            status = status_of(refusal)
        else:
            flash(gettext("已登记标准"))
            return redirect(url_for("standards.show", standard_id=made), 303)
    db().rollback()
    return _form(written, None), status


@bp.post("/catalogue")
@needs(Action.REGISTER_EDIT)
def lay() -> ResponseReturnValue:
    """Register the basic standards of the catalogue that are not there yet."""
    added, missing = standards.lay(db(), by=me())
    flash(gettext("已登记 %(count)s 项基本标准", count=added))
    if missing:
        names = gettext("、").join(missing)
        flash(gettext("没有叫这些名称的部门，它们的基本标准没有登记：%(names)s", names=names))
    return redirect(url_for("standards.index", kind=StandardKind.BASIC.value), 303)


@bp.get("/<int:standard_id>")
@signed_in
def show(standard_id: int) -> str:
    """One standard: the version asked for or the newest, all versions, whether it is due."""
    return _page(standard_id)


def _page(standard_id: int, refusal: str = "") -> str:
    row = standards.one(db(), standard_id)
    listed, asked = versions.listed(db(), standard_id), number("version")
    if asked is None and row.number:
        asked = row.number
    found = versions.one(db(), standard_id, asked) if asked is not None else None
    kept = rights.units(db(), me())
    return render_template(
        "standards/show.html",
        row=row,
        versions=listed,
        found=found,
        drawn=_drawn(row, found) if found is not None else None,
        kinds=KINDS,
        due=DUE[row.due],
        refusal=refusal,
        may_revise=row.is_active
        and row.instance_id is None
        and standards.may_revise(db(), me(), row),
        may_edit=permissions.may(me(), Action.REGISTER_EDIT)
        and (kept is None or row.unit_id in kept),
    )


def _drawn(row: StandardRow, found: VersionView, before: VersionView | None = None) -> FormView:
    earlier = before.values if before is not None else None
    cited = evidence.named(
        found.form, found.values, *([earlier] if earlier else []), case=found.row.instance_id
    )
    return view.view(
        found.form,
        found.values,
        field_rights.READ_ALL,
        variables={"kind": row.kind.value},
        before=earlier,
        live=Choices(named=cited),
    )


@bp.get("/<int:standard_id>/changes")
@signed_in
def changes(standard_id: int) -> str:
    """What differs between two versions; the newest two unless told."""
    row = standards.one(db(), standard_id)
    after = number("after") or row.number
    before = number("before") or max(after - 1, 1)
    if not row.number:
        return _page(standard_id)
    before, after = sorted((before, after))
    earlier, later = (versions.one(db(), standard_id, one) for one in (before, after))
    cited = evidence.named(later.form, earlier.values, later.values, case=later.row.instance_id)
    found = differences.changes(later.form, earlier.values, later.values, Choices(named=cited))
    return render_template(
        "standards/changes.html",
        row=row,
        versions=versions.listed(db(), standard_id),
        before=before,
        after=after,
        changes=found,
        drawn=_drawn(row, later, earlier),
    )


@bp.post("/<int:standard_id>/revision")
@signed_in
def revise(standard_id: int) -> ResponseReturnValue:
    """Begin the case in which the standard is revised and approved."""
    row = standards.one(db(), standard_id)
    try:
        instance_id = instances.start(
            db(), standards.FLOWS[row.kind], by=me(), subject=standards.reference(standard_id)
        )
    except Refused as refusal:
        db().rollback()
        return _page(standard_id, say(refusal)), status_of(refusal)
    flash(gettext("已发起修订"))
    task_id = cases.open_for(db(), me(), instance_id)
    if task_id is None:
        return redirect(url_for("instances.show", instance_id=instance_id), 303)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


@bp.get("/<int:standard_id>/edit")
@needs(Action.REGISTER_EDIT)
def edit(standard_id: int) -> str:
    """The form with what the register knows; kind and unit stay."""
    row = standards.one(db(), standard_id)
    return _form(Written(_known(row)), row)


@bp.post("/<int:standard_id>")
@needs(Action.REGISTER_EDIT)
def change(standard_id: int) -> ResponseReturnValue:
    """Rename a standard, move it to another category, retire it."""
    row, written, status = standards.one(db(), standard_id), Written(), UNPROCESSABLE
    given = {
        "name": written.text("name", most=register.NAME[1], needed=True),
        "category": written.given.get("category", ""),
        "is_active": written.ticked("is_active"),
    }
    written.unless_changed(seen(_known(row)))
    if not written.errors:
        try:
            standards.change(db(), standard_id, by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, {**FIELDS, kept_errors.MayNotKeep: ""}, NAMED)
            status = status_of(refusal)
        else:
            flash(gettext("已保存"))
            return redirect(url_for("standards.show", standard_id=standard_id), 303)
    db().rollback()
    return _form(written, row), status


def _known(row: StandardRow) -> dict[str, str]:
    is_active = "1" if row.is_active else ""
    return {"name": row.name, "category": row.category, "is_active": is_active}


def _form(written: Written, row: StandardRow | None) -> str:
    kept = rights.units(db(), me())
    here = [one for one in all_units.listed(db()) if kept is None or one.id in kept]
    return render_template(
        "standards/form.html",
        row=row,
        seen=seen(_known(row)) if row else "",
        given=written.given,
        errors=written.errors,
        kinds=[(key.value, gettext(label)) for key, label in KINDS.items()],
        labels=KINDS,
        categories=[(one, gettext(one)) for one in catalogue.categories()],
        units=unit_options(here),
    )
