"""The list of evidence, narrowed, and the same as a workbook.

GET /evidence?whose=mine&family=pdf&state=expiring&subject=5&q=证书    GET /evidence/export?…
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, render_template, request, url_for
from flask_babel import gettext

from quality import subjects
from quality.evidence import exported, listed
from quality.evidence.filetypes import Family
from quality.evidence.listed import Wanted
from web import downloads
from web.access import signed_in
from web.asked import number
from web.evidence import forms
from web.evidence.blueprint import FAMILIES, bp, family_words
from web.session import db, me

WHOSE: Final = {"": "全部", "mine": "我上传的", "subjects": "我的主体的", "units": "本单位的"}
STATES: Final = {"": "在用", "expiring": "已过期或即将过期", "retired": "已停用"}
LONGEST: Final = 100


@bp.get("")
@signed_in
def index() -> str:
    """What the reader may see, the newest first."""
    wanted, asked = narrowing()
    page = listed.listed(db(), me(), wanted, after=number("after"))
    subject = subjects.one(db(), me(), wanted.subject_id) if wanted.subject_id else None
    return render_template(
        "evidence/index.html",
        rows=page.items,
        wanted=wanted,
        asked=asked,
        subject=subject,
        whose=[(key, gettext(words), _with(asked, whose=key)) for key, words in WHOSE.items()],
        states=[(key, gettext(words)) for key, words in STATES.items()],
        families=[(key.value, gettext(words)) for key, words in FAMILIES.items()],
        next_url=url_for("evidence.index", **asked, after=page.next) if page.next else None,
        **forms.upload(subject_id=wanted.subject_id),
    )


@bp.get("/export")
@signed_in
def export() -> Response:
    """The same list as a workbook, as far as one workbook goes."""
    wanted, _asked = narrowing()
    content = exported.workbook(
        db(), me(), wanted, words=gettext, family=lambda row: family_words(row.family)
    )
    return downloads.saved(content, exported.MEDIA_TYPE, gettext("佐证材料.xlsx"))


def narrowing() -> tuple[Wanted, dict[str, Any]]:
    """What the list is narrowed to, and the same as an address says it."""
    given = request.args
    family = given.get("family", "")
    wanted = Wanted(
        whose=given["whose"] if given.get("whose") in WHOSE else "",
        family=Family(family) if family in set(Family) else None,
        state=given["state"] if given.get("state") in STATES else "",
        subject_id=number("subject"),
        text=given.get("q", "").strip()[:LONGEST],
    )
    asked = {
        "whose": wanted.whose or None,
        "family": wanted.family.value if wanted.family else None,
        "state": wanted.state or None,
        "subject": wanted.subject_id,
        "q": wanted.text or None,
    }
    return wanted, asked


def _with(asked: Mapping[str, Any], **more: str) -> str:
    return url_for(
        "evidence.index", **(dict(asked) | {key: one or None for key, one in more.items()})
    )
