"""One's tokens for programs: made with a name, a scope and an end; shown once; ended.

POST /account/tokens   POST /account/tokens/<ref>/end
"""

from __future__ import annotations

from typing import Final

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import Refused
from engine.forms import texts
from web.access import signed_in
from web.account.blueprint import bp
from web.account.page import draw, my_id
from web.asked import row_number
from web.errors import UNPROCESSABLE
from web.i18n import say
from web.session import db, me
from web.signin import tokens

MAX_NAME: Final = 100


@bp.post("/tokens")
@signed_in
def make_token() -> ResponseReturnValue:
    """A new token; the answer is the only page that ever shows it."""
    name, scope = request.form.get("name", ""), request.form.getlist("scope")
    days = row_number(request.form.get("days", "")) or 0
    errors = {}
    if not texts.storable(name) or not texts.clean(name).strip() or len(name) > MAX_NAME:
        errors["name"] = gettext("请给令牌起一个名字，最多 %(most)s 个字。", most=MAX_NAME)
    if not scope or any(word not in tokens.SCOPES for word in scope):
        errors["scope"] = gettext("请选择令牌能做什么，至少一项。")
    if not 1 <= days <= tokens.longest_days(db()):
        errors["days"] = gettext("有效期请在列出的几项里选。")
    if not errors:
        seconds, kept = days * tokens.DAY, texts.clean(name).strip()
        try:
            made, _seconds = tokens.make(my_id(), name=kept, scope=scope, seconds=seconds)
        except Refused as refusal:
            errors["name"] = say(refusal)
        else:
            return draw({}, made=made, made_name=kept)
    return draw(errors, name=name[:MAX_NAME], scope=scope, days=days), UNPROCESSABLE


@bp.post("/tokens/<word:ref>/end")
@signed_in
def end_token(ref: str) -> ResponseReturnValue:
    """The token opens nothing from here on."""
    tokens.end(my_id(), ref, by=me())
    flash(gettext("令牌已撤销"))
    return redirect(url_for("account.show", _anchor="tokens"), 303)
