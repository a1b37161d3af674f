"""The first page of somebody who is in and has nothing yet: what is missing, whom to ask.

GET /welcome
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Row, select

from engine import clock, people
from engine.models import Role, RoleGrant, User
from web.access import signed_in
from web.notices.pages import todo_count
from web.session import db, me

bp = Blueprint("welcome", __name__)

MOST_NAMED: Final = 6


@bp.get("/welcome")
@signed_in
def show() -> ResponseReturnValue:
    """The page; who has a post, a seat, a role or work goes on to the inbox."""
    person = me()
    if person.roles or person.keys != {people.user_key(int(person.id or 0))} or todo_count():
        return redirect(url_for("tasks.index"), 303)
    mine = (
        db()
        .execute(
            select(User.name, User.username, User.number, User.email).where(User.id == person.id)
        )
        .one()
    )
    return render_template(
        "account/welcome.html",
        mine=mine,
        asked=[{"name": one.name, "id": one.id, "letter": _letter(one, mine)} for one in _asked()],
    )


def _asked() -> list[Row[tuple[int, str, str]]]:
    """The people administrators, who give posts."""
    wanted = (
        select(User.id, User.name, User.email)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            RoleGrant.role == Role.PEOPLE_ADMIN,
            people.in_force(RoleGrant, clock.today()),
            User.is_active,
        )
        .distinct()
        .order_by(User.id)
        .limit(MOST_NAMED)
    )
    return list(db().execute(wanted))


def _letter(to: Row[tuple[int, str, str]], mine: Row[tuple[str, str, str | None, str]]) -> str:
    """A letter that says it all, ready to be sent; empty where there is no address."""
    if not to.email:
        return ""
    body = gettext(
        "%(to)s，您好！\n\n我是%(name)s（账号 %(username)s，工号或学号 %(number)s），"
        "已经能登录诊改平台，还没有岗位。\n我的单位：\n我的岗位：\n\n请帮我安排，谢谢！",
        to=to.name,
        name=mine.name,
        username=mine.username,
        number=mine.number or "—",
    )
    said = {"subject": gettext("诊改平台：请安排岗位"), "body": body.replace("\n", "\r\n")}
    return f"mailto:{quote(to.email, safe='@')}?{urlencode(said, quote_via=quote)}"
