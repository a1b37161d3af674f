"""What the form of an upload shows: where a piece may belong, and the rules of the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from quality.evidence import filetypes, rights, rules
from web.session import db, me


def upload(
    *,
    subject_id: int | None = None,
    case_id: int | None = None,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The parts of the form; a subject or a case that one comes from is chosen already."""
    chosen = f"subject:{subject_id}" if subject_id else ""
    if case_id is not None:
        chosen = rights.of_case(db(), me(), case_id)
    found = {one.key: (one.name, one.unit) for one in rights.places(db(), me())}
    if chosen and chosen not in found:
        found |= _also(chosen, case_id)
    places = [
        (key, gettext("%(name)s（%(unit)s）", name=name, unit=unit) if unit else name)
        for key, (name, unit) in found.items()
    ]
    taken = [one for one in filetypes.TYPES if one in rules.allowed(db())]
    return {
        "places": places,
        "place": (given or {}).get("place") or (chosen if chosen in found else ""),
        "case_id": case_id,
        "allowed": taken,
        "most_mb": rules.most_bytes(db()) // rules.MB,
        "at_once": rules.AT_ONCE,
        "given": given or {},
        "errors": errors or {},
    }


def _also(key: str, case_id: int | None) -> dict[str, tuple[str, str]]:
    """A place beyond the first few hundred, or one that a task in hand allows."""
    place = rights.find(db(), me(), key, case=case_id)
    return {place.key: (place.name, place.unit)} if place is not None else {}
