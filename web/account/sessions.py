"""The browsers one is signed in with, ended one by one or all others at once.

POST /account/sessions/end-others   POST /account/sessions/<ref>/end
"""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import doors
from web.access import signed_in
from web.account.blueprint import bp
from web.account.page import my_id
from web.session import db, me
from web.signin import sessions


@bp.post("/sessions/end-others")
@signed_in
def end_other_sessions() -> ResponseReturnValue:
    """Stay signed in here and nowhere else."""
    doors.end_sessions(db(), my_id(), by=me().mark, but=g.token_hash)
    flash(gettext("其他设备都已退出登录"))
    return redirect(url_for("account.show", _anchor="sessions"), 303)


@bp.post("/sessions/<word:ref>/end")
@signed_in
def end_session(ref: str) -> ResponseReturnValue:
    """End one session; it may be this one."""
    sessions.end(my_id(), ref, by=me())
    flash(gettext("这台设备已退出登录"))
    return redirect(url_for("account.show", _anchor="sessions"), 303)
