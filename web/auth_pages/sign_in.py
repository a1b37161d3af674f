"""The way in and out for people: the sign-in page, which keeps what was typed, and signing out.

GET /sign-in   POST /sign-in   POST /sign-out
GET /session   who is signed in now, for a page that has been open for long
"""

from __future__ import annotations

from typing import NamedTuple

from flask import (
    Response,
    current_app,
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
from web import demo
from web.access import public, signed_in
from web.auth_pages.blueprint import bp
from web.errors import status_of
from web.i18n import say
from web.security import own_path
from web.session import db, settings
from web.signin import entering, mail, passwords, sessions


class Provider(NamedTuple):
    """A way in that is not ours: its button's words and where it leads."""

    name: str
    url: str


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The page; who is signed in already goes on."""
    if g.actor is not None:
        return redirect(target() or url_for("tasks.index"), 303)
    return _page()


@bp.post("/sign-in")
@public
def open_session() -> ResponseReturnValue:
    """Sign in, or say on the same page why not."""
    username = request.form.get("username", "").strip()
    db().rollback()  # wrong tries have a writer of their own, which must not wait for this one
    try:
        proof = passwords.check(username, request.form.get("password", ""))
    except (SignInFailed, LockedOut) as refusal:
        return _page(username, refusal), status_of(refusal), retry(refusal)
    begin_writing(db())
    response = entering.enter(proof.user_id, proof.method, target())
    return passwords.remember_browser(response, proof.user_id)


@bp.get("/session")
@signed_in
def session() -> Response:
    """Who is signed in, and the token to send: a page may outlive the session it came with."""
    return jsonify(user=g.actor.id, csrf=g.csrf)


@bp.post("/sign-out")
@public
def close_session() -> ResponseReturnValue:
    """End the session on the server and in the browser."""
    response = sessions.close(make_response(redirect(url_for("auth.sign_in"), 303)))
    flash(gettext("已退出登录"))
    return response


def _page(username: str = "", refusal: Refused | None = None) -> str:
    return render_template(
        "auth/sign_in.html",
        username=username,
        error=say(refusal) if refusal else "",
        onward=target(),
        accounts=demo.ACCOUNTS if settings().demo else (),
        password=demo.PASSWORD,
        directory=settings().ldap_name if settings().ldap_url else "",
        providers=[one(target()) for one in current_app.extensions.get("providers", ())],
        has_reset=mail.is_set(settings()),
    )


def target() -> str:
    """Where the person wants to go: a path of this site, or nothing."""
    return own_path(request.values.get("next", "")) or ""


def retry(refusal: Refused) -> dict[str, str]:
    """For how long a locked door stays locked, as a header."""
    return {"Retry-After": str(refusal.values["seconds"])} if isinstance(refusal, LockedOut) else {}
