"""What of some values a step may write: what a page compares with its own, or takes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.forms import rows
from engine.forms.model import Field, Form, Grid
from engine.forms.rights import Rights

_OF_ROWS: Final = ("id", "goal", "label", "own")


def values(form: Form, known: Mapping[str, Any], rights: Rights) -> dict[str, Any]:
    """The values among `known` that these rights let a step change; nothing that it only reads.

    Rows keep who they are, so that those of two states can be laid beside each other.
    """
    answer: dict[str, Any] = {}
    for key, part in form.valued.items():
        if isinstance(part, Field):
            if key in known and rights.of(part).edits:
                answer[key] = known[key]
        elif wanted := columns(part, rights):
            table = rows.listed(known.get(key))
            names = (*_OF_ROWS, *wanted)
            answer[key] = [{name: row[name] for name in names if name in row} for row in table]
    return answer


def columns(grid: Grid, rights: Rights) -> tuple[str, ...]:
    """The keys of the columns of a grid that a step may change."""
    return tuple(one.key for one in grid.columns if rights.of_column(grid, one).edits)
