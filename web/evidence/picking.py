"""Choosing evidence to cite: what this person may cite here, as a script asks for it.

GET /evidence/choices?case=7&q=证书
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson
from flask import Response, request, url_for

from engine.handlers import Piece
from quality.evidence import cited, filetypes
from web.access import signed_in
from web.asked import number
from web.evidence.blueprint import bp, family_words, size_words
from web.i18n import full_day
from web.session import db, me

LONGEST: Final = 100


@bp.get("/choices")
@signed_in
def choices() -> Response:
    """At most fifty, those of the subject of the case first."""
    text = request.args.get("q", "")[:LONGEST]
    found = cited.choices(db(), me(), case_id=number("case"), text=text)
    upload = url_for("evidence.new", case=number("case"))
    content = orjson.dumps({"items": told(found), "upload": upload})
    return Response(content, content_type="application/json")


def pieces(ids: Iterable[int]) -> list[Piece]:
    """Pieces by number, as the reader knows them."""
    found = cited.EvidenceLibrary().told(db(), me(), None, ids)
    return [found[one] for one in sorted(found)]


def told(found: Iterable[Piece]) -> list[dict[str, Any]]:
    """Pieces as a script shows them."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "number": one.number,
            "type": family_words(filetypes.family(one.media_type)),
            "size": size_words(one.size),
            "expires": full_day(one.expires_on),
            "is_expired": one.is_expired,
            "href": url_for("evidence.show", evidence_id=one.id),
        }
        for one in found
    ]
