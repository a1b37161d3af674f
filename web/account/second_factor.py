"""One's second factor: set up with a phone, confirmed with a code, renewed and removed.

GET  /account/second-factor
POST /account/second-factor   POST …/confirm   POST …/codes   POST …/remove
"""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.db import begin_writing
from engine.errors import LockedOut, NotFound, Refused, SignInFailed
from web.access import signed_in
from web.account.blueprint import bp
from web.account.page import draw, my_id
from web.account.password import wrong_password
from web.errors import UNPROCESSABLE
from web.i18n import say
from web.session import db, me
from web.signin import entering, passwords, second_factor


@bp.get("/second-factor")
@signed_in
def show_second_factor() -> ResponseReturnValue:
    """The code to scan; who has not begun, or is done, goes back to the page."""
    return _page()


@bp.post("/second-factor")
@signed_in
def begin_second_factor() -> ResponseReturnValue:
    """Begin, with the password: a browser left open must not bind a stranger's phone."""
    errors = _unproven("set_up_password")
    if errors:
        return draw(errors), UNPROCESSABLE
    begin_writing(db())
    second_factor.begin(db(), my_id())
    return redirect(url_for("account.show_second_factor"), 303)


@bp.post("/second-factor/confirm")
@signed_in
def confirm_second_factor() -> ResponseReturnValue:
    """A first code turns it on; the answer is the only page that ever shows the recovery codes."""
    db().rollback()  # tries are counted by a writer of their own
    try:
        second_factor.take_try(my_id())
        begin_writing(db())
        codes = second_factor.confirm(db(), my_id(), request.form.get("code", ""), by=me())
    except NotFound:
        return _page()
    except (SignInFailed, LockedOut) as refusal:
        db().rollback()
        return _page(refusal), UNPROCESSABLE
    second_factor.forget_tries(db(), my_id())
    return render_template("account/codes.html", codes=codes, is_new=True)


@bp.post("/second-factor/codes")
@signed_in
def renew_codes() -> ResponseReturnValue:
    """New recovery codes in the place of the old, with the password."""
    errors = _unproven("codes_password")
    if errors:
        return draw(errors), UNPROCESSABLE
    begin_writing(db())
    if not second_factor.is_on(db(), my_id()):
        raise NotFound
    codes = second_factor.renew_codes(db(), my_id())
    return render_template("account/codes.html", codes=codes, is_new=False)


@bp.post("/second-factor/remove")
@signed_in
def remove_second_factor() -> ResponseReturnValue:
    """Sign in without a code from here on, with the password; not where the role asks one."""
    if entering.must_have_second_factor(me()):
        wrong = gettext("您的角色按学校规定必须使用两步验证，不能停用。")
        return draw({"remove_password": wrong}), UNPROCESSABLE
    errors = _unproven("remove_password")
    if errors:
        return draw(errors), UNPROCESSABLE
    begin_writing(db())
    second_factor.remove(db(), my_id(), by=me())
    flash(gettext("两步验证已停用"))
    return redirect(url_for("account.show", _anchor="second-factor"), 303)


def _unproven(field: str) -> dict[str, str]:
    """Why this is not surely the owner; who has no password here proves it by the session alone."""
    try:
        passwords.require_not_shared(g.user.username)
    except Refused as refusal:
        return {field: say(refusal)}
    if not passwords.has_one(my_id()):
        return {}
    return wrong_password(request.form.get(field, ""), field)


def _page(refusal: Refused | None = None) -> ResponseReturnValue:
    if second_factor.is_on(db(), my_id()):
        return redirect(url_for("account.show", _anchor="second-factor"), 303)
    try:
        words = second_factor.secret(db(), my_id())
    except NotFound:
        return redirect(url_for("account.show", _anchor="second-factor"), 303)
    return render_template(
        "account/second_factor.html",
        picture=second_factor.picture(words, g.user.username),
        words=words,
        error=say(refusal) if refusal else "",
    )
