"""One's own page, and how pages look to one.

GET /account   POST /account/language   POST /account/theme
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from sqlalchemy import Row, select, update

from engine import clock, people
from engine.models import Holding, Post, Unit, User
from engine.people import Actor
from web.access import public, signed_in
from web.account.blueprint import bp
from web.i18n import LANGUAGES
from web.security import own_path
from web.session import db, me, settings
from web.signin import devices, entering, passwords, second_factor, sessions, tokens

THEMES: Final = ("", "light", "dark")
YEAR: Final = 365 * 24 * 3600
DAYS: Final = (7, 30, 90, 180, 365)


@bp.get("")
@signed_in
def show() -> ResponseReturnValue:
    """The page of the person who is signed in."""
    return draw({})


def draw(errors: Mapping[str, str], **more: Any) -> str:
    """The page; `errors` by field, `more` is what was typed, or a new token to show once."""
    user_id = my_id()
    most = tokens.longest_days(db())
    return render_template(
        "account/show.html",
        person=me(),
        user=g.user,
        posts=_posts(user_id),
        errors=errors,
        shortest=passwords.shortest(db()),
        has_password=passwords.has_one(user_id),
        sessions=sessions.listed(user_id),
        device=devices.words,
        methods=devices.METHODS,
        tokens=tokens.listed(user_id),
        scopes=tokens.SCOPES,
        days=[each for each in DAYS if each <= most] or [most],
        has_second_factor=second_factor.is_on(db(), user_id),
        must_have_second_factor=entering.must_have_second_factor(me()),
        codes_left=second_factor.codes_left(db(), user_id),
        typed={"scope": ["read"], "days": 90} | more,
    )


def my_id() -> int:
    """The number of the account that is signed in."""
    return int(me().id or 0)


@bp.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Choose the language: kept with the person, and in the browser for the sign-in page."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        return _back()
    if g.actor is not None:
        _keep(me(), language=chosen)
        with force_locale(chosen):
            flash(gettext("语言已更换"))
    return _kept("language", chosen)


@bp.post("/theme")
@public
def set_theme() -> ResponseReturnValue:
    """Choose light, dark, or what the device does."""
    chosen = request.form.get("theme", "")
    if chosen not in THEMES:
        return _back()
    if g.actor is not None:
        _keep(me(), theme=chosen)
    return _kept("theme", chosen)


def _keep(person: Actor, **chosen: str) -> None:
    db().execute(update(User.__table__).where(User.__table__.c.id == person.id).values(chosen))


def _posts(user_id: int) -> list[Row[tuple[str, str]]]:
    """The posts held today, each with its unit."""
    wanted = (
        select(Post.name.label("post"), Unit.name.label("unit"))
        .join(Holding, Holding.post_id == Post.id)
        .join(Unit, Unit.id == Holding.unit_id)
        .where(Holding.user_id == user_id, people.in_force(Holding, clock.today()))
        .order_by(Unit.name, Post.name)
        .limit(50)
    )
    return list(db().execute(wanted))


def _kept(name: str, chosen: str) -> Response:
    response = make_response(_back())
    response.set_cookie(
        name,
        chosen,
        max_age=YEAR,
        secure=settings().secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


def _back() -> ResponseReturnValue:
    otherwise = "account.show" if g.actor is not None else "auth.sign_in"
    return redirect(own_path(request.form.get("next", "")) or url_for(otherwise), 303)
