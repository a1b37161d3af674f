"""The second step of signing in: a code from the phone, or setting one up where it is a must.

GET  /sign-in/code            POST /sign-in/code
GET  /sign-in/second-factor   POST /sign-in/second-factor
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from engine.db import begin_writing
from engine.errors import LockedOut, Refused, SignInFailed
from engine.models import User
from web.access import public
from web.auth_pages.blueprint import bp
from web.auth_pages.sign_in import retry
from web.errors import status_of
from web.i18n import say
from web.session import db
from web.signin import door, entering, second_factor
from web.signin.entering import NobodyEnters, Pending
from web.signin.second_factor import SecretLost


@bp.get("/sign-in/code")
@public
def ask_code() -> ResponseReturnValue:
    """The page that asks for the code."""
    try:
        entering.pending()
    except NobodyEnters as late:
        return _again(late)
    return render_template("auth/code.html", error="")


@bp.post("/sign-in/code")
@public
def take_code() -> ResponseReturnValue:
    """In with a code that is right; it is taken once."""
    db().rollback()  # tries are counted by a writer of their own
    try:
        one = entering.pending()
        actor = entering.pending_actor(one)
        db().rollback()
        count = second_factor.take_try(one.user_id)
        begin_writing(db())
        try:
            second_factor.check(db(), one.user_id, request.form.get("code", ""))
        except SignInFailed:
            db().rollback()
            door.refused(one.user_id, "code", count)
            raise
        response = entering.let_in(actor, one.method, one.onward)
    except NobodyEnters as late:
        return _again(late)
    except (SignInFailed, LockedOut, SecretLost) as refusal:
        page = render_template("auth/code.html", error=say(refusal))
        return page, status_of(refusal), retry(refusal)
    second_factor.forget_tries(db(), one.user_id)
    return response


@bp.get("/sign-in/second-factor")
@public
def set_up() -> ResponseReturnValue:
    """The code to scan, for somebody whose role asks a second factor."""
    try:
        one = entering.pending()
    except NobodyEnters as late:
        return _again(late)
    if second_factor.is_on(db(), one.user_id):  # what is in use is never shown again
        return redirect(url_for("auth.ask_code"), 303)
    return _set_up(one)


@bp.post("/sign-in/second-factor")
@public
def confirm_set_up() -> ResponseReturnValue:
    """A first code turns it on; the recovery codes are shown, and the person is in."""
    db().rollback()  # tries are counted by a writer of their own
    try:
        one = entering.pending()
        actor = entering.pending_actor(one)
        db().rollback()
        second_factor.take_try(one.user_id)
        begin_writing(db())
        codes = second_factor.confirm(db(), one.user_id, request.form.get("code", ""), by=actor)
    except (NobodyEnters, second_factor.AlreadyOn) as late:
        return _again(late)
    except (SignInFailed, LockedOut) as refusal:
        db().rollback()
        return _set_up(one, refusal), status_of(refusal), retry(refusal)
    onward = entering.target(actor, one.onward)
    page = render_template("auth/codes.html", codes=codes, onward=onward)
    second_factor.forget_tries(db(), one.user_id)
    return entering.open_session(make_response(page), actor, one.method)


def _again(refusal: Refused) -> ResponseReturnValue:
    flash(say(refusal), "refused")
    return redirect(url_for("auth.sign_in"), 303)


def _set_up(one: Pending, refusal: Refused | None = None) -> str:
    username = db().execute(select(User.username).where(User.id == one.user_id)).scalar_one()
    words = second_factor.secret(db(), one.user_id)
    return render_template(
        "auth/set_up.html",
        picture=second_factor.picture(words, username),
        words=words,
        error=say(refusal) if refusal else "",
    )
