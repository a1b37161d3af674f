"""The way in and out for people: the sign-in page, which keeps what was typed, and signing out.

GET /sign-in   POST /sign-in   POST /sign-out
GET /session   who is signed in now, for a page that has been open for long
"""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.db import begin_writing
from engine.errors import LockedOut, Refused, SignInFailed
from web import auth, demo
from web.access import public, signed_in
from web.errors import status_of
from web.i18n import say
from web.security import own_path
from web.session import db

bp = Blueprint("auth", __name__)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The page; who is signed in already goes on."""
    if g.actor is not None:
        return redirect(_onward(), 303)
    return _page()


@bp.post("/sign-in")
@public
def open_session() -> ResponseReturnValue:
    """Sign in, or say on the same page why not."""
    username = request.form.get("username", "").strip()
    db().rollback()  # wrong tries have a writer of their own, which must not wait for this one
    try:
        user_id = auth.check_password(username, request.form.get("password", ""))
    except (SignInFailed, LockedOut) as refusal:
        return _page(username=username, refusal=refusal), status_of(refusal), _retry(refusal)
    begin_writing(db())
    response = make_response(redirect(_onward(), 303))
    _keep(response, auth.open_session(user_id))
    return response


@bp.get("/session")
@signed_in
def session() -> Response:
    """Who is signed in, and the token to send: a page may outlive the session it came with."""
    return jsonify(user=g.actor.id, csrf=g.csrf)


@bp.post("/sign-out")
@public
def close_session() -> ResponseReturnValue:
    """End the session on the server and in the browser."""
    auth.close_session()
    flash(gettext("已退出登录"))
    response = make_response(redirect(url_for("auth.sign_in"), 303))
    response.delete_cookie(
        auth.cookie_name(), secure=auth.settings().secure_cookies, httponly=True, samesite="Lax"
    )
    return response


def _page(username: str = "", refusal: Refused | None = None) -> str:
    return render_template(
        "auth/sign_in.html",
        username=username,
        error=say(refusal) if refusal else "",
        onward=_target(),
        accounts=demo.ACCOUNTS if auth.settings().demo else (),
        password=demo.PASSWORD,
    )


def _target() -> str:
    return own_path(request.values.get("next", "")) or ""


def _onward() -> str:
    return _target() or url_for("tasks.index")


def _keep(response: Response, token: str) -> None:
    response.set_cookie(
        auth.cookie_name(),
        token,
        secure=auth.settings().secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def _retry(refusal: Refused) -> dict[str, str]:
    return {"Retry-After": str(refusal.values["seconds"])} if isinstance(refusal, LockedOut) else {}
