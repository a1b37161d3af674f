"""The linked chain 目标 → 标准 → 诊改计划 → 结果: of one subject row by row, of many at a glance.

GET /subjects/N/chain?year=2026    GET /subjects/chains?year=2026&unit=3&kind=major&gaps=1
GET /subjects/chains/export?…
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from quality import kinds, linked, pages, periods, subjects
from quality.linked import Overview
from quality.models import Stage
from quality.pages import Page
from quality.spreadsheets import MEDIA_TYPE
from quality.subjects import Wanted
from web import downloads, list_book
from web.access import signed_in
from web.asked import number
from web.asked import year as asked_year
from web.session import db, me
from web.subjects import chain_book
from web.subjects.blueprint import bp
from web.subjects.index import narrowing

PAGE: Final = 50


@bp.get("/<int:subject_id>/chain")
@signed_in
def chain(subject_id: int) -> ResponseReturnValue:
    """What a subject's goals came to in a year, one item a row.

    Who keeps the register and reads no documents is led to the subject, which says so.
    """
    found = linked.chain(db(), me(), subject_id, _year())
    if found is None:
        return redirect(url_for("subjects.show", subject_id=subject_id))
    return render_template(
        "subjects/chain.html",
        chain=found,
        later=[
            link
            for link in found.links
            if link.stage is not Stage.GOAL and link.standing is linked.Standing.PUBLISHED
        ],
        may_start=bool(subjects.startable(db(), me(), subject_id=subject_id, limit=1).items),
    )


@bp.get("/chains")
@signed_in
def chains() -> str:
    """Where each stage of a year stands for the subjects this person may read of."""
    asked = _asked()
    page = _page(asked, number("after"), PAGE)
    return render_template(
        "subjects/chains.html",
        rows=page.items,
        year=asked["year"],
        years=periods.lately(clock.today().year),
        asked=asked,
        kinds=[(one.key, gettext(one.label)) for one in kinds.every()],
        units=subjects.units_of(db(), me()),
        next_url=url_for("subjects.chains", **asked, after=page.next) if page.next else None,
    )


@bp.get("/chains/export")
@signed_in
def export_chains() -> Response:
    """The same list as a workbook, as far as one workbook goes, with its filter on top."""
    asked = _asked()
    unit = dict(subjects.units_of(db(), me())).get(asked["unit"] or 0, "—")
    rows = pages.first(lambda after: _page(asked, after, pages.MOST), list_book.MOST_ROWS)
    content = chain_book.written(rows, asked, unit)
    return downloads.saved(content, MEDIA_TYPE, gettext("文档链.xlsx"))


def _asked() -> dict[str, Any]:
    """What the list is narrowed to, as its address says it."""
    _wanted, asked = narrowing(request.args)
    gaps = "1" if request.args.get("gaps") else None
    return {name: asked[name] for name in ("kind", "unit", "q")} | {"year": _year(), "gaps": gaps}


def _page(asked: Mapping[str, Any], after: int | None, limit: int) -> Page[Overview]:
    wanted = Wanted(kind=asked["kind"], unit_id=asked["unit"], text=asked["q"] or "")
    year, gaps = asked["year"], bool(asked["gaps"])
    return linked.overview(db(), me(), wanted, year, gaps_only=gaps, after=after, limit=limit)


def _year() -> int:
    """The year that is asked for, else this one."""
    return asked_year(request.args.get("year", "")) or clock.today().year
