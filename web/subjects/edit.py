"""Entering a subject, changing what is said of it, closing it and taking it up again.

GET /subjects/new?kind=course    POST /subjects    GET, POST /subjects/N/edit
POST /subjects/N/closure    POST /subjects/N/reopening    POST /subjects/N/pilot
"""

from __future__ import annotations

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from engine.errors import Refused
from engine.permissions import Action
from engine.queries import directory, units
from quality import kinds, subjects
from quality.kinds import SubjectKind
from quality.subjects import Given, SubjectRow, described
from web.access import needs
from web.errors import UNPROCESSABLE
from web.i18n import say
from web.session import db, me
from web.subjects import show
from web.subjects.blueprint import bp
from web.written import TOP, Written

FIRST: Final = "major"


@bp.get("/new")
@needs(Action.SUBJECT_EDIT)
def new() -> str:
    """The form of a new subject; the kind is chosen first, for it says what there is to fill."""
    key = request.args.get("kind", "")
    return _form(kinds.get(key if key in kinds.KEYS else FIRST), Written({}))


@bp.post("")
@needs(Action.SUBJECT_EDIT)
def create() -> ResponseReturnValue:
    """Enter a subject."""
    written = Written()
    kind = kinds.get(written.given.get("kind", ""))
    given = _given(kind, written, owner_id=_owner(written))
    since = written.day("since") or clock.today()
    _judge(given, written, None)
    if not written.errors:
        try:
            (subject_id,) = subjects.create_all(db(), [given], by=me(), since=since)
        except Refused as refusal:
            written.wrong("since", say(refusal))
        else:
            flash(gettext("已建立"))
            return redirect(url_for("subjects.show", subject_id=subject_id), 303)
    db().rollback()
    return _form(kind, written), UNPROCESSABLE


@bp.get("/<int:subject_id>/edit")
@needs(Action.SUBJECT_EDIT)
def edit(subject_id: int) -> str:
    """The form of a subject that is there."""
    row = subjects.one(db(), me(), subject_id)
    return _form(kinds.get(row.kind), Written(_shown(row)), row)


@bp.post("/<int:subject_id>/edit")
@needs(Action.SUBJECT_EDIT)
def change(subject_id: int) -> ResponseReturnValue:
    """Change what is said of a subject; what is left alone stays as it is."""
    row = subjects.one(db(), me(), subject_id)
    kind, written = kinds.get(row.kind), Written()
    given = _given(kind, written, owner_id=row.owner_id)
    _judge(given, written, subject_id)
    if written.errors:
        db().rollback()
        return _form(kind, written, row), UNPROCESSABLE
    changes = {name: getattr(given, name) for name in subjects.CHANGEABLE}
    changed = subjects.change(db(), subject_id, changes, by=me())
    flash(gettext("已保存") if changed else gettext("没有变化"))
    return redirect(url_for("subjects.show", subject_id=subject_id), 303)


@bp.post("/<int:subject_id>/closure")
@needs(Action.SUBJECT_EDIT)
def close(subject_id: int) -> ResponseReturnValue:
    """Take a subject out of use."""
    subjects.one(db(), me(), subject_id)
    written = Written()
    on = written.day("on", needed=True)
    if on is not None:
        try:
            subjects.close(db(), subject_id, on=on, by=me())
        except Refused as refusal:
            written.wrong("on", say(refusal))
    if written.errors:
        db().rollback()
        return show.page(subject_id, failed="closure", written=written), UNPROCESSABLE
    flash(gettext("已停用"))
    return redirect(url_for("subjects.show", subject_id=subject_id), 303)


@bp.post("/<int:subject_id>/reopening")
@needs(Action.SUBJECT_EDIT)
def reopen(subject_id: int) -> ResponseReturnValue:
    """Take a closed subject into use again."""
    subjects.one(db(), me(), subject_id)
    try:
        subjects.reopen(db(), subject_id, by=me())
    except Refused as refusal:
        db().rollback()
        written = Written()
        written.wrong(TOP, say(refusal))
        return show.page(subject_id, failed="reopening", written=written), UNPROCESSABLE
    flash(gettext("已恢复使用"))
    return redirect(url_for("subjects.show", subject_id=subject_id), 303)


@bp.post("/<int:subject_id>/pilot")
@needs(Action.SUBJECT_EDIT)
def mark(subject_id: int) -> ResponseReturnValue:
    """Mark a subject as one that goes ahead (试点), or no longer."""
    subjects.one(db(), me(), subject_id)
    is_pilot = bool(request.form.get("pilot"))
    subjects.change(db(), subject_id, {"is_pilot": is_pilot}, by=me())
    flash(gettext("已设为试点") if is_pilot else gettext("已取消试点"))
    return redirect(url_for("subjects.show", subject_id=subject_id), 303)


def _given(kind: SubjectKind, written: Written, *, owner_id: int | None) -> Given:
    return Given(
        kind=kind.key,
        code=written.given.get("code", "").strip(),
        name=written.given.get("name", "").strip(),
        unit_id=written.row("unit"),
        owner_id=owner_id,
        parent_id=written.row("parent"),
        header={
            one.key: written.given.get(f"header.{one.key}", "").strip() for one in kind.own_fields
        },
        is_pilot=written.ticked("pilot"),
    )


def _owner(written: Written) -> int | None:
    text = written.text("owner")
    if not text:
        return None
    try:
        return directory.meant(db(), text)
    except Refused as refusal:
        written.wrong("owner", say(refusal))
        return None


def _judge(given: Given, written: Written, subject_id: int | None) -> None:
    for place, refusal in subjects.problems(db(), given, subject_id=subject_id):
        written.wrong(place, say(refusal))


def _shown(row: SubjectRow) -> dict[str, str]:
    """A subject as the form would send it."""
    head = {f"header.{key}": described.typed(value) for key, value in row.header.items()}
    return {
        **head,
        "code": row.code,
        "name": row.name,
        "unit": str(row.unit_id),
        "parent": str(row.parent_id or ""),
        "pilot": "1" if row.is_pilot else "",
    }


def _form(kind: SubjectKind, written: Written, row: SubjectRow | None = None) -> str:
    wanted = kind.register.units
    choices = [one for one in units.listed(db()) if not wanted or one.kind in wanted]
    return render_template(
        "subjects/form.html",
        kind=kind,
        kinds=kinds.every(),
        row=row,
        given=written.given,
        errors=written.errors,
        units=choices,
        parents=subjects.parents_for(db(), kind.key),
        today=clock.today(),
    )
