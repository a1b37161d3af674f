"""A file of a piece of evidence, given out so that no browser does more with it than show it.

GET /evidence/N/file?number=2&save=1
"""

from __future__ import annotations

from typing import Final

from flask import Response, request

from quality.evidence import filetypes, listed
from quality.evidence.errors import FileLost
from quality.evidence.listed import FileRow
from web.access import signed_in
from web.asked import number
from web.downloads import disposition
from web.evidence.blueprint import bp
from web.evidence.streams import store
from web.session import db, me

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
"""Of a file that is no page: were it taken for one, it could do nothing."""
PDF: Final = "application/pdf"


@bp.get("/<int:evidence_id>/file")
@signed_in
def file(evidence_id: int) -> Response:
    """The newest file, or the one asked for: shown where that is safe, else to be saved."""
    found = listed.file(db(), me(), evidence_id, number("number"))
    return answer(found, is_saved=request.args.get("save") == "1")


def answer(found: FileRow, *, is_saved: bool) -> Response:
    """The file a part at a time. Raises `FileLost` where it is not the one that was put down."""
    if store().size(found.sha256) != found.size:
        raise FileLost
    is_shown = found.media_type in filetypes.SHOWN and not is_saved
    response = Response(store().read(found.sha256), content_type=found.media_type)
    response.content_length = found.size
    response.headers["Content-Disposition"] = disposition(found.filename, is_shown=is_shown)
    response.headers["Content-Security-Policy"] = POLICY
    is_framed = is_shown and found.media_type == PDF
    response.headers["X-Frame-Options"] = "SAMEORIGIN" if is_framed else "DENY"
    return response
