"""What forms cite: checked against the library of evidence when they are handed in, kept in step.

A cell holds the numbers of pieces of evidence. Which file of a piece is meant is the library's to
keep: it is the newest one at the time when a step that may edit the cell is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from engine.forms.model import Field, Form, Grid
from engine.forms.rights import Rights
from engine.forms.validation import Invalid
from engine.handlers import LIBRARIES, Piece
from engine.people import Actor

EVIDENCE: Final = "evidence"
"""The kind of field that cites, and the name of the library that it cites from."""

Values = Mapping[str, Any]


def keep(
    db: Session,
    form: Form,
    values: Values,
    rights: Rights,
    *,
    stored: Values,
    instance_id: int,
    by: Actor,
) -> Mapping[int, int]:
    """Check what was newly cited and have the library know what the case cites now.

    Answers which file of each piece is cited. Raises `Invalid`, with the faults at their places.
    """
    if EVIDENCE not in LIBRARIES or not any(_fields(form)):
        return {}
    cited, before = places(form, values), places(form, stored)
    known = {one for ids in before.values() for one in ids}
    new = {place: [one for one in ids if one not in known] for place, ids in cited.items()}
    asked = {place: ids for place, ids in new.items() if ids}
    library = LIBRARIES[EVIDENCE]
    faults = library.faults(db, instance_id, asked, by=by) if asked else {}
    if faults:
        raise Invalid(faults, values)
    if not (cited or before):
        return {}
    return library.keep(db, instance_id, cited, renewed=_renewed(form, rights, cited))


def told(
    db: Session, person: Actor, form: Form, *values: Values, instance_id: int | None = None
) -> Mapping[int, Piece]:
    """What is cited anywhere in these values, by number, as this reader may know it."""
    ids = {one for each in values for found in places(form, each).values() for one in found}
    if not ids or EVIDENCE not in LIBRARIES:
        return {}
    return LIBRARIES[EVIDENCE].told(db, person, instance_id, ids)


def places(form: Form, values: Values) -> dict[str, tuple[int, ...]]:
    """What is cited, by place: `field`, or `grid/row/column`."""
    found = {}
    for grid, field in _fields(form):
        if grid is None:
            found[field.key] = _ids(values.get(field.key))
            continue
        for row in _rows(values.get(grid.key)):
            found[f"{grid.key}/{row.get('id')}/{field.key}"] = _ids(row.get(field.key))
    return {place: ids for place, ids in found.items() if ids}


def _fields(form: Form) -> Iterator[tuple[Grid | None, Field]]:
    for part in form.valued.values():
        if isinstance(part, Grid):
            yield from ((part, column) for column in part.columns if column.kind == EVIDENCE)
        elif part.kind == EVIDENCE:
            yield None, part


def _rows(value: object) -> list[Mapping[str, Any]]:
    rows = value if isinstance(value, list) else []
    return [row for row in rows if isinstance(row, Mapping)]


def _ids(value: object) -> tuple[int, ...]:
    numbers = value if isinstance(value, list) else []
    found = [one for one in numbers if isinstance(one, int) and not isinstance(one, bool)]
    return tuple(dict.fromkeys(found))


def _renewed(form: Form, rights: Rights, cited: Iterable[str]) -> frozenset[str]:
    """The places that this step may edit: they cite what there is now."""
    edited = {
        (grid.key if grid is not None else "", field.key)
        for grid, field in _fields(form)
        if (rights.of(field) if grid is None else rights.of_column(grid, field)).edits
    }
    return frozenset(place for place in cited if _whose(place) in edited)


def _whose(place: str) -> tuple[str, str]:
    grid, _slash, rest = place.partition("/")
    return (grid, rest.rpartition("/")[2]) if rest else ("", place)
