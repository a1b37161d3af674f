"""Moving running cases to another version (迁移): choose, look, do, watch, undo.

GET  /definitions/K/moving           choose and dry run      POST /definitions/K/moving       go
GET  /definitions/K/moving/R         progress and outcomes   POST /definitions/K/moving/R/undo
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import moving
from engine.errors import NotFound, Refused
from engine.moving.planning import Change, Dry, Reason
from engine.permissions import Action
from engine.queries import catalogue
from web.access import needs
from web.asked import number
from web.errors import status_of
from web.i18n import in_words, say
from web.session import db, me

bp = Blueprint("moving", __name__, url_prefix="/definitions/<word:key>/moving")

SHOWN = 100
PLACE = "place."
GIVEN_UP = "-"


@bp.get("")
@needs(Action.INSTANCE_MOVE)
def index(key: str) -> str:
    """From which version to which, what became what, and what would come of it."""
    return _page(key)


def _page(key: str, refusal: str = "") -> str:
    flow = catalogue.flow(db(), key)
    editions = catalogue.editions(db(), key)
    numbers = _numbers([one.number for one in editions])
    changes: tuple[Change, ...] = ()
    dry: Dry | None = None
    if numbers is not None:
        changes = moving.changed(db(), key, numbers, by=me())
        dry = moving.plan(db(), key, numbers, _places(changes), by=me())
    return render_template(
        "definitions/moving.html",
        flow=flow,
        editions=editions,
        numbers=numbers,
        changes=changes,
        chosen={one.id: request.values.get(PLACE + one.id, "") for one in changes},
        dry=dry,
        reasons=[(one, _why(one), count) for one, count in dry.reasons] if dry else [],
        cases=[(one, [_why(why) for why in one.reasons]) for one in dry.cases[:SHOWN]]
        if dry
        else [],
        runs=moving.runs_of(db(), key, by=me())[:20],
        reason=request.form.get("reason", ""),
        refusal=refusal,
    )


def _numbers(known: list[int]) -> tuple[int, int] | None:
    """The versions somebody chose; two that there are, and not the same."""
    chosen = [request.values.get(name, type=int) for name in ("from", "to")]
    if chosen[0] not in known or chosen[1] not in known or chosen[0] == chosen[1]:
        return None
    return chosen[0] or 0, chosen[1] or 0


def _places(changes: tuple[Change, ...]) -> dict[str, str]:
    """What became what, as far as somebody said and it was offered."""
    found: dict[str, str] = {}
    for one in changes:
        to = request.values.get(PLACE + one.id, "")
        if to == GIVEN_UP and one.may_be_given_up:
            found[one.id] = ""
        elif to in {choice for choice, _label in one.choices}:
            found[one.id] = to
    return found


def _why(reason: Reason) -> str:
    return in_words(reason.sentence, reason.values)


@bp.post("")
@needs(Action.INSTANCE_MOVE)
def begin(key: str) -> ResponseReturnValue:
    """Begin to move the cases that can be moved."""
    numbers = _numbers([one.number for one in catalogue.editions(db(), key)])
    if numbers is None:
        raise NotFound
    places = _places(moving.changed(db(), key, numbers, by=me()))
    reason = request.form.get("reason", "")
    try:
        run = moving.begin(db(), key, numbers, places, by=me(), reason=reason)
    except Refused as refusal:
        return _page(key, say(refusal)), status_of(refusal)
    return redirect(url_for("moving.show", key=key, run=run), 303)


@bp.get("/<word:run>")
@needs(Action.INSTANCE_MOVE)
def show(key: str, run: str) -> str:
    """How far a run is, and what became of each case."""
    found = moving.run(db(), run, by=me())
    if found.key != key:
        raise NotFound
    after = number("after") or 0
    rows = moving.outcomes(db(), run, by=me(), after=after, limit=SHOWN + 1)
    more = rows[SHOWN - 1].instance_id if len(rows) > SHOWN else None
    return render_template(
        "definitions/move_run.html",
        flow=catalogue.flow(db(), key),
        run=found,
        rows=[(one, in_words(one.sentence, one.values)) for one in rows[:SHOWN]],
        next_url=url_for("moving.show", key=key, run=run, after=more) if more else None,
        words=_words(),
    )


def _words() -> dict[str, tuple[str, str]]:
    return {
        "waiting": (gettext("等待"), ""),
        "moved": (gettext("已迁移"), "ok"),
        "refused": (gettext("没有迁移"), "warn"),
        "going_back": (gettext("正在撤销"), ""),
        "moved_back": (gettext("已退回"), "ok"),
        "stays": (gettext("不能退回"), "warn"),
    }


@bp.post("/<word:run>/undo")
@needs(Action.INSTANCE_MOVE)
def undo(key: str, run: str) -> ResponseReturnValue:
    """Move the cases of a run back, each that can."""
    if moving.run(db(), run, by=me()).key != key:
        raise NotFound
    try:
        moving.undo(db(), run, by=me())
    except Refused as refusal:
        flash(say(refusal))
    return redirect(url_for("moving.show", key=key, run=run), 303)
