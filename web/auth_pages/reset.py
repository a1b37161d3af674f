"""A forgotten password: asking for a link by mail, and following a one-time link.

GET  /password-reset               POST /password-reset
GET  /sign-in/link/<secret>        POST /sign-in/link/<secret>
"""

from __future__ import annotations

from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import doors, jobs, people
from engine.db import begin_writing
from engine.errors import Refused
from web.access import public
from web.auth_pages.blueprint import bp
from web.errors import UNPROCESSABLE
from web.i18n import say
from web.session import db, settings
from web.signin import door, entering, keys, links, mail, names, passwords, tries
from web.signin.links import LinkDead
from web.signin.passwords import ElsewhereOnly

MAILS_AN_HOUR: Final = 3
MAILS_AN_ADDRESS: Final = 20
MAX_NAME: Final = 100
GONE: Final = 410


@bp.get("/password-reset")
@public
def ask_reset() -> ResponseReturnValue:
    """The page that asks for which account; without mail, the page that says whom to ask."""
    return render_template("auth/reset.html", has_mail=mail.is_set(settings()), is_sent=False)


@bp.post("/password-reset")
@public
def send_reset() -> ResponseReturnValue:
    """The answer is the same whether there is such an account or not, and so is the work."""
    named = request.form.get("username", "").strip()[:MAX_NAME]
    if mail.is_set(settings()) and named:
        db().rollback()  # what is counted has a writer of its own
        often = tries.within(f"mail:{keys.blurred(names.folded(named))}", MAILS_AN_HOUR)
        if tries.within(f"mails:{door.address()}", MAILS_AN_ADDRESS) and often:
            begin_writing(db())
            jobs.enqueue(db(), links.TOPIC, links.account(db(), named))
    return render_template("auth/reset.html", has_mail=mail.is_set(settings()), is_sent=True)


@bp.get("/sign-in/link/<word:secret>")
@public
def follow(secret: str) -> ResponseReturnValue:
    """The page for a new password; opening it does not use the link up, as mail scanners do."""
    try:
        return _page(secret, links.holder(db(), secret), {})
    except (LinkDead, ElsewhereOnly) as dead:
        return render_template("auth/link_dead.html", error=say(dead)), GONE


@bp.post("/sign-in/link/<word:secret>")
@public
def use(secret: str) -> ResponseReturnValue:
    """Set the password, end every other way in, and let the person in."""
    new, again = (request.form.get(name, "") for name in ("new", "again"))
    try:
        user_id = links.holder(db(), secret)
        try:
            passwords.require_not_shared(passwords.username(user_id))
            actor = people.actor(db(), user_id)
            if new == again:
                passwords.change(user_id, new, by=actor)
        except Refused as refusal:
            return _page(secret, user_id, {"new": say(refusal)}), UNPROCESSABLE
        if new != again:
            wrong = {"again": gettext("两次输入的新密码不一样。")}
            return _page(secret, user_id, wrong), UNPROCESSABLE
        links.use(db(), secret)
    except (LinkDead, ElsewhereOnly) as dead:
        return render_template("auth/link_dead.html", error=say(dead)), GONE
    doors.shut(db(), user_id, by=actor.mark)
    return passwords.remember_browser(entering.enter(user_id, "link"), user_id)


def _page(secret: str, user_id: int, errors: dict[str, str]) -> str:
    return render_template(
        "auth/new_password.html",
        secret=secret,
        username=passwords.username(user_id),
        errors=errors,
        shortest=passwords.shortest(db()),
    )
