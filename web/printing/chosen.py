"""Which documents somebody wants printed: those that were ticked, or all that the list shows."""

from __future__ import annotations

from typing import Any

from flask import request

from quality import documents as published
from quality import kinds, pages
from quality.models import Stage
from quality.printing import runs
from web.asked import row_number
from web.session import db, me


def filters() -> dict[str, Any]:
    """The filter of the documents list that was sent along, as its address says it."""
    form = request.form
    kind, stage = form.get("kind", ""), form.get("stage", "")
    return {
        "kind": kind if kind in kinds.KEYS else None,
        "stage": stage if stage in set(Stage) else None,
        "q": form.get("q", "").strip()[:100] or None,
        "unit": row_number(form.get("unit", "")),
    }


def documents() -> list[int]:
    """The numbers of the documents, a few more than a batch takes at most."""
    if request.form.get("all") != "1":
        ticked = map(row_number, request.form.getlist("documents")[: runs.MOST + 1])
        return [one for one in ticked if one is not None]
    asked = filters()
    wanted = {name: asked[name] for name in ("kind", "stage")}
    found: list[int] = []
    after: int | None = None
    while len(found) <= runs.MOST:
        page = published.published(
            db(),
            me(),
            **wanted,
            text=asked["q"] or "",
            unit_id=asked["unit"],
            after=after,
            limit=pages.MOST,
        )
        found += [row.id for row in page.items]
        if page.next is None:
            break
        after = page.next
    return found
