"""People: the directory, one person with posts and history, adding, changing, leaving.

GET  /people        the directory        GET  /people/new     POST /people
GET  /people/N      one person           GET  /people/N/edit  POST /people/N
GET  /people/N/departure?on=…  what ends POST /people/N/departure  POST /people/N/return
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from engine.college import errors, history, kinds, persons, posts, seated
from engine.errors import NotFound, Refused
from engine.models import Holding, Membership
from engine.permissions import Action
from engine.queries import directory, units
from engine.queries import persons as facts
from engine.queries import posts as posts_of_college
from engine.queries.directory import State, Wanted
from engine.queries.persons import Person
from quality import subjects
from web import house
from web.access import needs
from web.asked import number
from web.errors import UNPROCESSABLE
from web.htmx import render
from web.i18n import say
from web.session import db, me
from web.written import Written, seen

bp = Blueprint("people", __name__, url_prefix="/people")

ENTRIES: Final = 20
SUBJECTS: Final = 20
OFFERED: Final = 10
LONGEST: Final = 100
PARTS: Final = ("name", "number", "username", "email", "phone", "id_number", "employer")
SENSITIVE: Final = ("phone", "id_number")
FIELDS: Final[dict[type[Refused], str]] = {
    errors.UsernameTaken: "username",
    errors.NumberTaken: "number",
    errors.NotAnEmail: "email",
}
NAMED: Final = {what: name for name, (what, _most) in persons.LIMITS.items()}


@bp.get("")
@needs(Action.PERSON_VIEW)
def index() -> str:
    """People by words, unit, post and state; for htmx the list alone."""
    state = request.args.get("state", "")
    wanted = Wanted(
        text=request.args.get("q", "").strip()[:LONGEST],
        unit_id=number("unit"),
        post_id=number("post"),
        state=State(state) if state in set(State) else State.ACTIVE,
    )
    rows, following = directory.search(db(), wanted, after=number("after"))
    chosen = {
        "q": wanted.text or None,
        "unit": wanted.unit_id,
        "post": wanted.post_id,
        "state": None if wanted.state is State.ACTIVE else wanted.state.value,
    }
    return render(
        "people/index.html",
        fragment="people/_found.html",
        rows=rows,
        wanted=wanted,
        units=lambda: _unit_options(wanted.unit_id),
        posts=lambda: posts_of_college.options(db()),
        next_url=url_for("people.index", **chosen, after=following) if following else None,
    )


def _unit_options(chosen: int | None) -> list[tuple[int, str]]:
    """Units to choose from, drawn as a tree; classes only where one is chosen."""
    return [
        (unit.id, "\u3000" * unit.depth + unit.name)
        for unit in units.listed(db())
        if unit.kind != kinds.CLASS or unit.id == chosen
    ]


@bp.get("/options")
@needs(Action.PERSON_VIEW)
def options() -> str:
    """People to choose from while somebody types who is meant."""
    text = next(request.args.values(), "").strip()[:LONGEST]
    rows = directory.search(db(), Wanted(text), limit=OFFERED)[0] if text else ()
    return render_template("people/_options.html", rows=rows)


@bp.get("/new")
@needs(Action.PERSON_EDIT)
def new() -> str:
    """An empty form."""
    return _form(Written({}), None)


@bp.post("")
@needs(Action.PERSON_EDIT)
def create() -> ResponseReturnValue:
    """Add a person; how they get in is decided on their page."""
    written, given = _parts(PARTS)
    if not written.errors:
        try:
            username, name = given.pop("username"), given.pop("name")
            given["number"] = given["number"] or None
            user_id = persons.create(db(), username, name, by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已新建；给了岗位或登录链接以后，就能开始使用"))
            return redirect(url_for("people.show", user_id=user_id), 303)
    db().rollback()
    return _form(written, None), UNPROCESSABLE


@bp.get("/<int:user_id>")
@needs(Action.PERSON_VIEW)
def show(user_id: int) -> str:
    """What is known of a person, what they hold and held, and who made it so."""
    person = facts.one(db(), user_id)
    held = posts.held(db(), Holding.user_id == user_id)
    seats = seated.seats(db(), Membership.user_id == user_id)
    thing = f"user:{user_id}"
    entries = history.of(db(), thing, reader=me(), after=number("after"), limit=ENTRIES)
    following = entries.next
    return render_template(
        "people/show.html",
        person=person,
        held=[one for one in held if _runs(one.until)],
        before=[one for one in reversed(held) if not _runs(one.until)],
        seats=[one for one in seats if _runs(one.until)],
        seats_before=[one for one in reversed(seats) if not _runs(one.until)],
        roles=facts.roles(db(), user_id),
        subjects=_subjects(user_id),
        lines=[house.told(one, thing) for one in entries.items],
        next_url=url_for("people.show", user_id=user_id, after=following, _anchor="history")
        if following
        else None,
    )


def _runs(until: date | None) -> bool:
    return until is None or until >= clock.today()


def _subjects(user_id: int) -> Any:
    wanted = subjects.Wanted(owner_id=user_id, is_active=True)
    return subjects.visible(db(), me(), wanted, limit=SUBJECTS)


@bp.get("/<int:user_id>/edit")
@needs(Action.PERSON_EDIT)
def edit(user_id: int) -> str:
    """The form with what is known; what is sensitive stays covered and unchanged if left empty."""
    person = facts.one(db(), user_id)
    return _form(Written(_known(person)), person)


def _known(person: Person) -> dict[str, str]:
    given = {name: getattr(person, name) or "" for name in PARTS if name not in SENSITIVE}
    return given | {"is_external": "1" if person.is_external else ""}


@bp.post("/<int:user_id>")
@needs(Action.PERSON_EDIT)
def change(user_id: int) -> ResponseReturnValue:
    """Change what is known of a person."""
    person = facts.one(db(), user_id)
    written, given = _parts(PARTS)
    for name in SENSITIVE:
        if not given[name] and not written.ticked(f"clear_{name}"):
            del given[name]
    written.unless_changed(seen(_known(person)))
    if not written.errors:
        try:
            differs = persons.change(db(), user_id, by=me(), **given)
        except Refused as refusal:
            written.refused(refusal, FIELDS, NAMED)
        else:
            flash(gettext("已保存") if differs else gettext("没有改动"))
            return redirect(url_for("people.show", user_id=user_id), 303)
    db().rollback()
    return _form(written, person), UNPROCESSABLE


def _parts(names: tuple[str, ...]) -> tuple[Written, dict[str, Any]]:
    written = Written()
    given: dict[str, Any] = {
        name: written.text(name, most=persons.LIMITS[name][1], needed=name in ("name", "username"))
        for name in names
    }
    given["is_external"] = written.ticked("is_external")
    return written, given


def _form(written: Written, person: Person | None) -> str:
    return render_template(
        "people/form.html",
        given=written.given,
        errors=written.errors,
        person=person,
        seen=seen(_known(person)) if person else "",
    )


@bp.get("/<int:user_id>/departure")
@needs(Action.PERSON_EDIT)
def departure(user_id: int) -> str:
    """What ends when this person leaves on a day; nothing is changed yet."""
    written = Written(request.args)
    written.day("on")
    return _departure(written, facts.one(db(), user_id))


@bp.post("/<int:user_id>/departure")
@needs(Action.PERSON_EDIT)
def leave(user_id: int) -> ResponseReturnValue:
    """Let a person leave: posts, seats and roles end, every way in is closed."""
    person, written = facts.one(db(), user_id), Written()
    on = written.day("on", needed=True)
    if on is not None:
        try:
            persons.leave(db(), user_id, by=me(), on=on)
        except Refused as refusal:
            written.refused(refusal, {Refused: "on"})
        else:
            flash(gettext("已办理离校"))
            return redirect(url_for("people.show", user_id=user_id), 303)
    db().rollback()
    return _departure(written, person), UNPROCESSABLE


def _departure(written: Written, person: Person) -> str:
    if not person.is_active:
        raise NotFound
    on = Written({"on": written.given.get("on", "")}).day("on") or clock.today()
    refusal = ""
    try:
        persons.require_leaver(db(), person.id, person.name, by=me())
    except Refused as refused:
        refusal = say(refused)
    held = posts.held(db(), Holding.user_id == person.id)
    seats = seated.seats(db(), Membership.user_id == person.id)
    return render_template(
        "people/departure.html",
        person=person,
        refusal=refusal,
        on=on,
        given=written.given,
        errors=written.errors,
        held=[one for one in held if one.until is None or one.until > on],
        seats=[one for one in seats if one.until is None or one.until > on],
        roles=facts.roles(db(), person.id),
        subjects=_subjects(person.id),
        tasks=facts.open_tasks(db(), person.id),
    )


@bp.post("/<int:user_id>/return")
@needs(Action.PERSON_EDIT)
def take_back(user_id: int) -> ResponseReturnValue:
    """Give somebody who left the account again; posts are given anew."""
    persons.take_back(db(), user_id, by=me())
    flash(gettext("账号已恢复；岗位和角色要重新给"))
    return redirect(url_for("people.show", user_id=user_id), 303)
