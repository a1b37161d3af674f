"""Template rows that were taken out of a draft: what was typed in them waits until they come back.

By grid and by row, what the step may write there. Own rows are not offered again, so nothing waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.forms import rows, writable
from engine.forms.model import Form, Grid
from engine.forms.rights import Rights

Values = Mapping[str, Any]
Removed = Mapping[str, Mapping[str, Mapping[str, Any]]]


def brought_back(values: Values, removed: Removed) -> dict[str, Any]:
    """The values, each row that came back without a word with what was typed in it before."""
    answer = dict(values)
    for key in answer.keys() & removed.keys():
        if isinstance(answer[key], list):
            answer[key] = [_with_text(row, removed[key]) for row in answer[key]]
    return answer


def _with_text(row: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    is_bare = isinstance(row, dict) and row.keys() == {"id"} and isinstance(row["id"], str)
    return known.get(row["id"], row) if is_bare else row


def waiting(
    form: Form, rights: Rights, before: Values, kept: Values, removed: Removed
) -> dict[str, dict[str, Mapping[str, Any]]]:
    """What waits beside `kept`: rows gone since `before` and since earlier, as they were."""
    answer: dict[str, dict[str, Mapping[str, Any]]] = {}
    known = writable.values(form, before, rights)
    for key, part in form.valued.items():
        if not isinstance(part, Grid):
            continue
        here = {row["id"] for row in rows.listed(kept.get(key))}
        table = {row["id"]: row for row in known.get(key, ()) if not row.get("own")}
        gone = {**removed.get(key, {}), **table}
        if found := {one: row for one, row in gone.items() if one not in here}:
            answer[key] = found
    return answer
