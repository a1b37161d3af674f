"""One piece of evidence: what it shows, the files it has been, where it is cited.

GET /evidence/N?number=2&check=1
"""

from __future__ import annotations

from flask import render_template, request, url_for

from engine.errors import NotFound
from quality import subjects
from quality.evidence import filetypes, listed, rules
from quality.evidence.filetypes import Family
from quality.evidence.listed import EvidenceRow
from web.access import signed_in
from web.asked import number
from web.evidence.blueprint import bp
from web.evidence.streams import store
from web.session import db, me
from web.written import Written


@bp.get("/<int:evidence_id>")
@signed_in
def show(evidence_id: int) -> str:
    """With a preview of the newest file, or of the one asked for."""
    return page(evidence_id)


def page(evidence_id: int, *, failed: str = "", written: Written | None = None) -> str:
    """The page, with what was typed where something failed."""
    row = listed.one(db(), me(), evidence_id)
    files = listed.files(db(), evidence_id)
    wanted = number("number") or row.number
    shown = next((one for one in files if one.number == wanted), None)
    if shown is None:
        raise NotFound
    cases, others = listed.cited(db(), me(), evidence_id)
    family = filetypes.family(shown.media_type)
    return render_template(
        "evidence/show.html",
        row=row,
        files=files,
        shown=shown,
        family=family,
        is_picture=family is Family.PICTURE,
        is_pdf=family is Family.PDF,
        state=_state(shown.sha256, shown.size),
        is_checked=request.args.get("check") == "1",
        cases=cases,
        others=others,
        is_subject_known=bool(subjects.known(db(), me(), [row.subject_id])),
        keeps=listed.keeps(db(), me(), evidence_id),
        failed=failed,
        given=written.given if written is not None else _typed(row),
        errors=written.errors if written is not None else {},
        most_mb=rules.most_bytes(db()) // rules.MB,
        accept=",".join(f".{one}" for one in sorted(rules.allowed(db()))),
        back=url_for("evidence.index"),
    )


def _state(sha256: str, size: int) -> str:
    """Whether the file is there; asked to, whether it is still what was put down."""
    found = store().size(sha256)
    if found is None:
        return "lost"
    if found != size:
        return "changed"
    if request.args.get("check") == "1":
        return "whole" if store().is_whole(sha256) else "changed"
    return ""


def _typed(row: EvidenceRow) -> dict[str, str]:
    day = row.expires_on.isoformat() if row.expires_on else ""
    return {"name": row.name, "note": row.note, "expires_on": day}
