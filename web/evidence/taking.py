"""Uploading evidence, one file or several, by a form or by a script that shows how far it is.

GET /evidence/new?subject=5&case=7    POST /evidence    POST /evidence/N/files
"""

from __future__ import annotations

from typing import Final

import orjson
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import NotFound, Refused
from quality.evidence import kept, listed, names, rights
from quality.evidence.kept import Said
from web import htmx
from web.access import signed_in
from web.asked import number, row_number
from web.errors import UNPROCESSABLE, problem, status_of
from web.evidence import forms, picking, show
from web.evidence.blueprint import bp
from web.evidence.streams import sent, store, take
from web.i18n import say
from web.session import db, me
from web.written import TOP, Written

CREATED: Final = 201
JSON: Final = "application/json"


@bp.get("/new")
@signed_in
def new() -> str:
    """The form of an upload as a page of its own, or as the dialog that a script asks for."""
    parts = forms.upload(subject_id=number("subject"), case_id=number("case"))
    return htmx.render("evidence/new.html", fragment="evidence/_dialog.html", **parts)


@bp.post("")
@signed_in
def upload() -> ResponseReturnValue:
    """Put files down as pieces of evidence. One file takes the name that was typed for it."""
    written = Written()
    case_id = row_number(written.given.get("case", ""))
    note = written.text("note", most=kept.MOST_NOTE)
    name = written.text("name", most=kept.MOST_NAME)
    expires = written.day("expires_on")
    made: list[int] = []
    if not written.errors:
        try:
            key = written.given.get("place", "")
            rights.place(db(), me(), key, case=case_id)
            files = sent()
            taken = take(files)
            place = rights.place(db(), me(), key, case=case_id)
            for one in taken:
                own = name if name and len(taken) == 1 else names.split(one.filename)[0]
                said = Said(own, note, expires)
                made.append(kept.add(db(), store(), one, place=place, said=said, by=me()))
        except NotFound:
            raise
        except Refused as refusal:
            written.wrong(TOP, say(refusal))
            return _refused(written, case_id, status_of(refusal))
    if written.errors:
        return _refused(written, case_id, UNPROCESSABLE)
    if _is_script():
        content = orjson.dumps({"items": picking.told(picking.pieces(made))})
        return Response(content, CREATED, content_type=JSON)
    flash(gettext("已上传 %(count)s 份佐证材料", count=len(made)))
    if len(made) == 1:
        return redirect(url_for("evidence.show", evidence_id=made[0]), 303)
    return redirect(url_for("evidence.index", whose="mine"), 303)


@bp.post("/<int:evidence_id>/files")
@signed_in
def replace(evidence_id: int) -> ResponseReturnValue:
    """Give a piece a newer file; what cites the old one keeps it."""
    listed.one(db(), me(), evidence_id)
    written = Written()
    try:
        (one, *_more) = take(sent()[:1])
        count = kept.replace(db(), store(), evidence_id, one, by=me())
    except Refused as refusal:
        db().rollback()
        if _is_script():
            return problem(status_of(refusal), say(refusal))
        written.wrong("file", say(refusal))
        return show.page(evidence_id, failed="files", written=written), status_of(refusal)
    flash(gettext("已换成第 %(number)s 版；引用旧版的地方照旧", number=count))
    return redirect(url_for("evidence.show", evidence_id=evidence_id), 303)


def _refused(written: Written, case_id: int | None, status: int) -> ResponseReturnValue:
    db().rollback()
    if _is_script():
        said = next(iter(written.errors.values()))
        return problem(status, said, {"errors": written.errors})
    parts = forms.upload(case_id=case_id, given=written.given, errors=written.errors)
    return render_template("evidence/new.html", **parts), status


def _is_script() -> bool:
    return request.accept_mimetypes.best == JSON
