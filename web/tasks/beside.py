"""What stood in the same rows a period before, to be shown beside and taken over by the cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from engine.forms import rows, writable
from engine.forms.model import Form, Grid
from engine.forms.rights import Rights


def last(form: Form, offered: Mapping[str, Any], rights: Rights) -> dict[str, Any]:
    """By grid its `period` in words and its `rows`: by row the columns that the step may change."""
    known, period = offered.get("last"), offered.get("last_period")
    if not isinstance(known, Mapping) or not period:
        return {}
    words = gettext("%(period)s年", period=str(period).replace("-", "–"))
    answer: dict[str, Any] = {}
    for key, part in form.valued.items():
        if isinstance(part, Grid) and (wanted := writable.columns(part, rights)):
            table = rows.listed(known.get(key))
            found = {row["id"]: {one: row[one] for one in wanted if row.get(one)} for row in table}
            if any(found.values()):
                answer[key] = {"period": words, "rows": found}
    return answer
