"""Leavers' hand-over: what somebody has in hand, who should get it, and what became of it.

GET  /people/N/hand-over    the list to confirm     POST /people/N/hand-over
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import handing_over
from engine.errors import CannotAssign, ReasonRequired, Refused
from engine.handing_over import Thing
from engine.models import HandOverStatus
from engine.permissions import Action
from engine.queries import directory
from engine.queries import persons as facts
from web.access import needs
from web.errors import UNPROCESSABLE
from web.i18n import in_words
from web.session import db, me
from web.written import Written

bp = Blueprint("handing_over", __name__, url_prefix="/people/<int:user_id>/hand-over")

MAX_REASON: Final = 1_000
FIELDS: Final[dict[type[Refused], str]] = {
    ReasonRequired: "reason",
    CannotAssign: "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A thing on the page: what it is, what stands in its field."""

    id: str
    name: str
    detail: str
    to: str
    ended: bool
    error: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a thing of a sort."""

    name: str
    sort: str
    to: str
    status: HandOverStatus
    sentence: str


@bp.get("")
@needs(Action.WORK_HAND_OVER)
def show(user_id: int) -> str:
    """Everything that is theirs, each with who should get it; and what was handed over before."""
    return _page(user_id, Written({}), is_first=True)


@bp.post("")
@needs(Action.WORK_HAND_OVER)
def confirm(user_id: int) -> ResponseReturnValue:
    """Hand over what has a name beside it; what has none stays where it is."""
    written = Written()
    reason = written.text("reason", most=MAX_REASON, needed=True)
    chosen = _chosen(written)
    if not written.errors:
        try:
            handing_over.confirm(db(), user_id, chosen, by=me(), reason=reason)
        except Refused as refusal:
            written.refused(refusal, FIELDS)
        else:
            flash(gettext("已确认移交，结果列在下面"))
            return redirect(url_for("handing_over.show", user_id=user_id), 303)
    db().rollback()
    return _page(user_id, written), UNPROCESSABLE


def _chosen(written: Written) -> dict[str, int | None]:
    """Who gets what; the same text is looked up once."""
    known: dict[str, int] = {}
    chosen: dict[str, int | None] = {}
    for name, text in list(written.given.items())[: handing_over.MOST * len(handing_over.SORTS)]:
        kind, _dot, key = name.partition(".")
        if kind == "end":
            chosen[key] = None
        if kind != "to" or not text.strip():
            continue
        try:
            if text not in known:
                known[text] = directory.meant(db(), text)
        except Refused as refusal:
            written.refused(refusal, {Refused: name})
        else:
            chosen[key] = known[text]
    return chosen


def _page(user_id: int, written: Written, *, is_first: bool = False) -> str:
    person = facts.one(db(), user_id)
    things = handing_over.listed(db(), user_id, by=me())
    names = facts.called(db(), [thing.proposed for thing in things])
    lines = [_line(thing, written, names, is_first=is_first) for thing in things]
    sorts = [
        (gettext(sort.name), [line for line in lines if line.id.startswith(f"{key}:")])
        for key, sort in handing_over.SORTS.items()
    ]
    return render_template(
        "people/hand_over.html",
        person=person,
        sorts=[(name, found) for name, found in sorts if found],
        given=written.given,
        errors=written.errors,
        results=[_result(row) for row in handing_over.results(db(), user_id)],
        most=handing_over.MOST,
        given_back=request.method == "POST",
    )


def _line(thing: Thing, written: Written, names: dict[int, str], *, is_first: bool) -> Line:
    field = f"to.{thing.id}"
    typed = names.get(thing.proposed or 0, "") if is_first else written.given.get(field, "")
    return Line(
        thing.id,
        thing.name,
        in_words(thing.detail, thing.detail_values),
        typed,
        thing.ended,
        written.errors.get(field, ""),
    )


def _result(row: Any) -> Result:
    sentence = in_words(row.sentence, orjson.loads(row.data)) if row.sentence else ""
    sort = handing_over.SORTS.get(row.sort)
    what = gettext(sort.name) if sort is not None else ""
    return Result(row.name, what, row.to or "", HandOverStatus(row.status), sentence)
