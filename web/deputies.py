"""Deputies (代理): mine, those for whom I am one; administrators of people see and change all.

GET /deputies   POST /deputies   POST /deputies/N/end   GET /deputies?who=N for another person
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock, deputies, people, permissions
from engine.errors import Forbidden, NotFound, Refused
from engine.models import Role
from engine.permissions import Action
from engine.queries import catalogue, colleagues
from web.access import signed_in
from web.asked import number, row_number
from web.errors import status_of
from web.i18n import say
from web.session import db, me

bp = Blueprint("deputies", __name__, url_prefix="/deputies")

DAY = len("2027-03-31")


class DayUnreadable(Refused):
    """A first or last day that is none."""

    sentence = "请填写从哪天到哪天。"


class NobodyAppointed(Refused):
    """A period without a deputy."""

    sentence = "请选择由谁代理。"


@bp.get("")
@signed_in
def index() -> str:
    """Who acts for me, for whom I act, and a form for one more."""
    return _page(_person(number("who")))


@bp.post("")
@signed_in
def appoint() -> ResponseReturnValue:
    """Let somebody act for me, or for the person an administrator looks at."""
    who = _person(row_number(request.form.get("who", "")))
    if "find" in request.form:
        return _page(who)
    chosen = row_number(request.form.get("deputy_to", ""))
    try:
        if chosen is None:
            raise NobodyAppointed
        deputies.appoint(
            db(),
            by=me(),
            principal_id=who,
            user_id=chosen,
            since=_day("since"),
            until=_day("until"),
            definitions=request.form.getlist("flow") or None,
        )
    except Refused as refusal:
        db().rollback()
        return _page(who, refusal), status_of(refusal)
    flash(gettext("代理已登记，从开始那天起生效。"))
    return redirect(_place(who), 303)


@bp.post("/<int:deputy_id>/end")
@signed_in
def end(deputy_id: int) -> ResponseReturnValue:
    """End a period now."""
    found = deputies.one(db(), deputy_id, by=me())
    deputies.end(db(), deputy_id, by=me())
    flash(gettext("代理已结束。"))
    is_other = me().id not in (found.principal_id, found.user_id)
    return redirect(_place(found.principal_id if is_other else me().id or 0), 303)


def _place(who: int) -> str:
    return url_for("deputies.index", who=None if who == me().id else who)


def _person(wanted: int | None) -> int:
    """Whose deputies: one's own, or for an administrator those of a person that there is."""
    mine = me().id or 0
    if wanted is None or wanted == mine:
        return mine
    if Role.PEOPLE_ADMIN not in me().roles:
        raise Forbidden
    if not people.names(db(), [wanted]):
        raise NotFound
    return wanted


def _day(name: str) -> date:
    written = request.form.get(name, "")
    try:
        return date.fromisoformat(written if len(written) == DAY else "")
    except ValueError as error:
        raise DayUnreadable from error


def _page(who: int, refusal: Refused | None = None) -> str:
    form: Any = request.form
    is_admin = Role.PEOPLE_ADMIN in me().roles
    found = deputies.of(db(), who, past=True)
    query, may_look = form.get("deputy_q", ""), permissions.may(me(), Action.PERSON_VIEW)
    every, following = (
        deputies.every(db(), by=me(), after=number("after")) if is_admin else ((), None)
    )
    return render_template(
        "deputies/index.html",
        who=who,
        whose=people.names(db(), [who]).get(who, ""),
        is_mine=who == me().id,
        may_appoint=permissions.may(me(), Action.DEPUTY_EDIT),
        given=tuple(one for one in found if one.principal_id == who),
        held=tuple(one for one in found if one.user_id == who),
        every=every,
        next_url=url_for("deputies.index", after=following) if following else None,
        today=clock.today(),
        flows=[flow for flow in catalogue.flows(db()) if flow.number],
        chosen_flows=form.getlist("flow"),
        query=query,
        people=colleagues.starting_with(db(), query, but=who) if may_look else (),
        chosen=form.get("deputy_to", ""),
        since=form.get("since", ""),
        until=form.get("until", ""),
        refusal=say(refusal) if refusal is not None else "",
        names={flow.key: flow.name for flow in catalogue.flows(db())},
    )
