"""Templates of the eight kinds: which hold, their versions and differences, writing the next one.

GET  /templates              the eight kinds         GET  /templates/K            one, ?number=
GET  /templates/K/changes    ?before=&after=         GET  /templates/K/workbook   as a workbook
GET  /templates/K/draft      the next one            POST /templates/K/draft      a change of it
POST /templates/K/draft/discard                      POST /templates/K/submission hand it in
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock, instances, people
from engine.errors import Refused, StaleDraft
from engine.queries import cases
from quality import kinds, templates
from quality.templates import Draft, exported
from web import downloads, template_form
from web.access import signed_in
from web.asked import number
from web.errors import status_of
from web.i18n import say
from web.session import db, me
from web.template_form import Typed

bp = Blueprint("templates", __name__, url_prefix="/templates")

SAVE: Final = "save"
WHAT: Final = {
    "goal_added": "新增目标",
    "goal_dropped": "删去目标",
    "goal_renamed": "目标改名",
    "standard_renamed": "标准表里改名",
    "item_added": "新增项目",
    "item_dropped": "删去项目",
    "item_renamed": "项目改名",
    "placeholder_changed": "是否可以增加有变",
    "moved": "换了位置",
}


@bp.get("")
@signed_in
def index() -> str:
    """The eight kinds, each with the template that holds for this year."""
    editable, year = templates.editable(db(), me()), clock.today().year
    rows = []
    for kind in kinds.every():
        listed = templates.listed(db(), kind.key)
        current = next((one for one in listed if one.first_year <= year), listed[-1])
        rows.append((kind, current, listed[0], templates.under_way(db(), kind.key)))
    who = people.names(db(), [one.published_by for _k, one, *_r in rows if one.published_by])
    return render_template("templates/index.html", rows=rows, who=who, editable=editable)


@bp.get("/<word:kind>")
@signed_in
def show(kind: str) -> str:
    """A template as the tables print it: the one that holds this year, or the one asked for."""
    asked, listed = number("number"), templates.listed(db(), kind)
    held = templates.current(db(), kind, clock.today().year)
    shown = templates.one(db(), kind, asked) if asked else held
    return render_template(
        "templates/show.html",
        kind=kinds.get(kind),
        shown=shown,
        held=held,
        listed=listed,
        who=people.names(db(), [one.published_by for one in listed if one.published_by]),
        may_edit=kind in templates.editable(db(), me()),
        case=templates.under_way(db(), kind),
    )


@bp.get("/<word:kind>/changes")
@signed_in
def changes(kind: str) -> str:
    """What differs between two templates; the newest two unless told."""
    newest = templates.newest(db(), kind).number
    after = number("after") or newest
    before = number("before") or max(after - 1, 1)
    before, after = sorted((before, after))
    earlier, later = (templates.one(db(), kind, one) for one in (before, after))
    return render_template(
        "templates/changes.html",
        kind=kinds.get(kind),
        numbers=range(newest, 0, -1),
        before=before,
        after=after,
        found=templates.differences(earlier.goals, later.goals),
        what=WHAT,
    )


@bp.get("/<word:kind>/workbook")
@signed_in
def workbook(kind: str) -> Response:
    """A template as a workbook."""
    asked = number("number")
    newest = templates.newest(db(), kind)
    one = templates.one(db(), kind, asked) if asked else newest
    content = exported.workbook(one.goals, words=gettext)
    label = gettext(kinds.get(kind).short)
    name = gettext("%(kind)s模板第 %(number)s 版.xlsx", kind=label, number=one.number)
    return downloads.saved(content, exported.MEDIA_TYPE, name)


@bp.get("/<word:kind>/draft")
@signed_in
def edit(kind: str) -> str:
    """The next template as it stands, with what is still wrong with it."""
    templates.require(db(), me(), kind)
    draft = templates.draft(db(), kind)
    return _editor(kind, template_form.of(draft), draft)


@bp.post("/<word:kind>/draft")
@signed_in
def change(kind: str) -> ResponseReturnValue:
    """A row added, moved or taken out on the page; or everything on it kept."""
    templates.require(db(), me(), kind)
    typed, asked = template_form.read(request.form), request.form.get("do", SAVE)
    if asked != SAVE:
        db().rollback()
        return _editor(kind, template_form.done(typed, asked), templates.draft(db(), kind))
    try:
        goals, first_year = template_form.goals_of(typed), template_form.year_of(typed)
        templates.save(
            db(),
            kind,
            goals,
            by=me(),
            first_year=first_year,
            note=typed.note,
            revision=typed.revision,
        )
    except StaleDraft as refusal:
        db().rollback()
        draft = templates.draft(db(), kind)
        sentence = gettext(
            "您打开这一页以后，别人改过这份草稿，您的修改还没有保存。"
            "请在另一个窗口核对；再按一次保存，就以这一页为准。"
        )
        page = _editor(kind, replace(typed, revision=draft.revision), draft, sentence)
        return page, status_of(refusal)
    except Refused as refusal:
        db().rollback()
        page = _editor(kind, typed, templates.draft(db(), kind), say(refusal))
        return page, status_of(refusal)
    flash(gettext("草稿已保存"))
    return redirect(url_for("templates.edit", kind=kind), 303)


@bp.post("/<word:kind>/draft/discard")
@signed_in
def discard(kind: str) -> ResponseReturnValue:
    """Throw the draft away."""
    templates.require(db(), me(), kind)
    written = request.form.get("revision", "")
    revision = int(written) if written.isascii() and written.isdecimal() and len(written) < 9 else 0  # noqa: PLR2004  (what a column holds)
    try:
        templates.discard(db(), kind, by=me(), revision=revision)
    except Refused as refusal:
        db().rollback()
        draft = templates.draft(db(), kind)
        return _editor(kind, template_form.of(draft), draft, say(refusal)), status_of(refusal)
    flash(gettext("草稿已放弃"))
    return redirect(url_for("templates.show", kind=kind), 303)


@bp.post("/<word:kind>/submission")
@signed_in
def submit(kind: str) -> ResponseReturnValue:
    """Hand the draft in: the case of its approval begins."""
    templates.require(db(), me(), kind)
    try:
        instance_id = instances.start(db(), templates.FLOW, by=me(), values={"kind": kind})
    except Refused as refusal:
        db().rollback()
        draft = templates.draft(db(), kind)
        page = _editor(kind, template_form.of(draft), draft, say(refusal))
        return page, status_of(refusal)
    flash(gettext("已发起审定，请核对后提交"))
    task_id = cases.open_for(db(), me(), instance_id)
    if task_id is None:
        return redirect(url_for("instances.show", instance_id=instance_id), 303)
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _editor(kind: str, typed: Typed, draft: Draft, refusal: str = "") -> str:
    problems = templates.problems(db(), draft)
    newest = templates.newest(db(), kind)
    return render_template(
        "templates/edit.html",
        kind=kinds.get(kind),
        typed=typed,
        draft=draft,
        newest=newest,
        refusal=refusal,
        problems={place: say(one) for place, one in reversed(problems)},
        general=[say(one) for place, one in problems if place in {"", "first_year"}],
        count=len(problems),
        is_changed=draft.goals != newest.goals,
        is_unsaved=template_form.differs(typed, draft),
        case=templates.under_way(db(), kind),
    )
