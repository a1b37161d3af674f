"""Which documents somebody wants printed: those that were ticked, or all that the list shows."""

from __future__ import annotations

from typing import Any

from flask import request

from quality import documents as published
from quality.printing import runs
from web.asked import row_number
from web.documents import narrowing
from web.session import db, me


def filters() -> dict[str, Any]:
    """The filter of the documents list that was sent along, as its address says it."""
    return narrowing(request.form)[1]


def documents() -> list[int]:
    """The numbers of the documents, one more than a batch takes if there are too many."""
    if request.form.get("all") != "1":
        ticked = map(row_number, request.form.getlist("documents")[: runs.MOST + 1])
        return [one for one in ticked if one is not None]
    wanted, _asked = narrowing(request.form)
    return [row.id for row in published.first(db(), me(), wanted, runs.MOST)]
