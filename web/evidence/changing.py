"""Saying otherwise what a piece of evidence is, taking it out of use and into use again.

POST /evidence/N/edit    POST /evidence/N/retirement    POST /evidence/N/restoration
"""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import Forbidden, NotFound, Refused
from quality.evidence import kept, listed
from quality.evidence.kept import Said
from web.access import signed_in
from web.errors import UNPROCESSABLE
from web.evidence import show
from web.evidence.blueprint import bp
from web.i18n import say
from web.session import db, me
from web.written import TOP, Written


@bp.post("/<int:evidence_id>/edit")
@signed_in
def change(evidence_id: int) -> ResponseReturnValue:
    """Change its name, its note, the last day it counts."""
    listed.one(db(), me(), evidence_id)
    written = Written()
    said = Said(
        written.text("name", most=kept.MOST_NAME, needed=True),
        written.text("note", most=kept.MOST_NOTE),
        written.day("expires_on"),
    )
    if not written.errors:
        try:
            changed = kept.change(db(), evidence_id, said, by=me())
        except (Forbidden, NotFound):
            raise
        except Refused as refusal:
            written.wrong(TOP, say(refusal))
        else:
            flash(gettext("已保存") if changed else gettext("没有变化"))
            return redirect(url_for("evidence.show", evidence_id=evidence_id), 303)
    db().rollback()
    return show.page(evidence_id, failed="edit", written=written), UNPROCESSABLE


@bp.post("/<int:evidence_id>/retirement")
@signed_in
def retire(evidence_id: int) -> ResponseReturnValue:
    """Take it out of use."""
    kept.retire(db(), evidence_id, by=me())
    flash(gettext("已停用：已经引用它的地方照旧，以后不能再引用"))
    return redirect(url_for("evidence.show", evidence_id=evidence_id), 303)


@bp.post("/<int:evidence_id>/restoration")
@signed_in
def restore(evidence_id: int) -> ResponseReturnValue:
    """Take it into use again."""
    kept.restore(db(), evidence_id, by=me())
    flash(gettext("已恢复使用"))
    return redirect(url_for("evidence.show", evidence_id=evidence_id), 303)
