"""What people set for themselves: language, theme, password.

GET /account   POST /account/language   POST /account/theme   POST /account/password
"""

from __future__ import annotations

from typing import Final

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from sqlalchemy import Row, delete, select, update

from engine import clock, people
from engine.db import begin_writing
from engine.errors import LockedOut, SignInFailed
from engine.models import ApiToken, Holding, Post, Unit, User, WebSession
from web import demo
from web.access import public, signed_in
from web.errors import UNPROCESSABLE
from web.i18n import LANGUAGES, say
from web.security import own_path
from web.session import db, me, settings
from web.signin import passwords

bp = Blueprint("account", __name__, url_prefix="/account")

THEMES: Final = ("", "light", "dark")
YEAR: Final = 365 * 24 * 3600
SHORTEST: Final = 8


@bp.get("")
@signed_in
def show() -> ResponseReturnValue:
    """The page of the person who is signed in."""
    return _page({})


@bp.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Choose the language: kept with the person, and in the browser for the sign-in page."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        return _back()
    if g.actor is not None:
        db().execute(
            update(User.__table__).where(User.__table__.c.id == me().id).values(language=chosen)
        )
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
        db().execute(
            update(User.__table__).where(User.__table__.c.id == me().id).values(theme=chosen)
        )
    return _kept("theme", chosen)


@bp.post("/password")
@signed_in
def set_password() -> ResponseReturnValue:
    """A new password; every other browser and program of this person signs in again."""
    given = {name: request.form.get(name, "") for name in ("current", "new", "again")}
    person, username = me(), g.user.username
    errors = _problems(username, given["new"], given["again"])
    if not errors:
        db().rollback()  # wrong tries have a writer of their own, which must not wait for this one
        try:
            passwords.check(username, given["current"])
        except (SignInFailed, LockedOut) as refusal:
            errors = {
                "current": gettext("现在的密码不对。")
                if isinstance(refusal, SignInFailed)
                else say(refusal)
            }
    if errors:
        return _page(errors), UNPROCESSABLE
    begin_writing(db())
    people.set_password(db(), int(person.id or 0), given["new"], by=person)
    mine = WebSession.__table__
    db().execute(delete(mine).where(mine.c.user_id == person.id, mine.c.token_hash != g.token_hash))
    db().execute(delete(ApiToken.__table__).where(ApiToken.__table__.c.user_id == person.id))
    flash(gettext("密码已改，其他设备需要重新登录"))
    return redirect(url_for("account.show"), 303)


def _problems(username: str, new: str, again: str) -> dict[str, str]:
    """What is wrong with a new password, by field; each with the way to mend it."""
    if settings().demo and username in {account for account, _name, _what in demo.ACCOUNTS}:
        return {"current": gettext("演示账号由大家共用，密码不能改。")}
    if not SHORTEST <= len(new) <= passwords.MAX_PASSWORD:
        return {
            "new": gettext(
                "新密码至少 %(least)s 个字符，最多 %(most)s 个。",
                least=SHORTEST,
                most=passwords.MAX_PASSWORD,
            )
        }
    if new == demo.PASSWORD:
        return {"new": gettext("这是演示账号的密码，人人都知道，请换一个。")}
    if username.casefold() in new.casefold():
        return {"new": gettext("新密码里不要有账号名。")}
    if new != again:
        return {"again": gettext("两次输入的新密码不一样。")}
    return {}


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "account/show.html",
        person=me(),
        user=g.user,
        posts=_posts(int(me().id or 0)),
        errors=errors,
        shortest=SHORTEST,
    )


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
