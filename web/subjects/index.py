"""The list of subjects, narrowed and counted.

GET /subjects?kind=major&unit=3&pilot=1&ownerless=1&closed=1&parent=7&q=机器人
GET /subjects/export?…
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, render_template, request, url_for
from flask_babel import gettext

from engine import permissions
from engine.permissions import Action
from quality import kinds, pages, subjects
from quality.spreadsheets import MEDIA_TYPE
from quality.subjects import Wanted
from web import downloads, list_book
from web.access import signed_in
from web.asked import number, row_number
from web.session import db, me
from web.subjects import register_book
from web.subjects.blueprint import bp

LONGEST: Final = 100


@bp.get("")
@signed_in
def index() -> str:
    """Subjects this person may know of, by number; counts by kind as the ways to narrow."""
    wanted, asked = narrowing(request.args)
    page = subjects.visible(db(), me(), wanted, after=number("after"))
    return render_template(
        "subjects/index.html",
        rows=page.items,
        known=subjects.known(db(), me(), (row.parent_id for row in page.items)),
        wanted=wanted,
        asked=asked,
        chips=_chips(wanted, asked),
        units=subjects.units_of(db(), me()),
        may_edit=permissions.may(me(), Action.SUBJECT_EDIT),
        next_url=url_for("subjects.index", **asked, after=page.next) if page.next else None,
    )


@bp.get("/export")
@signed_in
def export() -> Response:
    """The same list as a workbook, as far as one workbook goes, with its filter on top."""
    wanted, asked = narrowing(request.args)
    unit = dict(subjects.units_of(db(), me())).get(asked["unit"] or 0, "—")
    rows = pages.first(
        lambda after: subjects.visible(db(), me(), wanted, after=after, limit=pages.MOST),
        list_book.MOST_ROWS,
    )
    content = register_book.written(rows, wanted, unit)
    return downloads.saved(content, MEDIA_TYPE, gettext("诊改主体.xlsx"))


def narrowing(given: Mapping[str, str]) -> tuple[Wanted, dict[str, Any]]:
    """What a list is narrowed to, and the same as an address says it."""
    kind = given.get("kind", "")
    asked: dict[str, Any] = {
        "kind": kind if kind in kinds.KEYS else None,
        "unit": row_number(given.get("unit", "")),
        "parent": row_number(given.get("parent", "")),
        "pilot": "1" if given.get("pilot") else None,
        "ownerless": "1" if given.get("ownerless") else None,
        "closed": "1" if given.get("closed") else None,
        "q": given.get("q", "").strip()[:LONGEST] or None,
    }
    wanted = Wanted(
        kind=asked["kind"],
        unit_id=asked["unit"],
        parent_id=asked["parent"],
        is_pilot=True if asked["pilot"] else None,
        has_owner=False if asked["ownerless"] else None,
        is_active=not asked["closed"],
        text=asked["q"] or "",
    )
    return wanted, asked


def _chips(wanted: Wanted, asked: Mapping[str, Any]) -> list[tuple[str, int, str, bool]]:
    """Label, count, address and whether it is the present one, for every kind there is."""
    counts = subjects.counts(db(), me(), wanted.of_any_kind())
    others = {name: value for name, value in asked.items() if name != "kind"}
    return [
        (gettext(kind.short), count, url_for("subjects.index", **others, kind=kind.key), here)
        for kind in kinds.every()
        for count, here in [(counts.get(kind.key, 0), kind.key == wanted.kind)]
        if count or here
    ]
