"""Which accounts of OIDC, CAS and LDAP lead to a person, and letting go of them.

GET /people/<id>/accounts   POST /people/<id>/accounts/end
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
from web.errors import UNPROCESSABLE
from web.i18n import say
from web.session import db, me, settings
from web.signin import links, outside

bp = Blueprint("accounts", __name__, url_prefix="/people")

MAX_REASON: Final = 500


@bp.get("/<int:user_id>/accounts")
@needs(Action.PERSON_LET_IN)
def show(user_id: int) -> str:
    """The accounts, each with its provider and since when."""
    return _page(user_id)


@bp.post("/<int:user_id>/accounts/end")
@needs(Action.PERSON_LET_IN)
def end(user_id: int) -> ResponseReturnValue:
    """Let go of them: for an account made anew at the provider, or tied to the wrong person."""
    links.require_may_let_in(db(), user_id, by=me())
    reason = texts.kept(request.form.get("reason", ""), MAX_REASON)
    if not reason:
        return _page(user_id, say(ReasonRequired())), UNPROCESSABLE
    count = outside.unlink(db(), user_id, by=me(), reason=reason)
    doors.shut(db(), user_id, by=me().mark)
    flash(gettext("已解除 %(count)s 个统一认证账号，对方下次登录时重新对应", count=count))
    return redirect(url_for("people.show", user_id=user_id), 303)


def _page(user_id: int, error: str = "") -> str:
    return render_template(
        "let_in/accounts.html",
        person=people.actor(db(), user_id),
        accounts=[(_called(one.provider), one) for one in outside.linked(db(), user_id)],
        error=error,
    )


def _called(provider: str) -> str:
    """What people call a provider; one that is not set up any more keeps its kind."""
    given = settings()
    names = {"oidc": given.oidc_name, "cas": given.cas_name, "ldap": given.ldap_name}
    kind = provider.partition(":")[0]
    return f"{names.get(kind, kind)}（{kind.upper()}）"
