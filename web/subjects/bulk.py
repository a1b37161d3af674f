"""What the office does for many subjects at once, each shown before it is done.

GET, POST /subjects/missing?grade=2026    GET, POST /subjects/pilots?kind=major&unit=3
"""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from engine.errors import Refused
from engine.permissions import Action
from quality import kinds, subjects
from quality.errors import GradeWrong, TooManySubjects
from quality.subjects import listed, made
from web.access import needs
from web.errors import UNPROCESSABLE
from web.i18n import say
from web.session import db, me
from web.subjects.blueprint import bp
from web.subjects.index import narrowing

SEPTEMBER = 9
LONGEST = 20


@bp.get("/missing")
@needs(Action.SUBJECT_EDIT)
def missing() -> ResponseReturnValue:
    """Units, people and majors without a subject of their own, and those called otherwise."""
    try:
        return _missing(_grade(request.args.get("grade", "")))
    except GradeWrong as refusal:
        return _missing(_this_grade(), refusal), UNPROCESSABLE


@bp.post("/missing")
@needs(Action.SUBJECT_EDIT)
def make() -> ResponseReturnValue:
    """Make what is missing of one kind."""
    try:
        grade = _grade(request.form.get("grade", ""))
    except GradeWrong as refusal:
        return _missing(_this_grade(), refusal), UNPROCESSABLE
    kind = kinds.get(request.form.get("kind", ""))
    done = subjects.make(db(), kind.key, grade, by=me())
    if done.later:
        flash(gettext("正在后台处理 %(count)s 个，过一会儿刷新看进度", count=done.later))
    else:
        told = {"made": done.made, "renamed": done.renamed}
        flash(gettext("建立了 %(made)s 个主体，改名 %(renamed)s 个", **told))
    return redirect(url_for("subjects.missing", grade=grade), 303)


def _missing(grade: int, refusal: Refused | None = None) -> str:
    return render_template(
        "subjects/missing.html",
        missing=subjects.missing(db(), grade),
        grade=grade,
        typed=request.values.get("grade", "")[:LONGEST] if refusal is not None else grade,
        is_running=made.is_running(db()),
        refusal=refusal,
    )


def _grade(written: str) -> int:
    return made.read_grade(written) if written else _this_grade()


def _this_grade() -> int:
    """Those who began last: from September on, this year's."""
    today = clock.today()
    return today.year if today.month >= SEPTEMBER else today.year - 1


@bp.get("/pilots")
@needs(Action.SUBJECT_EDIT)
def pilots() -> str:
    """What the list is narrowed to, and how many of these are pilots already."""
    return _pilots()


@bp.post("/pilots")
@needs(Action.SUBJECT_EDIT)
def mark_all() -> ResponseReturnValue:
    """Mark all of them as pilots, or none."""
    wanted, asked = narrowing(request.args)
    is_pilot = request.form.get("pilot") == "1"
    conditions = [listed.chosen(db(), me(), wanted)]
    try:
        count = subjects.mark_pilots(db(), conditions, is_pilot=is_pilot, by=me())
    except TooManySubjects as refusal:
        db().rollback()
        return _pilots(refusal), UNPROCESSABLE
    if is_pilot:
        flash(gettext("已把 %(count)s 个主体设为试点", count=count))
    else:
        flash(gettext("已取消 %(count)s 个主体的试点", count=count))
    return redirect(url_for("subjects.index", **asked), 303)


def _pilots(refusal: Refused | None = None) -> str:
    wanted, asked = narrowing(request.args)
    page = subjects.visible(db(), me(), wanted, limit=20)
    already = subjects.counts(db(), me(), wanted.of_pilots())
    return render_template(
        "subjects/pilots.html",
        rows=page.items,
        more=page.next is not None,
        count=sum(subjects.counts(db(), me(), wanted).values()),
        already=sum(already.values()),
        asked=asked,
        wanted=wanted,
        unit=dict(subjects.units_of(db(), me())).get(wanted.unit_id or 0, ""),
        kind=kinds.get(wanted.kind) if wanted.kind else None,
        refusal=say(refusal) if refusal is not None else "",
    )
