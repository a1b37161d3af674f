"""Posts and who holds them: the list, one post on a day, giving a post to a person, ending it.

GET  /posts          the posts             GET  /posts/new     POST /posts
GET  /posts/N?on=    who holds it          GET  /posts/N/edit  POST /posts/N
GET  /holdings/new   POST /holdings        GET  /holdings/N/end  POST /holdings/N/end
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from engine.college import errors, history, kinds
from engine.college import posts as college
from engine.college.posts import Held
from engine.errors import Refused
from engine.models import Holding, PostKind
from engine.permissions import Action
from engine.queries import directory, holdings, posts, units
from engine.queries.posts import PostRow
from web import house
from web.access import needs
from web.asked import number
from web.errors import UNPROCESSABLE
from web.session import db, me
from web.units import options as unit_options
from web.written import Written, seen

bp = Blueprint("posts", __name__)

ENTRIES: Final = 20
FIELDS: Final[dict[type[Refused], str]] = {
    errors.KeyTaken: "key",
    errors.PostNamed: "name",
    directory.NobodyCalledSo: "who",
    directory.SeveralCalledSo: "who",
    errors.PersonGone: "who",
    errors.PostHeldAlready: "post",
    errors.NotInUse: "post",
    errors.PostInUse: "is_active",
    errors.UnitClosed: "unit",
    errors.PeriodEndsBeforeItBegins: "until",
}
NAMED: Final = {"岗位标识": "key", "岗位名称": "name"}


@bp.get("/posts")
@needs(Action.UNIT_VIEW)
def index() -> str:
    """The posts, and how many people hold each."""
    unused = request.args.get("unused") == "1"
    return render_template(
        "posts/index.html",
        rows=posts.listed(db(), unused=unused),
        unused=unused,
        kinds=kinds.POST_KINDS,
    )


@bp.get("/posts/new")
@needs(Action.POST_EDIT)
def new() -> str:
    """An empty form."""
    return _form(Written({"kind": PostKind.OFFICE.value, "is_active": "1"}), None)


@bp.post("/posts")
@needs(Action.POST_EDIT)
def create() -> ResponseReturnValue:
    """Add a post."""
    written, given = _parts()
    key = written.text("key", most=60, needed=True)
    if not written.errors:
        try:
            del given["is_active"]
            post_id = college.create(db(), key, given.pop("name"), by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已新建岗位"))
            return redirect(url_for("posts.show", post_id=post_id), 303)
    db().rollback()
    return _form(written, None), UNPROCESSABLE


@bp.get("/posts/<int:post_id>")
@needs(Action.UNIT_VIEW)
def show(post_id: int) -> str:
    """One post: who holds it, or held it on a day, and who made it so."""
    post, asked = posts.one(db(), post_id), Written(request.args)
    day = asked.day("on") or clock.today()
    held, following = holdings.listed(
        db(), Holding.post_id == post_id, on=day, after=number("after")
    )
    thing = f"post:{post_id}"
    entries = history.of(db(), thing, reader=me(), after=number("before"), limit=ENTRIES)
    written_on = asked.given.get("on") or None
    return render_template(
        "posts/show.html",
        post=post,
        kinds=kinds.POST_KINDS,
        on=day,
        errors=asked.errors,
        given=asked.given,
        held=held,
        next_url=url_for("posts.show", post_id=post_id, on=written_on, after=following)
        if following
        else None,
        lines=[house.told(one, thing) for one in entries.items],
        older=url_for("posts.show", post_id=post_id, before=entries.next, _anchor="history")
        if entries.next
        else None,
    )


@bp.get("/posts/<int:post_id>/edit")
@needs(Action.POST_EDIT)
def edit(post_id: int) -> str:
    """The form with what is known of a post; its key stays."""
    post = posts.one(db(), post_id)
    return _form(Written(_known(post)), post)


def _known(post: PostRow) -> dict[str, str]:
    return {
        "key": post.key,
        "name": post.name,
        "kind": post.kind,
        "position": str(post.position or ""),
        "is_active": "1" if post.is_active else "",
    }


@bp.post("/posts/<int:post_id>")
@needs(Action.POST_EDIT)
def change(post_id: int) -> ResponseReturnValue:
    """Change a post, or put it out of use."""
    post = posts.one(db(), post_id)
    written, given = _parts()
    written.unless_changed(seen(_known(post)))
    if not written.errors:
        try:
            differs = college.change(db(), post_id, by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已保存") if differs else gettext("没有改动"))
            return redirect(url_for("posts.show", post_id=post_id), 303)
    db().rollback()
    return _form(written, post), UNPROCESSABLE


def _parts() -> tuple[Written, dict[str, Any]]:
    written = Written()
    given: dict[str, Any] = {
        "name": written.text("name", most=200, needed=True),
        "kind": written.choice("kind", [one.value for one in PostKind]),
        "position": written.number("position") or 0,
        "is_active": written.ticked("is_active"),
    }
    return written, given


def _form(written: Written, post: PostRow | None) -> str:
    return render_template(
        "posts/form.html",
        post=post,
        seen=seen(_known(post)) if post else "",
        given=written.given,
        errors=written.errors,
        kinds=[(key, gettext(label)) for key, label in kinds.POST_KINDS.items()],
    )


@bp.get("/holdings/new")
@needs(Action.POST_EDIT)
def new_holding() -> str:
    """The form that gives a post, filled in as far as the way here tells."""
    told = {name: request.args.get(name, "")[:100] for name in ("who", "unit", "post")}
    return _giving(Written(told | {"since": clock.today().isoformat()}))


@bp.post("/holdings")
@needs(Action.POST_EDIT)
def give() -> ResponseReturnValue:
    """Give a person a post in a unit, from one day on."""
    written = Written()
    who = written.text("who", most=100, needed=True)
    post_id, unit_id = written.row("post", needed=True), written.row("unit", needed=True)
    since, until = written.day("since", needed=True), written.day("until")
    if not written.errors and post_id and unit_id and since:
        try:
            user_id = directory.meant(db(), who)
            college.give(db(), user_id, post_id, unit_id, since=since, until=until, by=me())
        except Refused as refusal:
            written.refused(refusal, FIELDS)
        else:
            flash(gettext("已任职"))
            return redirect(url_for("people.show", user_id=user_id), 303)
    db().rollback()
    return _giving(written), UNPROCESSABLE


def _giving(written: Written) -> str:
    return render_template(
        "posts/give.html",
        given=written.given,
        errors=written.errors,
        posts=posts.options(db()),
        units=unit_options(units.listed(db())),
    )


@bp.get("/holdings/<int:holding_id>/end")
@needs(Action.POST_EDIT)
def ending(holding_id: int) -> str:
    """Asks for the last day."""
    held = holdings.one(db(), holding_id)
    return _ending(Written({"on": clock.today().isoformat()}), held)


@bp.post("/holdings/<int:holding_id>/end")
@needs(Action.POST_EDIT)
def end(holding_id: int) -> ResponseReturnValue:
    """Let somebody hold a post until a day and no longer."""
    held, written = holdings.one(db(), holding_id), Written()
    on = written.day("on", needed=True)
    if on is not None:
        try:
            college.end(db(), holding_id, by=me(), on=on)
        except Refused as refusal:
            written.refused(refusal, {Refused: "on"})
        else:
            flash(gettext("已免去"))
            return redirect(url_for("people.show", user_id=held.user_id), 303)
    db().rollback()
    return _ending(written, held), UNPROCESSABLE


def _ending(written: Written, held: Held) -> str:
    return render_template("posts/end.html", held=held, given=written.given, errors=written.errors)
