"""Deadlines of open tasks: computed anew after the calendar changed, or changed many at once.

GET  /deadlines                  what would change, and a form to choose
POST /deadlines/recalculation    put the deadlines where the calendar has them now
POST /deadlines/change           look (`act` = look) or do it (`act` = do), with a reason
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from engine import deadlines, permissions
from engine.college import units
from engine.deadlines.changing import Choice, DaysWrong, Wanted
from engine.deadlines.recalculating import Preview
from engine.errors import Refused
from engine.models import ProcessDefinition, Unit
from engine.permissions import Action
from quality import subjects
from quality.models import Subject
from web.access import needs
from web.asked import row_number
from web.errors import UNPROCESSABLE, status_of
from web.i18n import say
from web.session import db, me


class UnitUnknown(Refused):
    """No unit has this number."""

    sentence = "没有编号为“{unit}”的单位。"


bp = Blueprint("deadlines", __name__, url_prefix="/deadlines")

GIVEN: Final = ("definition", "element", "unit", "first", "last", "at", "days", "reason")
LONGEST: Final = 5
LONGEST_NAME: Final = 40


@bp.get("")
@needs(Action.CALENDAR_EDIT)
def index() -> ResponseReturnValue:
    """What the calendar would change, and a form for changing many deadlines."""
    return _page(dict.fromkeys(GIVEN, ""), None, "")


@bp.post("/recalculation")
@needs(Action.CALENDAR_EDIT)
def recalculate() -> ResponseReturnValue:
    """Put every deadline where the calendar has it now."""
    deadlines.recalculating.apply(db(), by=me())
    flash(gettext("正在按现在的校历重算，稍后刷新就能看到结果。"))
    return redirect(url_for("deadlines.index"), 303)


@bp.post("/change")
@needs(Action.DUE_CHANGE)
def change() -> ResponseReturnValue:
    """Look at what a change would do, or order it."""
    given = {part: request.form.get(part, "").strip() for part in GIVEN}
    try:
        choice, wanted = read(given)
        found = deadlines.changing.preview(db(), choice, wanted)
        if request.form.get("act") != "do":
            return _page(given, found, "")
        if request.form.get("seen") != str(found.count):
            said = gettext("要调整的与刚才看的不一样了，请再看一遍。")
            return _page(given, found, said), UNPROCESSABLE
        count = deadlines.changing.apply(db(), choice, wanted, by=me(), reason=given["reason"])
    except Refused as refusal:
        db().rollback()
        return _page(given, None, say(refusal)), status_of(refusal)
    flash(gettext("正在调整 %(count)s 项待办的期限，稍后刷新就能看到结果。", count=count))
    return redirect(url_for("deadlines.index"), 303)


def read(given: Mapping[str, str]) -> tuple[Choice, Wanted]:
    """A choice and what is wanted, from a form or a program. Raises `UnitUnknown`, `DaysWrong`."""
    unit = given.get("unit", "")
    choice = Choice(
        given.get("definition", ""),
        given.get("element", ""),
        _subjects(unit) if unit else None,
        given.get("first", ""),
        given.get("last", ""),
    )
    return choice, Wanted(given.get("at", ""), _days(given.get("days", "")))


def _days(written: str) -> int:
    """So many working days; 0 where nothing is written. Raises `DaysWrong`."""
    plain = written.removeprefix("-")
    if plain and not (plain.isascii() and plain.isdigit() and int(plain[:LONGEST])):
        raise DaysWrong
    return int(written[: LONGEST + 1]) if plain else 0


def _subjects(unit: str) -> tuple[str, ...]:
    """Subjects of a unit and those below. Raises `UnitUnknown`."""
    unit_id = row_number(unit)
    known = select(Unit.id).where(Unit.id == unit_id)
    if unit_id is None or db().execute(known).one_or_none() is None:
        raise UnitUnknown(unit=unit[:LONGEST_NAME])
    mine = select(Subject.id).where(Subject.unit_id.in_(units.below([unit_id])))
    return tuple(subjects.reference(one) for one in db().execute(mine).scalars())


def _page(given: Mapping[str, str], changed: Preview | None, error: str) -> str:
    may_change = permissions.may(me(), Action.DUE_CHANGE)
    flows = db().execute(
        select(ProcessDefinition.key, ProcessDefinition.name)
        .where(ProcessDefinition.active_version_id.is_not(None))
        .order_by(ProcessDefinition.name)
    )
    places = db().execute(
        select(Unit.id, Unit.name).where(Unit.until.is_(None)).order_by(Unit.name)
    )
    return render_template(
        "deadlines/index.html",
        found=deadlines.recalculating.preview(db()),
        changed=changed,
        given=given,
        error=error,
        may_change=may_change,
        flows=[(row.key, row.name) for row in flows],
        units=[(row.id, row.name) for row in places],
    )
