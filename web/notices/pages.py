"""What one was told, and how one wants to be told.

GET  /notifications            POST /notifications/reading    GET /notifications/<id>
GET  /notifications/bell       POST /notifications/<id>/reading
GET  /notifications/choices    POST /notifications/choices
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from engine import notices
from engine.errors import NotFound, Refused
from engine.models import User
from engine.queries import rail
from engine.queries import told as queries
from web.access import signed_in
from web.asked import row_number
from web.errors import status_of
from web.i18n import say
from web.notices import choices, wording
from web.notices.blueprint import bp
from web.notices.choices import Choice, ChoiceNotFitting
from web.session import db, me, own_writing, settings
from web.signin import mail

WAYS: Final = {
    "": "按学校规定",
    choices.NOW: "有事就发",
    choices.DIGEST: "每天汇总",
    choices.OFF: "不发",
}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The list, the newest first."""
    user_id, hidden = me().id or 0, mine().hidden
    before = row_number(request.args.get("before", ""))
    unread_only = request.args.get("show") == "unread"
    found, following = queries.listed(
        db(), user_id, before=before, but=hidden, unread_only=unread_only
    )
    return render_template(
        "notices/index.html",
        rows=[(one, wording.in_words(one, gettext)) for one in found],
        following=following,
        unread_only=unread_only,
        has_unread=told_count() > 0,
        labels=wording.LABELS,
        reader=user_id,
    )


@bp.get("/<int:notice_id>")
@signed_in
def follow(notice_id: int) -> ResponseReturnValue:
    """Go where a notice leads; it is read from then on."""
    user_id = me().id or 0
    found = queries.one(db(), user_id, notice_id)
    if found is None:
        raise NotFound
    if found.read_at is None and me().seen_by is None:
        db().rollback()
        with own_writing() as writer:
            notices.read(writer, user_id, notice_id)
    return redirect(wording.path(found), 303)


@bp.post("/<int:notice_id>/reading")
@signed_in
def read(notice_id: int) -> ResponseReturnValue:
    """Mark one as read."""
    notices.read(db(), me().id or 0, notice_id)
    return redirect(url_for("notices.index"), 303)


@bp.post("/reading")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark all as read that the page has shown; what came since stays new."""
    notices.read_all(db(), me().id or 0, row_number(request.form.get("newest", "")) or 0)
    return redirect(url_for("notices.index"), 303)


@bp.get("/bell")
@signed_in
def bell() -> ResponseReturnValue:
    """The bell alone, for pages that stay open."""
    return render_template("notices/_bell.html")


@bp.app_template_global()
def todo_count() -> int:
    """How much waits for the reader; what is unread is counted along."""
    waits, g.unread = rail.numbers(db(), me(), mine().hidden)
    return waits


@bp.app_template_global()
def told_count() -> int:
    """How much the reader has not read, counted to 100."""
    if g.get("actor") is None or g.actor.id is None:
        return 0
    return g.unread if "unread" in g else rail.unread(db(), g.actor.id, mine().hidden)


def mine() -> Choice:
    """What the reader chose."""
    if "notice_choice" not in g:
        g.notice_choice = choices.read(g.user.choice)
    found: Choice = g.notice_choice
    return found


@bp.get("/choices")
@signed_in
def show_choices() -> ResponseReturnValue:
    """How one wants to be told."""
    return _choices(mine(), "")


@bp.post("/choices")
@signed_in
def choose() -> ResponseReturnValue:
    """Choose."""
    chosen = _typed()
    try:
        choices.keep(db(), me().id or 0, chosen)
    except Refused as refusal:
        db().rollback()
        return _choices(chosen, say(refusal)), status_of(refusal)
    flash(gettext("已保存"))
    return redirect(url_for("notices.show_choices"), 303)


def _typed() -> Choice:
    form = request.form
    ways = {kind: form.get(f"mail-{kind}", "") for kind in wording.LABELS}
    shown = set(form.getlist("bell"))
    quiet = None
    if form.get("quiet") == "own":
        quiet = (_hour("quiet_from"), _hour("quiet_until"))
    elif form.get("quiet") == "none":
        quiet = (0, 0)
    digest = form.get("digest_hour", "")
    return Choice(
        mail={kind: way for kind, way in ways.items() if way},
        hidden=frozenset(kind for kind in wording.LABELS if kind not in shown),
        digest_hour=_hour("digest_hour") if digest else None,
        quiet=quiet,
        days=form.get("days") or None,
    )


def _address() -> str:
    found = db().execute(select(User.email).where(User.id == me().id)).scalar_one_or_none()
    return found or ""


def _hour(name: str) -> int:
    text = request.form.get(name, "")
    if not text.isdecimal() or not text.isascii() or int(text[:3]) not in choices.HOURS:
        raise ChoiceNotFitting(what=text[:10] or "…")
    return int(text)


def _choices(choice: Choice, error: str) -> str:
    rules = choices.school(db())
    own = choice.quiet if choice.quiet not in (None, (0, 0)) else None
    return render_template(
        "notices/choices.html",
        choice=replace(choice),
        rules=rules,
        own=own or rules.quiet,
        is_own=own is not None,
        ways=WAYS,
        labels=wording.LABELS,
        error=error,
        can_mail=mail.is_set(settings()),
        address=_address(),
    )
