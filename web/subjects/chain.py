"""The linked chain 目标 → 标准 → 诊改计划 → 结果: of one subject row by row, of many at a glance.

GET /subjects/N/chain?year=2026    GET /subjects/chains?year=2026&unit=3&kind=major&gaps=1
"""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import clock
from quality import kinds, linked, periods, subjects
from quality.models import Stage
from web.access import signed_in
from web.asked import number
from web.asked import year as asked_year
from web.session import db, me
from web.subjects.blueprint import bp
from web.subjects.index import narrowing


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
    year, gaps = _year(), bool(request.args.get("gaps"))
    wanted, asked = narrowing(request.args)
    asked = {"kind": asked["kind"], "unit": asked["unit"], "q": asked["q"]}
    page = linked.overview(db(), me(), wanted, year, gaps_only=gaps, after=number("after"))
    here = {**asked, "year": year, "gaps": "1" if gaps else None}
    return render_template(
        "subjects/chains.html",
        rows=page.items,
        year=year,
        years=periods.lately(clock.today().year),
        asked=here,
        kinds=[(one.key, gettext(one.label)) for one in kinds.every()],
        units=subjects.units_of(db(), me()),
        next_url=url_for("subjects.chains", **here, after=page.next) if page.next else None,
    )


def _year() -> int:
    """The year that is asked for, else this one."""
    return asked_year(request.args.get("year", "")) or clock.today().year
