"""Letting a person in again, by the people's administrator: sessions, links, a lost phone.

POST /people/<id>/sessions/end   POST /people/<id>/sign-in-link
POST /people/<id>/second-factor/remove
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import doors, people
from engine.errors import ReasonRequired
from engine.forms import texts
from engine.permissions import Action
from web.access import needs
from web.session import db, me, settings
from web.signin import links, passwords, second_factor

bp = Blueprint("let_in", __name__, url_prefix="/people")

MAX_REASON: Final = 500


@bp.post("/<int:user_id>/sessions/end")
@needs(Action.PERSON_LET_IN)
def end_sessions(user_id: int) -> ResponseReturnValue:
    """Sign a person out everywhere; programs that speak for them as well."""
    links.require_may_let_in(db(), user_id, by=me())
    name = people.actor(db(), user_id).name
    ended = doors.end_sessions(db(), user_id, by=me().mark)
    doors.end_tokens(db(), user_id, by=me().mark)
    flash(
        gettext("%(name)s已从 %(count)s 台设备退出登录，访问令牌也已撤销", name=name, count=ended)
    )
    return _back(user_id)


@bp.post("/<int:user_id>/sign-in-link")
@needs(Action.PERSON_LET_IN)
def make_link(user_id: int) -> ResponseReturnValue:
    """A link to hand over in person; the answer is the only page that ever shows it."""
    links.require_may_let_in(db(), user_id, by=me())
    person = people.actor(db(), user_id)
    passwords.require_not_shared(passwords.username(user_id))
    made = links.make(db(), user_id, by=me(), how="shown")
    address = made.address(links.base(settings()))
    return render_template("let_in/link.html", person=person, address=address, minutes=made.minutes)


@bp.post("/<int:user_id>/second-factor/remove")
@needs(Action.PERSON_LET_IN)
def remove_second_factor(user_id: int) -> ResponseReturnValue:
    """For somebody whose phone is gone; the reason stands in the record."""
    links.require_may_let_in(db(), user_id, by=me())
    reason = texts.kept(request.form.get("reason", ""), MAX_REASON)
    if not reason:
        raise ReasonRequired
    second_factor.remove(db(), user_id, by=me(), reason=reason)
    flash(gettext("两步验证已解除，下次登录只需要密码"))
    return _back(user_id)


def _back(user_id: int) -> ResponseReturnValue:
    return redirect(url_for("people.show", user_id=user_id), 303)
