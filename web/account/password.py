"""A new password for oneself.

POST /account/password
"""

from __future__ import annotations

from flask import flash, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import doors
from engine.db import begin_writing
from engine.errors import LockedOut, Refused, SignInFailed
from web.access import signed_in
from web.account.blueprint import bp
from web.account.page import draw, my_id
from web.errors import UNPROCESSABLE
from web.i18n import say
from web.session import db, me
from web.signin import passwords


@bp.post("/password")
@signed_in
def set_password() -> ResponseReturnValue:
    """A new password; every other browser and program of this person signs in again."""
    given = {name: request.form.get(name, "") for name in ("current", "new", "again")}
    errors = _problems(given["new"], given["again"]) or wrong_password(given["current"])
    if errors:
        db().rollback()
        return draw(errors), UNPROCESSABLE
    begin_writing(db())
    passwords.change(my_id(), given["new"], by=me())
    doors.shut(db(), my_id(), by=me().mark, but=g.token_hash)
    flash(gettext("密码已改，其他设备需要重新登录"))
    response = make_response(redirect(url_for("account.show"), 303))
    return passwords.remember_browser(response, my_id())


def _problems(new: str, again: str) -> dict[str, str]:
    """What is wrong with a new password, by field; each with the way to mend it."""
    try:
        passwords.require_not_shared(g.user.username)
    except Refused as refusal:
        return {"current": say(refusal)}
    try:
        passwords.require_fit(my_id(), new)
    except Refused as refusal:
        return {"new": say(refusal)}
    return {} if new == again else {"again": gettext("两次输入的新密码不一样。")}


def wrong_password(current: str, field: str = "current") -> dict[str, str]:
    """What is wrong with the password that confirms an act, under the name of its field.

    Wrong tries are counted by a writer of their own: the request's lets go before.
    """
    db().rollback()
    try:
        passwords.check_own(my_id(), g.user.username, current)
    except SignInFailed:
        return {field: gettext("现在的密码不对。")}
    except LockedOut as refusal:
        return {field: say(refusal)}
    return {}
